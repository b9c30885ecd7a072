/**
 * Denies wherever they stand on the path: what the lake refuses a job role is told, with the statement's name, and what is
 * not refused is not told. With the Deny taken out both are gone.
 */

import {
  DeleteResourcePolicyCommand,
  GetDatabaseCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-glue';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import {
  ANALYTICS,
  BUCKET,
  CUR,
  FINANCE,
  JOB,
  ORGANIZATION,
  objectKey,
  REGION,
  readerArn,
} from '../../infra/local/scenes/places.ts';
import { attempt } from '../../infra/local/scenes/reading.ts';
import { bytesOf, clientConfig, runCrawler } from '../../infra/local/scenes/world.ts';
import { bucketStatements, putBucketStatements, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { makeMemberRoles } from '../support/own-roles.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

type Statement = Readonly<Record<string, unknown>>;

const document = (statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const ROLE_ARN = readerArn(JOB);
const allOf = (account: string): Statement => ({
  Sid: 'Owner',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: 'kms:*',
  Resource: '*',
});

let cloud: InProcess;
let policy: Policy;
let key: string;

/** The demo's world, whose bucket is encrypted with a key of its owner's. */
beforeAll(async () => {
  const first = await inProcess(demoPolicy('demo-share'), { without: [FINANCE] });
  const { kms } = root(first.stage, FINANCE);
  const made = await kms.send(new CreateKeyCommand({ Policy: document([allOf(FINANCE)]) }));
  key = made.KeyMetadata?.Arn ?? '';
  policy = demoPolicy('demo-share', ({ products }) => {
    const { cur } = products;
    if (cur !== undefined) cur.storage.key = key;
  });
  const saved = first.save();
  await first.close();
  cloud = await inProcess(policy, { from: saved });
  await makeMemberRoles(cloud.stage, policy, FINANCE);
  const { s3 } = root(cloud.stage, FINANCE);
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: key };
  const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault }] };
  await s3.send(new PutBucketEncryptionCommand({ Bucket: BUCKET, ServerSideEncryptionConfiguration }));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: objectKey(CUR, '5'), Body: bytesOf(CUR, '5') }));
  await boundJob();
  await runCrawler(cloud.stage);
  await putOwn([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key }]);
  await look();
});
afterAll(() => cloud.close());

const look = async () => {
  await cloud.settle(scopeOf(CUR), policy);
  await cloud.settle(CONSUMER, policy);
};

/** The job role anew, within a boundary that allows everything. */
async function boundJob(): Promise<void> {
  const { iam } = root(cloud.stage, ANALYTICS);
  const RoleName = JOB.role;
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const own = { RoleName, PolicyName: 'default' };
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(own));
  await iam.send(new DeleteRolePolicyCommand(own));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
  const PermissionsBoundary = await putBoundary([]);
  await iam.send(
    new CreateRoleCommand({ RoleName, Path: JOB.path, AssumeRolePolicyDocument: trust, PermissionsBoundary }),
  );
  await iam.send(new PutRolePolicyCommand({ ...own, PolicyDocument: decodeURIComponent(PolicyDocument ?? '') }));
}

const BOUNDARY = `arn:aws:iam::${ANALYTICS}:policy/boundary`;

/** The local cloud has no versions of policies: the boundary is made anew under its name. */
async function putBoundary(statements: readonly Statement[], isThere = false): Promise<string> {
  const { iam } = root(cloud.stage, ANALYTICS);
  if (isThere) await iam.send(new DeletePolicyCommand({ PolicyArn: BOUNDARY }));
  const PolicyDocument = document([{ Effect: 'Allow', Action: '*', Resource: '*' }, ...statements]);
  await iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }));
  return BOUNDARY;
}

async function putOwn(statements: readonly Statement[]): Promise<void> {
  const PolicyDocument = document(statements);
  const { iam } = root(cloud.stage, ANALYTICS);
  await iam.send(new PutRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'key', PolicyDocument }));
}

/** Every call that a job makes, as the role itself: what was refused. */
async function refused(): Promise<readonly string[]> {
  const credentials = await cloud.stage.control.credentials(ROLE_ARN, { sessionName: 'GlueJobRunnerSession' });
  const config = clientConfig(cloud.stage, credentials);
  const [glue, s3] = [new GlueClient(config), new S3Client({ ...config, forcePathStyle: true })];
  const read = async (sent: Promise<unknown>) => attempt(() => sent.then(() => 'read'));
  const target = { CatalogId: FINANCE, DatabaseName: CUR.database };
  const link = { DatabaseName: CUR.link };
  const calls: Readonly<Record<string, Promise<unknown>>> = {
    'glue:GetDatabase of the link': glue.send(new GetDatabaseCommand({ Name: CUR.link })),
    'glue:GetDatabase of the target': glue.send(new GetDatabaseCommand({ CatalogId: FINANCE, Name: CUR.database })),
    'glue:GetTable by the link': glue.send(new GetTableCommand({ ...link, Name: CUR.table })),
    'glue:GetTable of the target': glue.send(new GetTableCommand({ ...target, Name: CUR.table })),
    'glue:GetPartitions by the link': glue.send(new GetPartitionsCommand({ ...link, TableName: CUR.table })),
    'glue:GetPartitions of the target': glue.send(new GetPartitionsCommand({ ...target, TableName: CUR.table })),
    's3:ListBucket': s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: CUR.prefix })),
    's3:GetObject': s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: objectKey(CUR, '5') })),
  };
  const outcomes = Object.entries(calls).map(async ([name, sent]) => ((await read(sent)) === 'read' ? [] : [name]));
  return (await Promise.all(outcomes)).flat();
}

/** What is told about the path of this role, the demo's impostor left out. */
async function told() {
  return (await openFindings(cloud)).filter(({ cause }) => cause !== 'role-without-proof');
}

/** A document on the path into which somebody puts a statement. */
interface Place {
  readonly actions: readonly string[];
  /** Whether it is somebody's resource, whose statements name principals. */
  readonly named: boolean;
  put(statement: Statement | null): Promise<unknown>;
}

const putCatalog = (account: string) => async (statement: Statement | null) => {
  const { glue } = root(cloud.stage, account);
  if (statement === null) return glue.send(new DeleteResourcePolicyCommand({}));
  return glue.send(new PutResourcePolicyCommand({ PolicyInJson: document([statement]), EnableHybrid: 'TRUE' }));
};

const GLUE = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'];
const PLACES: Readonly<Record<string, Place>> = {
  'the bucket policy': {
    actions: ['s3:GetObject', 's3:ListBucket'],
    named: true,
    put: async (statement) => {
      const present = await bucketStatements(cloud.stage);
      const others = present.filter(({ Sid, Effect }) => Effect !== 'Deny' && Sid !== 'Denial');
      await putBucketStatements(cloud.stage, [...others, ...(statement === null ? [] : [statement])]);
    },
  },
  'the key policy': {
    actions: ['kms:Decrypt'],
    named: true,
    put: async (statement) => {
      const Policy = document([allOf(FINANCE), ...(statement === null ? [] : [statement])]);
      const { kms } = root(cloud.stage, FINANCE);
      await kms.send(new PutKeyPolicyCommand({ KeyId: key, PolicyName: 'default', Policy }));
    },
  },
  'the producer’s catalog policy': { actions: GLUE, named: true, put: putCatalog(FINANCE) },
  'the consumer’s catalog policy': { actions: GLUE, named: true, put: putCatalog(ANALYTICS) },
  'the role’s own policy': {
    actions: ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt', ...GLUE],
    named: false,
    put: async (statement) => {
      const { iam } = root(cloud.stage, ANALYTICS);
      const PolicyName = 'denial';
      if (statement === null) return iam.send(new DeleteRolePolicyCommand({ RoleName: JOB.role, PolicyName }));
      const PolicyDocument = document([statement]);
      return iam.send(new PutRolePolicyCommand({ RoleName: JOB.role, PolicyName, PolicyDocument }));
    },
  },
  'its permissions boundary': {
    actions: ['s3:GetObject', 'kms:Decrypt', ...GLUE],
    named: false,
    put: (statement) => putBoundary(statement === null ? [] : [statement], true),
  },
};

type Kind = readonly [name: string, condition: object | undefined];

/** By conditions: those that hit, surely or as far as can be told, and those that don't. */
const KINDS: readonly Kind[] = [
  ['whoever asks', undefined],
  ['unless through a VPC endpoint', { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }],
  ['unless through a VPC', { StringNotEquals: { 'aws:SourceVpc': ['vpc-1', 'vpc-2'] } }],
  ['unless from an address range', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
  ['to that role', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/data-jobs/*' } }],
  ['to its account', { StringEquals: { 'aws:PrincipalAccount': ANALYTICS } }],
  ['to another role', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/other' } }],
  ['to whoever is outside the organization', { StringNotEquals: { 'aws:PrincipalOrgID': ORGANIZATION } }],
  ['to whoever is in the organization', { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } }],
  ['without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
  ['of what is outside the organization', { StringNotEquals: { 'aws:ResourceOrgID': ORGANIZATION } }],
  ['of what is in no account of the lake', { StringNotEquals: { 'aws:ResourceAccount': [FINANCE, ANALYTICS] } }],
  ['of what is the producer’s', { StringEquals: { 'aws:ResourceAccount': FINANCE } }],
];

const CASES = Object.entries(PLACES).flatMap(([place, { actions }]) =>
  // Each condition with all actions together, and each action alone with the first two.
  [
    ...KINDS.map(([kind, condition]) => ({ place, kind, condition, actions })),
    ...KINDS.slice(0, 2).flatMap(([kind, condition]) =>
      actions.length === 1 ? [] : actions.map((action) => ({ place, kind, condition, actions: [action] })),
    ),
  ].map((one) => [`${one.place} denies ${one.actions.join(', ')} ${one.kind}`, one] as const),
);

const KEY_KINDS: readonly Kind[] = [
  ['through S3', { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } }],
  ['through another service', { StringEquals: { 'kms:ViaService': `glue.${REGION}.amazonaws.com` } }],
  ['to that account’s callers', { StringEquals: { 'kms:CallerAccount': ANALYTICS } }],
  ['to all callers but those', { StringNotEquals: { 'kms:CallerAccount': [ANALYTICS, FINANCE] } }],
];

/** Puts the statement there, looks, and takes it out again: refused and told, or neither; then neither. */
async function tried(place: string, statement: Statement): Promise<{ isRefused: boolean; isTold: boolean }> {
  const at = PLACES[place];
  if (at === undefined) throw new Error(`no place ${place}`);
  await at.put({ Sid: 'Denial', ...statement, ...(at.named ? { Principal: '*' } : {}) });
  await look();
  const [refusals, findings] = [await refused(), await told()];
  for (const { message } of findings) expect(message).toMatch(/statement "Denial"/);
  await at.put(null);
  await look();
  expect({ refused: await refused(), told: (await told()).map(({ message }) => message) }).toEqual({
    refused: [],
    told: [],
  });
  return { isRefused: refusals.length > 0, isTold: findings.length > 0 };
}

// Some of these deny our own roles too: a role of ours that is refused tells it in AWS's own words.
const OURS = { StringNotLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/onramp/*` } };

describe('refused and told, or neither (rep-8, rep-17, rep-37, var-2, var-3)', { timeout: 60_000 }, () => {
  test('without any Deny all is read, and nothing is told', async () => {
    expect(await refused()).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test.each(CASES)('%s', async (_, { place, condition, actions }) => {
    const named = PLACES[place]?.named === true;
    const spared = named ? merged(condition) : condition;
    // A bucket's policy is about the bucket alone.
    const Resource = place === 'the bucket policy' ? [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`] : '*';
    const Condition = spared === undefined ? {} : { Condition: spared };
    const { isRefused, isTold } = await tried(place, { Effect: 'Deny', Action: actions, Resource, ...Condition });
    expect(isTold).toBe(isRefused);
  });

  test.each(KEY_KINDS)('the key policy denies kms:Decrypt %s', async (_, condition) => {
    const statement = { Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*', Condition: merged(condition) };
    const { isRefused, isTold } = await tried('the key policy', statement);
    expect(isTold).toBe(isRefused);
  });
});

/** The condition, sparing our own roles. */
function merged(condition: object | undefined): object {
  const given = (condition ?? {}) as Readonly<Record<string, object>>;
  return { ...given, StringNotLike: { ...given['StringNotLike'], ...OURS.StringNotLike } };
}
