/** Resources that MiniStack's CloudFormation refuses, made through their services as CloudFormation would. */

import {
  CreateArchiveCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  PutPermissionCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import { LakeError } from '#contracts/errors.ts';
import { type LocalTarget, localClient } from '../clients.ts';
import type { ApiType } from './resource-types.ts';

type Properties = Readonly<Record<string, unknown>>;
type Maker = (events: EventBridgeClient, properties: Properties) => Promise<void>;

interface Statement {
  readonly Sid?: string;
  readonly [member: string]: unknown;
}

const MAKERS: Readonly<Record<ApiType, Maker>> = {
  'AWS::Events::EventBusPolicy': putBusStatement,
  'AWS::Events::Archive': putArchive,
};

export async function makeByApi(target: LocalTarget, type: ApiType, properties: unknown): Promise<void> {
  await MAKERS[type](new EventBridgeClient(localClient(target)), properties as Properties);
}

/** One statement of a bus's policy, in the place of the one with its Sid; the others stay. Read back afterwards. */
async function putBusStatement(events: EventBridgeClient, properties: Properties): Promise<void> {
  const bus = String(properties['EventBusName'] ?? 'default');
  const Sid = String(properties['StatementId']);
  if (properties['Statement'] === undefined) {
    throw new LakeError('UsageInvalid', {
      message: `the event bus policy ${Sid} of ${bus} has no Statement`,
      remedy: 'write it with `Statement`; the older Action, Principal and Condition are not supported here',
    });
  }
  const wanted: Statement = { ...(properties['Statement'] as Statement), Sid };
  const others = (await busStatements(events, bus)).filter((statement) => statement.Sid !== Sid);
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [...others, wanted] });
  await events.send(new PutPermissionCommand({ EventBusName: bus, Policy }));
  const written = (await busStatements(events, bus)).find((statement) => statement.Sid === Sid);
  if (JSON.stringify(written) !== JSON.stringify(wanted)) throw lost(`statement ${Sid} of event bus ${bus}`);
}

async function busStatements(events: EventBridgeClient, bus: string): Promise<readonly Statement[]> {
  const { Policy } = await events.send(new DescribeEventBusCommand({ Name: bus }));
  return Policy ? (JSON.parse(Policy) as { Statement: readonly Statement[] }).Statement : [];
}

async function putArchive(events: EventBridgeClient, properties: Properties): Promise<void> {
  const ArchiveName = String(properties['ArchiveName']);
  if (properties['ArchiveName'] === undefined) {
    throw new LakeError('UsageInvalid', { message: 'an event archive has no name', remedy: 'give it an ArchiveName' });
  }
  const pattern = properties['EventPattern'];
  const settings = {
    ArchiveName,
    ...(typeof properties['Description'] === 'string' ? { Description: properties['Description'] } : {}),
    ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
    ...(properties['RetentionDays'] === undefined ? {} : { RetentionDays: Number(properties['RetentionDays']) }),
  };
  try {
    await events.send(new CreateArchiveCommand({ ...settings, EventSourceArn: String(properties['SourceArn']) }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
    await events.send(new UpdateArchiveCommand(settings));
  }
  const { State } = await events.send(new DescribeArchiveCommand({ ArchiveName }));
  if (State !== 'ENABLED') throw lost(`event archive ${ArchiveName}`);
}

function lost(what: string): LakeError {
  return new LakeError('Unexpected', { message: `${what} was accepted but is not there afterwards` });
}
