import {
  CreateRoleCommand,
  CreateUserCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, CONSUMER, clientsOf, failure, PRODUCER, policy, trust } from './clients.ts';

let lake: RunningLake;
beforeEach(async () => {
  lake = await startLake({ accounts: [PRODUCER, CONSUMER] });
});
afterEach(() => lake.close());

const as = (who: Parameters<typeof clientsOf>[1]) => clientsOf(lake.url, who);

async function actingAs(arn: string) {
  return as(await lake.control.credentials(arn));
}

async function makeRole(account: string, name: string, trustPolicy: string, path = '/') {
  await as(account).iam.send(
    new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument: trustPolicy }),
  );
  return `arn:aws:iam::${account}:role${path}${name}`;
}

/** A function role of the producer that may assume anything. */
async function caller() {
  const arn = await makeRole(PRODUCER, 'hub-function', trust({ Service: 'lambda.amazonaws.com' }));
  const own = policy(allow(['sts:AssumeRole', 'sts:TagSession']));
  await as(PRODUCER).iam.send(
    new PutRolePolicyCommand({ RoleName: 'hub-function', PolicyName: 'own', PolicyDocument: own }),
  );
  return { arn, client: (await actingAs(arn)).sts };
}

describe('who calls (F-10 … F-13)', () => {
  test('a 12-digit access key id is the root of that account', async () => {
    const { Arn, Account } = await as(PRODUCER).sts.send(new GetCallerIdentityCommand({}));
    expect({ Arn, Account }).toEqual({ Arn: `arn:aws:iam::${PRODUCER}:root`, Account: PRODUCER });
  });

  test('an account the lake does not host is refused', async () => {
    const { name, status } = await failure(as('999999999999').sts.send(new GetCallerIdentityCommand({})));
    expect({ name, status }).toEqual({ name: 'InvalidClientTokenId', status: 403 });
  });

  test('a key nobody issued is refused', async () => {
    const stranger = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
    expect((await failure(as(stranger).iam.send(new ListRolesCommand({})))).name).toBe('InvalidClientTokenId');
  });

  test('a session token of another session is refused', async () => {
    const arn = await makeRole(PRODUCER, 'one', trust({ Service: 'glue.amazonaws.com' }));
    const keys = { ...(await lake.control.credentials(arn)), sessionToken: 'other' };
    expect((await failure(as(keys).sts.send(new GetCallerIdentityCommand({})))).name).toBe('InvalidClientTokenId');
  });

  test('a session is over when its time is', async () => {
    const arn = await makeRole(PRODUCER, 'one', trust({ Service: 'glue.amazonaws.com' }));
    const { sts } = await actingAs(arn);
    await sts.send(new GetCallerIdentityCommand({}));
    await lake.control.moveClock(3_600_001);
    expect((await failure(sts.send(new GetCallerIdentityCommand({})))).name).toBe('ExpiredToken');
  });

  test('a test may act as a role only a service may assume, and as that service', async () => {
    const arn = await makeRole(PRODUCER, 'job', trust({ Service: 'glue.amazonaws.com' }), '/data-jobs/');
    const { Arn, UserId } = await (await actingAs(arn)).sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${PRODUCER}:assumed-role/job/lake`);
    expect(UserId).toMatch(/^AROA[0-9A-F]{17}:lake$/);
    const service = await actingAs('glue.amazonaws.com');
    const { AssumedRoleUser } = await service.sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'GlueJobRunnerSession' }),
    );
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${PRODUCER}:assumed-role/job/GlueJobRunnerSession`);
  });
});

describe('AssumeRole (F-14 … F-18)', () => {
  test('across accounts both sides must allow', async () => {
    const { arn, client } = await caller();
    const trusting = await makeRole(CONSUMER, 'reader', trust({ AWS: PRODUCER }));
    const deaf = await makeRole(CONSUMER, 'deaf', trust({ AWS: CONSUMER }));
    await client.send(new AssumeRoleCommand({ RoleArn: trusting, RoleSessionName: 'stage' }));
    const refused = await failure(client.send(new AssumeRoleCommand({ RoleArn: deaf, RoleSessionName: 'stage' })));
    expect(refused).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:sts::${PRODUCER}:assumed-role/hub-function/lake is not authorized to perform: sts:AssumeRole on resource: ${deaf}`,
    });
    await as(PRODUCER).iam.send(
      new PutRolePolicyCommand({ RoleName: 'hub-function', PolicyName: 'own', PolicyDocument: policy(allow('s3:*')) }),
    );
    const alone = await failure(client.send(new AssumeRoleCommand({ RoleArn: trusting, RoleSessionName: 'stage' })));
    expect(alone.name).toBe('AccessDenied');
    expect(arn).toContain('hub-function');
  });

  test('a role that does not exist is refused like one that does not trust', async () => {
    const { client } = await caller();
    const gone = `arn:aws:iam::${CONSUMER}:role/gone`;
    const { name, message } = await failure(
      client.send(new AssumeRoleCommand({ RoleArn: gone, RoleSessionName: 'stage' })),
    );
    expect({ name, message }).toEqual({
      name: 'AccessDenied',
      message: expect.stringMatching(/is not authorized to perform: sts:AssumeRole on resource: .*role\/gone$/),
    });
  });

  test('conditions on the principal, its tags and the external id decide', async () => {
    const { client } = await caller();
    const condition = {
      StringEquals: { 'sts:ExternalId': 'lake', 'aws:RequestTag/scope': 'cur' },
      ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${PRODUCER}:role/hub-*` },
    };
    const arn = await makeRole(CONSUMER, 'reader', trust({ AWS: PRODUCER }, { Condition: condition }));
    const assume = (more: object) =>
      client.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage', ...more }));
    await assume({ ExternalId: 'lake', Tags: [{ Key: 'scope', Value: 'cur' }] });
    expect((await failure(assume({ ExternalId: 'other', Tags: [{ Key: 'scope', Value: 'cur' }] }))).name).toBe(
      'AccessDenied',
    );
    expect((await failure(assume({ ExternalId: 'lake' }))).name).toBe('AccessDenied');
  });

  test('session tags need sts:TagSession in the trust policy', async () => {
    const { client } = await caller();
    const only = policy({ Effect: 'Allow', Principal: { AWS: PRODUCER }, Action: 'sts:AssumeRole' });
    const arn = await makeRole(CONSUMER, 'reader', only);
    const tagged = new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage', Tags: [{ Key: 'a', Value: 'b' }] });
    expect((await failure(client.send(tagged))).message).toContain('sts:TagSession');
  });

  test('transitive tags go on from session to session, others end with theirs (F-18)', async () => {
    const { client } = await caller();
    const reader = await makeRole(CONSUMER, 'reader', trust({ AWS: PRODUCER }));
    const next = await makeRole(CONSUMER, 'next', trust({ AWS: reader }));
    const plain = { Effect: 'Allow', Principal: { AWS: reader } };
    const untagged = await makeRole(CONSUMER, 'untagged', policy({ ...plain, Action: 'sts:AssumeRole' }));
    const tagged = { StringEquals: { 'aws:PrincipalTag/scope': 'cur' }, Null: { 'aws:PrincipalTag/once': 'true' } };
    await as(CONSUMER).iam.send(
      new PutRolePolicyCommand({
        RoleName: 'next',
        PolicyName: 'p',
        PolicyDocument: policy(allow('iam:ListRoles', '*', { Condition: tagged })),
      }),
    );
    const tags = [
      { Key: 'scope', Value: 'cur' },
      { Key: 'once', Value: 'yes' },
    ];
    const assume = async (by: typeof client, RoleArn: string, more: object = {}) => {
      const { Credentials } = await by.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'stage', ...more }));
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
      return as({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
    };
    const first = await assume(client, reader, { Tags: tags, TransitiveTagKeys: ['scope'] });
    const second = await assume(first.sts, next);
    await second.iam.send(new ListRolesCommand({}));
    expect((await failure(assume(first.sts, untagged))).message).toContain('sts:TagSession');
    const again = failure(assume(first.sts, next, { Tags: [{ Key: 'Scope', Value: 'all' }] }));
    expect((await again).name).toBe('InvalidParameterValue');
    const absent = failure(assume(client, reader, { Tags: tags, TransitiveTagKeys: ['other'] }));
    expect((await absent).name).toBe('InvalidParameterValue');
  });

  test('session policies only narrow', async () => {
    const { client } = await caller();
    const arn = await makeRole(CONSUMER, 'reader', trust({ AWS: PRODUCER }));
    await as(CONSUMER).iam.send(
      new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'p', PolicyDocument: policy(allow('iam:ListRoles')) }),
    );
    const sessionOf = async (Policy: string) => {
      const { Credentials } = await client.send(
        new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage', Policy }),
      );
      return as({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: 'x',
        sessionToken: Credentials?.SessionToken ?? '',
      });
    };
    await (await sessionOf(policy(allow('iam:*')))).iam.send(new ListRolesCommand({}));
    const long = policy(
      allow(
        's3:GetObject',
        Array.from({ length: 60 }, (_, i) => `arn:aws:s3:::a-bucket-${i}/prefix/*`),
      ),
    );
    expect((await failure(sessionOf(long))).message).toContain('less than or equal to 2048');
    expect((await failure(sessionOf('{"Statement": 1'))).name).toBe('MalformedPolicyDocumentException');
    const narrow = await sessionOf(policy(allow('s3:*')));
    expect((await failure(narrow.iam.send(new ListRolesCommand({})))).message).toContain(
      'because no session policy allows',
    );
  });

  test('duration is bounded by the role and by chaining, the session name by its pattern', async () => {
    const { client } = await caller();
    const arn = await makeRole(CONSUMER, 'reader', trust({ AWS: PRODUCER }));
    const assume = (more: object) =>
      failure(client.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage', ...more })));
    expect((await assume({ DurationSeconds: 7200 })).message).toContain('role chaining');
    expect((await assume({ DurationSeconds: 10 })).name).toBe('ValidationError');
    expect((await assume({ RoleSessionName: 'not a name' })).name).toBe('ValidationError');
    expect(
      (await failure(as(PRODUCER).sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage' })))).message,
    ).toBe('Roles may not be assumed by root accounts.');
  });

  test('a user with a policy may, without one may not', async () => {
    await as(PRODUCER).iam.send(new CreateUserCommand({ UserName: 'datalake_user' }));
    const arn = await makeRole(PRODUCER, 'reader', trust({ AWS: PRODUCER }));
    const { sts } = await actingAs(`arn:aws:iam::${PRODUCER}:user/datalake_user`);
    const assume = () => sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'stage' }));
    expect((await failure(assume())).name).toBe('AccessDenied');
    await as(PRODUCER).iam.send(
      new PutUserPolicyCommand({
        UserName: 'datalake_user',
        PolicyName: 'p',
        PolicyDocument: policy(allow('sts:AssumeRole')),
      }),
    );
    await assume();
  });
});
