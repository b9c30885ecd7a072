/** Many roles at once against the lake: the same facts as one by one, in fewer calls. */

import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRoles } from '#aws/many-roles.ts';
import { readRole } from '#aws/roles.ts';
import type { RoleFacts } from '#core/facts.ts';
import { CONSUMER, type OnrampLake, startOnrampLake } from '../support/onramp-lake.ts';

let lake: OnrampLake;
beforeAll(async () => {
  lake = await startOnrampLake();
});
afterAll(() => lake.close());

const GLUE = 'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole';
const S3 = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allow = (...Action: string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const own = (name: string) => `arn:aws:iam::${CONSUMER}:policy/${name}`;

interface Made {
  readonly name: string;
  readonly path?: string;
  readonly boundary?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of inline policies; ARNs of attached ones. Neither in the order of names. */
  readonly inline?: readonly string[];
  readonly attached?: readonly string[];
}

const VARIED: readonly Made[] = [
  { name: 'bare' },
  { name: 'inline', inline: ['z-last', 'a-first', 'M.iddle+=,@-'] },
  { name: 'aws-managed', attached: [GLUE, S3] },
  { name: 'own-managed', attached: [own('shared'), own('deep/path/other')] },
  { name: 'all', path: '/data-jobs/', inline: ['b', 'a'], attached: [own('shared'), GLUE, own('deep/path/other'), S3] },
  { name: 'bounded', boundary: own('edge'), attached: [S3] },
  { name: 'bounded-by-aws', boundary: GLUE, inline: ['x'] },
  { name: 'Tag+=,.@-ged', path: '/a/b/%2F/c/', tags: { 'onramp:product': 'cur', 費用: 'große Straße ценность=1' } },
];

async function make({ name, path = '/', boundary, tags = {}, inline = [], attached = [] }: Made): Promise<void> {
  const { iam } = lake.root(CONSUMER);
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      Path: path,
      AssumeRolePolicyDocument: TRUST,
      PermissionsBoundary: boundary,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  for (const PolicyName of inline) {
    const PolicyDocument = allow(`s3:Get${name}${PolicyName} 100 % %C3 größe ÿ + "\\`);
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument }));
  }
  for (const PolicyArn of attached) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
}

const reader = () => lake.as(CONSUMER, 'Reader', 'observe');
const names = VARIED.map(({ name }) => name);

async function calls(during: () => Promise<unknown>): Promise<readonly string[]> {
  const mark = (await lake.lake.control.journal()).at(-1)?.sequence ?? 0;
  await during();
  const asked = await lake.lake.control.journal(mark);
  return asked.filter(({ service }) => service === 'iam').map(({ operation }) => operation);
}

const counted = (operations: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(operations, String)].map(([name, all]) => [name, all.length]));

async function oneByOne(of: readonly string[]): Promise<(RoleFacts | null)[]> {
  const roles = [];
  for (const name of of) roles.push(await readRole(reader(), name));
  return roles;
}

test('roles of every sort are made', async () => {
  const { iam } = lake.root(CONSUMER);
  for (const [name, path] of [['shared'], ['edge'], ['unattached'], ['other', '/deep/path/']] as const)
    await iam.send(new CreatePolicyCommand({ PolicyName: name, Path: path, PolicyDocument: allow(`glue:${name}`) }));
  for (const role of VARIED) await make(role);
});

test.each([
  ['policies asked for one by one', 250],
  ['policies by pages', 10],
])('the facts are those that each role tells, %s', async (_, all) => {
  const expected = await oneByOne(names);
  expect(expected.map((role) => role?.policies?.length)).toEqual([0, 3, 2, 2, 6, 1, 1, 0]);
  expect(await readRoles(reader(), names, all)).toStrictEqual(expected);
});

test('all policies in force are read, the boundary and the tags of GetRole with them', async () => {
  const [all, bounded, tagged] = await readRoles(reader(), ['all', 'bounded', 'Tag+=,.@-ged'], 10);
  expect(all?.policies?.map((text) => JSON.parse(text).Statement[0].Action[0])).toEqual([
    expect.stringMatching(/^s3:Getalla/),
    expect.stringMatching(/^s3:Getallb/),
    'glue:other',
    'glue:shared',
    's3:Get*',
    'glue:*',
  ]);
  expect(bounded?.boundary).toBe(allow('glue:edge'));
  expect(tagged?.tags).toEqual(VARIED.at(-1)?.tags);
  expect(tagged?.path).toBe('/a/b/%2F/c/');
});

test('in a call per page and per role, and two per policy of AWS', async () => {
  expect(counted(await calls(() => readRoles(reader(), names, 10)))).toEqual({
    GetAccountAuthorizationDetails: 2,
    GetRole: 8,
    GetPolicy: 2,
    GetPolicyVersion: 2,
  });
  expect((await calls(() => oneByOne(names))).length).toBe(52);
});

test('a role that is gone is left out', async () => {
  await make({ name: 'brief' });
  await lake.root(CONSUMER).iam.send(new DeleteRoleCommand({ RoleName: 'brief' }));
  expect((await readRoles(reader(), ['brief', 'bare', 'never'], 10)).map(({ name }) => name)).toEqual(['bare']);
});
