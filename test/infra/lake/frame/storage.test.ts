import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  ListAliasesCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, CONSUMER, clientsOf, failure, PRODUCER, policy, REGION, trust } from './clients.ts';

const Bucket = 'cur-export-111111111111';
const Key = 'cur/year=2026/month=1/part-0.parquet';
const ROLE = `arn:aws:iam::${CONSUMER}:role/data-jobs/job`;

let lake: RunningLake;
let owner: ReturnType<typeof clientsOf>;
let job: ReturnType<typeof clientsOf>;

async function give(...statements: object[]) {
  const PolicyDocument = policy(...statements);
  await clientsOf(lake.url, CONSUMER).iam.send(
    new PutRolePolicyCommand({ RoleName: 'job', PolicyName: 'own', PolicyDocument }),
  );
}

const openBucket = (...statements: object[]) =>
  owner.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy(...statements) }));

const forJob = (Action: string, Resource: string, more: object = {}) =>
  allow(Action, Resource, { Principal: { AWS: ROLE }, ...more });

const read = async () => (await job.s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

beforeEach(async () => {
  lake = await startLake();
  owner = clientsOf(lake.url, PRODUCER);
  const Trust = trust({ Service: 'glue.amazonaws.com' });
  await clientsOf(lake.url, CONSUMER).iam.send(
    new CreateRoleCommand({ RoleName: 'job', Path: '/data-jobs/', AssumeRolePolicyDocument: Trust }),
  );
  await owner.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await owner.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'parquet' }));
  job = clientsOf(lake.url, await lake.control.credentials(ROLE));
});
afterEach(() => lake.close());

describe('objects (F-40 … F-43)', () => {
  test('across accounts the bucket policy and the role must both allow', async () => {
    expect((await failure(read())).message).toContain(
      'because no identity-based policy allows the s3:GetObject action',
    );
    await give(allow('s3:GetObject'));
    expect((await failure(read())).message).toContain(
      'because no resource-based policy allows the s3:GetObject action',
    );
    await openBucket(forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`));
    expect(await read()).toBe('parquet');
  });

  test('an explicit deny wins over everything', async () => {
    await give(allow('s3:*'));
    await openBucket(forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`), {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/data-jobs/*' } },
    });
    expect((await failure(read())).message).toContain('with an explicit deny in a resource-based policy');
  });

  test('who may not list is not told that a key is missing', async () => {
    await give(allow('s3:*'));
    await openBucket(forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`));
    const missing = () => failure(job.s3.send(new GetObjectCommand({ Bucket, Key: 'none' })));
    expect((await missing()).name).toBe('AccessDenied');
    await openBucket(
      forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`),
      forJob('s3:ListBucket', `arn:aws:s3:::${Bucket}`),
    );
    expect((await missing()).name).toBe('NoSuchKey');
  });

  test('listing is allowed under the prefix of a condition only', async () => {
    await give(allow('s3:*'));
    await openBucket(
      forJob('s3:ListBucket', `arn:aws:s3:::${Bucket}`, { Condition: { StringLike: { 's3:prefix': 'cur/*' } } }),
    );
    const list = (Prefix: string) => job.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect((await list('cur/year=2026/')).Contents?.map((each) => each.Key)).toEqual([Key]);
    expect((await failure(list('other/'))).name).toBe('AccessDenied');
  });

  test('the expected bucket owner is held to', async () => {
    await owner.s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: PRODUCER }));
    const { status } = await failure(owner.s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: CONSUMER })));
    expect(status).toBe(403);
  });

  test('an object under SSE-KMS needs the key as well', async () => {
    const { KeyMetadata } = await owner.kms.send(new CreateKeyCommand({}));
    const keyArn = KeyMetadata?.Arn ?? '';
    await owner.s3.send(
      new PutObjectCommand({ Bucket, Key, Body: 'secret', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn }),
    );
    await give(allow(['s3:GetObject', 'kms:Decrypt']));
    await openBucket(forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`));
    expect((await failure(read())).message).toContain(
      `kms:Decrypt on resource: ${keyArn} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    );
    const keyPolicy = policy(
      allow('kms:*', '*', { Principal: { AWS: PRODUCER } }),
      allow('kms:Decrypt', '*', {
        Principal: { AWS: ROLE },
        Condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
      }),
    );
    await owner.kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy: keyPolicy }));
    expect(await read()).toBe('secret');
    const direct = await failure(
      job.kms.send(
        new DecryptCommand({
          CiphertextBlob: (await owner.kms.send(new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from('x') })))
            .CiphertextBlob,
        }),
      ),
    );
    expect(direct.name).toBe('AccessDeniedException');
  });
});

describe('buckets (F-44)', () => {
  test('policy, location and encryption are what was put', async () => {
    expect((await failure(owner.s3.send(new GetBucketPolicyCommand({ Bucket })))).name).toBe('NoSuchBucketPolicy');
    await openBucket(forJob('s3:GetObject', `arn:aws:s3:::${Bucket}/*`));
    const { Policy } = await owner.s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy ?? '').Statement).toHaveLength(1);
    await owner.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect((await owner.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(REGION);
    const { ServerSideEncryptionConfiguration } = await owner.s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe(
      'AES256',
    );
  });

  test('a policy with a principal that does not exist, a foreign resource or no JSON is malformed', async () => {
    const put = (Policy: string) => failure(owner.s3.send(new PutBucketPolicyCommand({ Bucket, Policy })));
    const gone = allow('s3:GetObject', `arn:aws:s3:::${Bucket}/*`, {
      Principal: { AWS: `arn:aws:iam::${CONSUMER}:role/gone` },
    });
    expect((await put(policy(gone))).message).toBe('Invalid principal in policy');
    expect((await put(policy(forJob('s3:GetObject', 'arn:aws:s3:::other/*')))).message).toBe(
      'Policy has invalid resource',
    );
    expect(await put('{')).toMatchObject({ name: 'MalformedPolicy' });
  });

  test('another account may neither read nor write the policy, and a name is taken for everybody', async () => {
    const other = clientsOf(lake.url, CONSUMER).s3;
    expect((await failure(other.send(new GetBucketPolicyCommand({ Bucket })))).name).toBe('MethodNotAllowed');
    expect((await failure(other.send(new CreateBucketCommand({ Bucket })))).name).toBe('BucketAlreadyExists');
    expect((await failure(other.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' })))).status).toBe(404);
  });

  test('pages of objects follow on', async () => {
    for (const name of ['a', 'b', 'c'])
      await owner.s3.send(new PutObjectCommand({ Bucket, Key: `page/${name}`, Body: name }));
    const first = await owner.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'page/', MaxKeys: 2 }));
    expect(first.Contents?.map((each) => each.Key)).toEqual(['page/a', 'page/b']);
    const rest = await owner.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'page/', ContinuationToken: first.NextContinuationToken }),
    );
    expect(rest.Contents?.map((each) => each.Key)).toEqual(['page/c']);
  });
});

describe('keys (F-45)', () => {
  test('without the key policy an identity policy is worth nothing', async () => {
    const Policy = policy(allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${PRODUCER}:root` } }));
    const { KeyMetadata } = await owner.kms.send(new CreateKeyCommand({ Policy }));
    await give(allow('kms:*'));
    const KeyId = KeyMetadata?.Arn ?? '';
    expect((await failure(job.kms.send(new DescribeKeyCommand({ KeyId })))).name).toBe('AccessDeniedException');
    expect((await owner.kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(Policy);
    expect((await failure(job.kms.send(new GetKeyPolicyCommand({ KeyId })))).name).toBe('NotFoundException');
  });

  test('a disabled key says so and encrypts nothing until it is enabled', async () => {
    const { KeyMetadata } = await owner.kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn ?? '';
    await owner.kms.send(new DisableKeyCommand({ KeyId }));
    expect((await owner.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Enabled).toBe(false);
    const encrypt = () => owner.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
    expect(await failure(encrypt())).toMatchObject({ name: 'DisabledException', message: `${KeyId} is disabled.` });
    await owner.kms.send(new EnableKeyCommand({ KeyId }));
    expect((await encrypt()).KeyId).toBe(KeyId);
  });

  test('aliases name keys', async () => {
    const { KeyMetadata } = await owner.kms.send(new CreateKeyCommand({}));
    await owner.kms.send(new CreateAliasCommand({ AliasName: 'alias/catalog', TargetKeyId: KeyMetadata?.KeyId }));
    const { Aliases } = await owner.kms.send(new ListAliasesCommand({}));
    expect(Aliases?.map((each) => [each.AliasName, each.TargetKeyId])).toEqual([['alias/catalog', KeyMetadata?.KeyId]]);
    const managed = await owner.kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/glue' }));
    expect(managed.KeyMetadata?.KeyManager).toBe('AWS');
  });
});
