/** An emulator that runs already is taken only if an event can cross from one account to another on it: MiniStack
 *  alone drops such events, and everything would then look quiet instead of broken. */

import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LakeError } from '#contracts/errors.ts';
import { localClient } from '../clients.ts';
import { until } from '../until.ts';

const REGION = 'us-east-1';
const SENDER = '990000000001';
const RECEIVER = '990000000002';
const ARRIVAL_DEADLINE_MS = 5_000;

interface Probe {
  readonly name: string;
  readonly queueUrl: string;
  readonly sender: EventBridgeClient;
  readonly receiver: EventBridgeClient;
  readonly queues: SQSClient;
}

/** Its URL, without a trailing slash, once the probe event has arrived. */
export async function adoptEmulator(given: string): Promise<string> {
  const url = given.replace(/\/+$/, '');
  const arrived = await probe(url).catch((cause: unknown) => {
    throw unusable(url, `did not answer as MiniStack does (${cause instanceof Error ? cause.message : cause})`, cause);
  });
  if (!arrived) throw unusable(url, 'lost an event sent from one account to a bus of another');
  return url;
}

function unusable(url: string, what: string, cause?: unknown): LakeError {
  return new LakeError('EnvironmentInvalid', {
    message: `the emulator at ${url} (ONRAMP_EMULATOR_URL) ${what}`,
    remedy: 'start one with `npx node infra/local/emulator/main.ts`, or unset ONRAMP_EMULATOR_URL and let us start one',
    cause,
  });
}

async function probe(url: string): Promise<boolean> {
  const as = (account: string) => localClient({ endpoint: url, account, region: REGION });
  const name = `onramp-probe-${randomUUID().slice(0, 8)}`;
  const queues = new SQSClient(as(RECEIVER));
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: name }));
  const made: Probe = {
    name,
    queueUrl: QueueUrl ?? '',
    sender: new EventBridgeClient(as(SENDER)),
    receiver: new EventBridgeClient(as(RECEIVER)),
    queues,
  };
  try {
    await connect(made);
    await made.sender.send(new PutEventsCommand({ Entries: [{ Source: name, DetailType: 'Probe', Detail: '{}' }] }));
    return (await until(ARRIVAL_DEADLINE_MS, () => arrival(made))) === true;
  } finally {
    await disconnect(made);
  }
}

async function connect({ name, sender, receiver }: Probe): Promise<void> {
  const EventPattern = JSON.stringify({ source: [name] });
  const bus = `arn:aws:events:${REGION}:${RECEIVER}:event-bus/${name}`;
  const queue = `arn:aws:sqs:${REGION}:${RECEIVER}:${name}`;
  await receiver.send(new CreateEventBusCommand({ Name: name }));
  await receiver.send(
    new PutPermissionCommand({
      EventBusName: name,
      StatementId: 'probe',
      Action: 'events:PutEvents',
      Principal: SENDER,
    }),
  );
  await receiver.send(new PutRuleCommand({ Name: name, EventBusName: name, EventPattern }));
  await receiver.send(
    new PutTargetsCommand({ Rule: name, EventBusName: name, Targets: [{ Id: 'queue', Arn: queue }] }),
  );
  await sender.send(new PutRuleCommand({ Name: name, EventPattern }));
  const RoleArn = `arn:aws:iam::${SENDER}:role/${name}`;
  await sender.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'bus', Arn: bus, RoleArn }] }));
}

/** True when the event has come and names its sender, as AWS's does. */
async function arrival({ queues, queueUrl }: Probe): Promise<true | undefined> {
  const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  return Messages.some(({ Body = '{}' }) => JSON.parse(Body).account === SENDER) ? true : undefined;
}

async function disconnect({ name, sender, receiver, queues, queueUrl }: Probe): Promise<void> {
  // Each of these fails when connecting stopped before it was made; the reason then is already on its way up.
  await Promise.allSettled([
    sender.send(new RemoveTargetsCommand({ Rule: name, Ids: ['bus'] })),
    receiver.send(new RemoveTargetsCommand({ Rule: name, EventBusName: name, Ids: ['queue'] })),
  ]);
  await Promise.allSettled([
    sender.send(new DeleteRuleCommand({ Name: name })),
    receiver.send(new DeleteRuleCommand({ Name: name, EventBusName: name })),
    queues.send(new DeleteQueueCommand({ QueueUrl: queueUrl })),
  ]);
  await Promise.allSettled([receiver.send(new DeleteEventBusCommand({ Name: name }))]);
}
