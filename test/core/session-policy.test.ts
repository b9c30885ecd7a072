import { describe, expect, test } from 'vitest';
import { NO_RESOURCE, OWN_CATALOG, type PermissionRow } from '#contracts/permissions.ts';
import { readingPolicy, type SessionPlace, writingPolicy } from '#core/session-policy.ts';
import { READING, SESSIONS, type Session, WRITING } from '../support/sessions.ts';

const account = '111111111111';
const place = { partition: 'aws-us-gov', account, region: 'us-gov-west-1' } as const;
const longest: SessionPlace = {
  ...place,
  database: 'd'.repeat(150),
  bucket: 'b'.repeat(63),
  key: 'arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/00000000-0000-0000-0000-000000000000',
  registrationRole: `arn:aws-us-gov:iam::${account}:role/${'r'.repeat(64)}`,
};

interface Statement {
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: string[];
  readonly Condition?: object;
}
const statementsOf = ({ text }: { readonly text: string }) =>
  (JSON.parse(text) as { Statement: Statement[] }).Statement;
const statements = (session: Session, of: SessionPlace = longest) => statementsOf(session.policy(of));
const actions = (session: Session) => statements(session).flatMap(({ Action }) => Action);
const writing = (name: string) => {
  const found = WRITING.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no example is called ${name}`);
  return found[1];
};

test.for(SESSIONS)('%s fits the 2,048 characters STS takes', ([, session]) => {
  expect(session.policy(longest).text.length).toBeLessThanOrEqual(2048);
});

test.for(READING)('%s writes nothing', ([, session]) => {
  for (const action of actions(session)) expect(action).toMatch(/^([a-z0-9]+:(Get|List|Search|Describe)|kms:Decrypt$)/);
});

test.for(SESSIONS)('%s names every action, and allows some', ([, session]) => {
  expect(actions(session).length).toBeGreaterThan(0);
  for (const action of actions(session)) expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
});

test('a change’s writes are its own', () => {
  const writers = (action: string) =>
    WRITING.flatMap(([name, session]) => (actions(session).includes(action) ? [name] : []));
  expect(writers('lakeformation:PutDataLakeSettings')).toEqual([
    'merge-settings',
    'merge-settings that closes',
    'merge-settings that opens again',
  ]);
  expect(writers('glue:UpdateDatabase')).toEqual(['close-table-defaults', 'reopen-table-defaults']);
  expect(writers('glue:CreateDatabase')).toEqual(['create-link', 'create-database']);
  expect(writers('ram:AcceptResourceShareInvitation')).toEqual(['accept-invitation']);
  expect(writers('ram:CreateResourceShare')).toEqual(['grant to another account', 'revoke']);
  expect(writers('s3:PutBucketPolicy')).toEqual(['merge-bucket-policy']);
  expect(writers('kms:PutKeyPolicy')).toEqual(['merge-key-policy']);
  expect(writers('iam:PassRole')).toEqual(['register-location with a role']);
  expect(writers('iam:PutRolePolicy')).toEqual(['register-location']);
  expect(writers('lakeformation:AddLFTagsToResource')).toEqual(['create-tag', 'extend-tag', 'assign-tags']);
});

test('what AWS knows by ARN is named by ARN, in the right partition', () => {
  const bucket = statements(writing('merge-bucket-policy'), { ...longest, bucket: 'cur' });
  expect(bucket.map(({ Resource }) => Resource)).toEqual([['arn:aws-us-gov:s3:::cur']]);
  expect(statements(writing('merge-key-policy')).map(({ Resource }) => Resource)).toEqual([[longest.key]]);
  const [role] = statements(writing('register-location with a role')).filter(({ Action }) =>
    Action.includes('iam:PassRole'),
  );
  expect(role).toEqual({
    Effect: 'Allow',
    Action: ['iam:PassRole'],
    Resource: [longest.registrationRole],
    Condition: { StringEquals: { 'iam:PassedToService': 'lakeformation.amazonaws.com' } },
  });
  const exposure = statements(writing('close-table-defaults'), { ...longest, database: 'cur_org' });
  expect(exposure.map(({ Resource }) => Resource)).toEqual([
    [
      'arn:aws-us-gov:glue:us-gov-west-1:111111111111:catalog',
      'arn:aws-us-gov:glue:us-gov-west-1:111111111111:database/cur_org',
      'arn:aws-us-gov:glue:us-gov-west-1:111111111111:table/cur_org/*',
    ],
    ['arn:aws-us-gov:kms:*:*:key/*'],
  ]);
});

test('a bucket’s session says nothing about keys', () => {
  expect(writing('merge-bucket-policy').policy(longest).text).not.toContain('kms:');
});

test('the hash tells policies apart and is the same for the same', () => {
  const one = writing('grant').policy(place);
  expect(writing('grant').policy(place)).toEqual(one);
  expect(writing('accept-invitation').policy(place).hash).not.toBe(one.hash);
  expect(writing('merge-catalog-policy').policy({ ...place, region: 'us-gov-east-1' }).hash).not.toBe(
    writing('merge-catalog-policy').policy(place).hash,
  );
});

describe('of rows', () => {
  const row = (sid: string, changes: Partial<PermissionRow> = {}): PermissionRow => {
    return { sid, actions: [`glue:Get${sid}`], on: OWN_CATALOG, why: '', ...changes };
  };
  const condition = { StringEquals: { 'iam:PassedToService': 'x' } };

  test('those about the same are one statement, each action once; another condition is another', () => {
    const rows = [row('A'), row('B'), row('A'), row('C', { condition })];
    const written = statementsOf(writingPolicy(rows, place));
    expect(written.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [['glue:GetA', 'glue:GetB'], undefined],
      [['glue:GetC'], condition],
    ]);
  });

  test('one is left out where the session is for none of what it names; a database is any until one is named', () => {
    const rows = [
      row('Key', { on: ['{key}'] }),
      row('Bucket', { on: ['arn:{partition}:s3:::{bucket}'] }),
      row('Table'),
    ];
    const written = statementsOf(writingPolicy(rows, { ...place, bucket: 'cur' }));
    expect(written.map(({ Resource }) => Resource)).toEqual([
      ['arn:aws-us-gov:s3:::cur'],
      ['catalog', 'database/*', 'table/*/*'].map((rest) => `arn:aws-us-gov:glue:us-gov-west-1:${account}:${rest}`),
    ]);
  });

  test('reading is one statement, wherever the role itself may; what it asks under a condition stays under it', () => {
    const rows = [row('A'), row('B', { on: NO_RESOURCE }), row('Key', { on: ['{key}'] }), row('C', { condition })];
    expect(statementsOf(readingPolicy(rows, place))).toEqual([
      { Effect: 'Allow', Action: ['glue:GetA', 'glue:GetB', 'glue:GetKey'], Resource: ['*'] },
      { Effect: 'Allow', Action: ['glue:GetC'], Resource: ['*'], Condition: condition },
    ]);
  });

  test('more than STS takes is an error that names them, before anybody is asked', () => {
    const many = Array.from({ length: 200 }, (_, n) => row(`Thing${n}`));
    const tooLong = () => writingPolicy(many, place);
    expect(tooLong).toThrow(/session policy for Thing0, Thing1.* in 111111111111 is \d+ characters, more than 2048/);
    expect(tooLong).toThrow(expect.objectContaining({ code: 'LimitExceeded' }));
  });
});
