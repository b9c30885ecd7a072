/** What a scene is played on: the local cloud with our stacks in it, and ways to see what happens. */

import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  type StateMachineListItem,
} from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { StartSchema, type Wake } from '#contracts/steps.ts';
import { localClient } from '../clients.ts';
import type { LocalCloud } from '../cloud.ts';
import type { JournalEntry } from '../lake/control-client.ts';
import { HUB, REGION } from './places.ts';
import type { Stage } from './world.ts';

export interface Execution {
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: number;
}

/** A step a state machine took, as a person follows it. */
export interface Step {
  readonly at: number;
  readonly type: string;
  readonly state: string;
}

export interface Mail {
  readonly subject: string;
  readonly body: string;
}

export interface SceneCloud extends Stage {
  readonly cloud: LocalCloud;
  executions(): Promise<readonly Execution[]>;
  /** What the execution was started with. */
  scope(execution: Execution): Promise<Wake>;
  steps(execution: Execution, after: number): Promise<readonly Step[]>;
  /** Calls that our roles made in member accounts, after a sequence number of the journal. */
  calls(since: number): Promise<readonly JournalEntry[]>;
  /** Where the journal stands. */
  mark(): Promise<number>;
  /** Alerts on the hub's bus, and what SNS sent, since the last time asked. */
  alerts(): Promise<readonly Record<string, unknown>[]>;
  mails(): Promise<readonly Mail[]>;
}

const target = (url: string) => ({ endpoint: url, account: HUB, region: REGION });

/** Once the hub is deployed: its machines are there, and two mailboxes listen. */
export async function openSceneCloud(cloud: LocalCloud): Promise<SceneCloud> {
  const sfn = new SFNClient(localClient(target(cloud.emulatorUrl)));
  const boxes = await openMailboxes(cloud.emulatorUrl);
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  return {
    url: cloud.url,
    control: cloud.control,
    cloud,
    executions: atMostEvery(LIST_MS, () => listExecutions(sfn, stateMachines)),
    scope: async ({ arn }) => {
      const { input = '{}' } = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
      return StartSchema.parse(JSON.parse(input)).scope;
    },
    steps: (execution, after) => listSteps(sfn, execution, after),
    calls: async (since) => (await cloud.control.journal(since)).filter(isOurs),
    mark: async () => (await cloud.control.journal()).at(-1)?.sequence ?? 0,
    alerts: boxes.alerts,
    mails: boxes.mails,
  };
}

/** Whoever watches and whoever waits ask for the same list. */
const LIST_MS = 100;

function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> | undefined;
  return () => {
    if (answer === undefined || performance.now() - asked >= ms) {
      asked = performance.now();
      answer = ask();
    }
    return answer;
  };
}

/** The member roles' sessions only: what the hub notes in its own ledger is no call in anybody's account. */
function isOurs(entry: JournalEntry): boolean {
  return /:assumed-role\/onramp-(reader|operator|storage)\//.test(entry.caller);
}

async function listExecutions(
  sfn: SFNClient,
  machines: readonly StateMachineListItem[],
): Promise<readonly Execution[]> {
  const lists = machines.map(async ({ stateMachineArn, name }) => {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }));
    return executions.map((e) => ({
      arn: e.executionArn ?? '',
      machine: name ?? '',
      name: e.name ?? '',
      status: e.status ?? '',
      startedAt: e.startDate?.getTime() ?? 0,
    }));
  });
  return (await Promise.all(lists)).flat().sort((a, b) => a.startedAt - b.startedAt);
}

async function listSteps(sfn: SFNClient, execution: Execution, after: number): Promise<readonly Step[]> {
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: execution.arn, maxResults: 1000 }),
  );
  return events.slice(after).map((event) => ({
    at: event.timestamp?.getTime() ?? 0,
    type: event.type ?? '',
    state: event.stateEnteredEventDetails?.name ?? '',
  }));
}

export async function failureOf(sceneCloud: Stage, execution: Execution): Promise<string> {
  const sfn = new SFNClient(localClient(target(sceneCloud.url)));
  const { error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn: execution.arn }));
  return `${error ?? 'unknown'}: ${cause ?? ''}`;
}

/** A queue behind a rule on the hub's bus, and one behind the alert topic. */
async function openMailboxes(url: string) {
  const config = localClient(target(url));
  const sqs = new SQSClient(config);
  const make = async (name: string) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    return { url: QueueUrl, arn: `arn:aws:sqs:${REGION}:${HUB}:${name}` };
  };
  const bus = await make('demo-alerts');
  const mail = await make('demo-mail');
  const events = new EventBridgeClient(config);
  const rule = { Name: 'demo-alerts', EventBusName: 'onramp-hub' };
  await events.send(
    new PutRuleCommand({
      ...rule,
      EventPattern: JSON.stringify({ source: ['onramp.hub'], 'detail-type': [{ prefix: 'Onramp Access' }] }),
    }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: rule.Name,
      EventBusName: rule.EventBusName,
      Targets: [{ Id: 'queue', Arn: bus.arn }],
    }),
  );
  const sns = new SNSClient(config);
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  for (const { TopicArn } of Topics)
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: mail.arn }));
  return {
    alerts: async () => (await drain(sqs, bus.url)).map((body) => JSON.parse(body) as Record<string, unknown>),
    mails: async () =>
      (await drain(sqs, mail.url)).map((body) => {
        const { Subject, Message } = JSON.parse(body) as { Subject?: string; Message?: string };
        return { subject: Subject ?? '', body: Message ?? '' };
      }),
  };
}

async function drain(sqs: SQSClient, QueueUrl: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map((message) => message.Body ?? ''));
  }
}
