/** The ARNs that requests to passed-on services are checked against, where the body names them. */

import type { Call } from '../service.ts';

export type Fields = Readonly<Record<string, unknown>>;

const text = (fields: Fields, ...names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
};

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const arn = (call: Call, service: string, resource: string): string =>
  resource.startsWith('arn:') ? resource : `arn:aws:${service}:${call.region}:${call.account}:${resource}`;

const tableArn = (call: Call, name: string): string =>
  arn(call, 'dynamodb', name.startsWith('arn:') ? name : `table/${name}`);

function tables(call: Call, fields: Fields): readonly string[] {
  const name = text(fields, 'TableName');
  if (name !== undefined) {
    const index = text(fields, 'IndexName');
    return [index === undefined ? tableArn(call, name) : `${tableArn(call, name)}/index/${index}`];
  }
  const batch = fields['RequestItems'];
  if (isRecord(batch)) return Object.keys(batch).map((each) => tableArn(call, each));
  const items = Array.isArray(fields['TransactItems']) ? fields['TransactItems'] : [];
  const names = items.filter(isRecord).flatMap((item) => Object.values(item).filter(isRecord));
  return names
    .map((each) => text(each, 'TableName'))
    .flatMap((each) => (each === undefined ? [] : [tableArn(call, each)]));
}

function buses(call: Call, fields: Fields): readonly string[] {
  if (call.operation !== 'PutEvents') return [];
  const entries = Array.isArray(fields['Entries']) ? fields['Entries'].filter(isRecord) : [];
  return entries.map((entry) => {
    const bus = text(entry, 'EventBusName') ?? 'default';
    return arn(call, 'events', bus.startsWith('arn:') ? bus : `event-bus/${bus}`);
  });
}

/** `http://host/ACCOUNT/NAME` */
function queue(call: Call, url: string): string {
  const [account = call.account, name = ''] = url.split('/').slice(-2);
  return `arn:aws:sqs:${call.region}:${account}:${name}`;
}

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

type Finder = (call: Call, fields: Fields) => readonly string[];

const FINDERS: Readonly<Record<string, Finder>> = {
  states: (_call, fields) => one(text(fields, 'stateMachineArn', 'executionArn', 'activityArn', 'resourceArn')),
  dynamodb: tables,
  events: buses,
  sns: (_call, fields) => one(text(fields, 'TopicArn', 'TargetArn', 'ResourceArn')),
  sqs: (call, fields) => one(text(fields, 'QueueUrl')).map((url) => queue(call, url)),
  secretsmanager: (_call, fields) => one(text(fields, 'SecretId')).filter((id) => id.startsWith('arn:')),
  ssm: (call, fields) =>
    one(text(fields, 'Name')).map((name) => arn(call, 'ssm', `parameter/${name.replace(/^\//, '')}`)),
};

/** Empty when the lake cannot tell: then the action alone is checked. */
export const resourcesOf = (call: Call, fields: Fields): readonly string[] =>
  FINDERS[call.service]?.(call, fields) ?? [];

/** IAM's name for a service where the signing name is another. */
export const actionPrefix = (service: string): string => (service === 'monitoring' ? 'cloudwatch' : service);
