/** The same facts through MiniStack: the lake decides, MiniStack keeps. */

import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../../infra/local/emulator/emulator.ts';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, CONSUMER, clientsOf, failure, PRODUCER, policy, REGION, trust } from './clients.ts';

const ROLE = `arn:aws:iam::${CONSUMER}:role/data-jobs/job`;
const Bucket = 'cur-export-e2e';
const Key = 'cur/year=2026/part 0.parquet';

let emulator: Emulator;
let lake: RunningLake;
let owner: ReturnType<typeof clientsOf>;
let consumer: ReturnType<typeof clientsOf>;
let job: ReturnType<typeof clientsOf>;

// The first start makes a virtual environment and installs MiniStack into it.
const START_MS = 180_000;

beforeAll(async () => {
  emulator = await startEmulator();
  lake = await startLake({ ministack: emulator.url });
  owner = clientsOf(lake.url, PRODUCER);
  consumer = clientsOf(lake.url, CONSUMER);
  const boundary = await consumer.iam.send(
    new CreatePolicyCommand({ PolicyName: 'edge', PolicyDocument: policy(allow('*')) }),
  );
  await consumer.iam.send(
    new CreateRoleCommand({
      RoleName: 'job',
      Path: '/data-jobs/',
      AssumeRolePolicyDocument: trust({ Service: 'glue.amazonaws.com' }),
      PermissionsBoundary: boundary.Policy?.Arn,
      Tags: [{ Key: 'onramp:product', Value: 'cur' }],
    }),
  );
  const own = policy(allow(['s3:GetObject', 'kms:*', 'sqs:ReceiveMessage']));
  await consumer.iam.send(new PutRolePolicyCommand({ RoleName: 'job', PolicyName: 'own', PolicyDocument: own }));
  job = clientsOf(lake.url, await lake.control.credentials(ROLE));
  await owner.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await owner.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'parquet' }));
}, START_MS);
afterAll(async () => {
  await lake?.close();
  await emulator?.close();
});

const read = async () => (await job.s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

test('identities are what MiniStack’s IAM says', async () => {
  expect(await lake.world.backend.identity(ROLE)).toMatchObject({
    arn: ROLE,
    path: '/data-jobs/',
    tags: { 'onramp:product': 'cur' },
    policies: [{ name: 'own' }],
    boundary: policy(allow('*')),
    trust: trust({ Service: 'glue.amazonaws.com' }),
  });
  expect(await lake.world.backend.identity(`arn:aws:iam::${CONSUMER}:role/job`)).toBeUndefined();
});

test('an account’s details are asked of the lake and told by MiniStack', async () => {
  const asked = new GetAccountAuthorizationDetailsCommand({ Filter: ['Role', 'LocalManagedPolicy'], MaxItems: 1000 });
  const { RoleDetailList, Policies } = await consumer.iam.send(asked);
  const told = RoleDetailList?.find(({ Arn }) => Arn === ROLE);
  const own = told?.RolePolicyList?.map(({ PolicyDocument }) => decodeURIComponent(PolicyDocument ?? ''));
  expect(own).toEqual([policy(allow(['s3:GetObject', 'kms:*', 'sqs:ReceiveMessage']))]);
  const edge = Policies?.find(({ PolicyName }) => PolicyName === 'edge')?.PolicyVersionList;
  expect(edge?.map(({ Document }) => decodeURIComponent(Document ?? ''))).toEqual([policy(allow('*'))]);
  expect((await failure(job.iam.send(asked))).name).toBe('AccessDenied');
});

test('an object is read across accounts once bucket policy and role allow', async () => {
  expect((await failure(read())).message).toContain('because no resource-based policy allows the s3:GetObject action');
  const Policy = policy(allow('s3:GetObject', `arn:aws:s3:::${Bucket}/*`, { Principal: { AWS: ROLE } }));
  await owner.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  expect(await read()).toBe('parquet');
  expect((await failure(job.s3.send(new ListObjectsV2Command({ Bucket })))).name).toBe('AccessDenied');
  expect((await owner.s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map((each) => each.Key)).toEqual([Key]);
});

test('a key’s policy decides across accounts', async () => {
  const { KeyMetadata } = await owner.kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn ?? '';
  expect((await failure(job.kms.send(new DescribeKeyCommand({ KeyId })))).name).toBe('AccessDeniedException');
  const forBoth = policy(
    allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${PRODUCER}:root` } }),
    allow('kms:DescribeKey', '*', { Principal: { AWS: ROLE } }),
  );
  await owner.kms.send(new PutKeyPolicyCommand({ KeyId, Policy: forBoth, PolicyName: 'default' }));
  expect((await job.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn).toBe(KeyId);
});

test('the simulator answers truthfully, AssumeRole asks the trust policy', async () => {
  const simulate = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: ROLE,
    ActionNames: ['s3:GetObject', 's3:PutObject'],
  });
  const { EvaluationResults } = await consumer.iam.send(simulate);
  expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual(['allowed', 'implicitDeny']);
  const assume = new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'glue-run' });
  expect((await failure(job.sts.send(assume))).name).toBe('AccessDenied');
  const glue = clientsOf(lake.url, await lake.control.credentials('glue.amazonaws.com'));
  expect((await glue.sts.send(assume)).AssumedRoleUser?.Arn).toContain('assumed-role/job/glue-run');
});

test('a root may use what only MiniStack knows', async () => {
  const { UploadId } = await owner.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' }));
  await owner.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'large', UploadId }));
  expect((await failure(job.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' })))).status).toBe(501);
});

test('a service event reaches the rules of its account’s default bus', async () => {
  const config = {
    endpoint: lake.url,
    region: REGION,
    credentials: { accessKeyId: CONSUMER, secretAccessKey: 'unused' },
  };
  const sqs = new SQSClient(config);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'seen' }));
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: 'glue', EventPattern: JSON.stringify({ source: ['aws.glue'] }) }));
  await events.send(
    new PutTargetsCommand({ Rule: 'glue', Targets: [{ Id: 'q', Arn: `arn:aws:sqs:${REGION}:${CONSUMER}:seen` }] }),
  );
  const detail = { crawlerName: 'cur-crawler', state: 'Succeeded' };
  lake.world.emit({
    account: CONSUMER,
    region: REGION,
    source: 'aws.glue',
    detailType: 'Glue Crawler State Change',
    resources: [],
    detail,
  });
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
  const [sent] = await lake.control.events();
  expect(JSON.parse(Messages?.[0]?.Body ?? '')).toEqual(sent);
});
