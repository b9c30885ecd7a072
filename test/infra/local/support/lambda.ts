/** Small helpers over the SDK for tests that play AWS by hand. */

import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { localClient } from '../../../../infra/local/clients.ts';
import { zip } from '../../../../infra/local/deployer/zip.ts';
import { until } from '../../../../infra/local/until.ts';

export const HUB = '333333333333';
export const MEMBER = '111111111111';
export const REGION = 'ap-northeast-1';
export const ROLE = `arn:aws:iam::${HUB}:role/test`;

export const as = (endpoint: string, account = HUB, region = REGION) => localClient({ endpoint, account, region });

/** `code` is the body of `async (event, context) => …`. Answers with the function's ARN. */
export async function createFunction(
  endpoint: string,
  FunctionName: string,
  code: string,
  more: object = {},
): Promise<string> {
  const source = `export const handler = async (event, context) => { ${code} };`;
  const { FunctionArn = '' } = await new LambdaClient(as(endpoint)).send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Role: ROLE,
      Handler: 'index.handler',
      Timeout: 5,
      Code: { ZipFile: zip([{ name: 'index.mjs', data: Buffer.from(source) }]) },
      ...more,
    }),
  );
  return FunctionArn;
}

export interface Run {
  readonly status: string;
  readonly error: string | undefined;
  readonly output: unknown;
  readonly types: readonly string[];
  readonly states: readonly string[];
}

let machines = 0;

/** Creates a machine, runs it once, waits for its end. */
export async function run(endpoint: string, definition: object, input: unknown = {}): Promise<Run> {
  const sfn = new SFNClient(as(endpoint));
  machines += 1;
  const name = `machine-${process.pid}-${machines}`;
  const machine = await sfn.send(
    new CreateStateMachineCommand({ name, roleArn: ROLE, definition: JSON.stringify(definition) }),
  );
  const started = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine.stateMachineArn, input: JSON.stringify(input) }),
  );
  const executionArn = started.executionArn;
  const ended = await until(20_000, async () => {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return {
    status: ended?.status ?? 'RUNNING',
    error: ended?.error,
    output: ended?.output === undefined ? undefined : JSON.parse(ended.output),
    types: events.map((event) => event.type ?? ''),
    states: events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []),
  };
}

export interface TestQueue {
  readonly arn: string;
  readonly url: string;
  /** The next message as JSON; undefined when none comes in time. */
  next(deadlineMs?: number): Promise<Record<string, unknown> | undefined>;
}

export async function createQueue(endpoint: string, name: string, account = HUB): Promise<TestQueue> {
  const sqs = new SQSClient(as(endpoint, account));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return {
    arn: `arn:aws:sqs:${REGION}:${account}:${name}`,
    url: QueueUrl,
    next: (deadlineMs = 5_000) =>
      until(deadlineMs, async () => {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        const body = Messages[0]?.Body;
        return body === undefined ? undefined : (JSON.parse(body) as Record<string, unknown>);
      }),
  };
}
