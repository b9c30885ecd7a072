/** A session policy only ever cuts down: what a session needs, the role that it is of must have. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { matches } from '#core/iam/pattern.ts';
import {
  operatorPermissions,
  readerPermissions,
  storagePermissions,
} from '../../infra/constructs/member-permissions.ts';
import { SESSIONS } from '../support/sessions.ts';

const KEY = 'arn:aws:kms:ap-northeast-1:111111111111:key/0';
const ROLE = 'arn:aws:iam::111111111111:role/lake/registration';
const place = { partition: 'aws', account: '111111111111' };
const stores = { buckets: ['cur'], keys: [KEY] };
/** As the policy's foundation asks for it. */
const foundation = {
  tags: true,
  registrationRoles: [ROLE],
  serviceLinked: true,
  identities: true,
  catalogKeys: ['arn:aws:kms:*:111111111111:key/*'],
};
const ROLES = {
  Reader: readerPermissions(place, stores, foundation),
  Operator: operatorPermissions(place, foundation),
  Storage: storagePermissions(place, stores),
};

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}
const here = {
  ...place,
  region: 'ap-northeast-1',
  database: 'cur_org',
  bucket: 'cur',
  key: KEY,
  registrationRole: ROLE,
};

test.for(SESSIONS)('the role of a session for %s may do all of it', ([, session]) => {
  const allowed: readonly Statement[] = ROLES[session.role].map(({ statement }) => statement);
  const asked = (JSON.parse(session.policy(here).text) as { Statement: Statement[] }).Statement;
  const may = (action: string, resource: string, condition: object | undefined) =>
    allowed.some(
      ({ Action, Resource, Condition }) =>
        Action.includes(action) &&
        // What a session may read anywhere, its role's resources narrow.
        Resource.some((pattern) => matches(pattern, resource) || matches(resource, pattern)) &&
        (Condition === undefined || JSON.stringify(Condition) === JSON.stringify(condition)),
    );
  const lacking = asked.flatMap(({ Action, Resource, Condition }) =>
    Action.flatMap((action) =>
      Resource.filter((resource) => !may(action, resource, Condition)).map((on) => [action, on]),
    ),
  );
  expect(lacking).toEqual([]);
});

test.for(['Reader', 'Operator', 'Storage'] as const)('%s may do nothing that no session of it is for', (role) => {
  const asked = SESSIONS.filter(([, session]) => session.role === role).flatMap(([, session]) =>
    (JSON.parse(session.policy(here).text) as { Statement: Statement[] }).Statement.flatMap(({ Action }) => Action),
  );
  const granted = ROLES[role].flatMap(({ statement }) => statement.Action);
  expect(granted.filter((action) => !asked.includes(action))).toEqual([]);
});

describe('the calls that adapters make', () => {
  /** Services of member accounts, as their clients and as IAM call them. */
  const SERVICES: Readonly<Record<string, string>> = {
    glue: 'glue',
    lakeformation: 'lakeformation',
    ram: 'ram',
    iam: 'iam',
    kms: 'kms',
    s3: 's3',
  };
  /** IAM's words for what S3 calls otherwise. */
  const IAM_WORDS: Readonly<Record<string, string>> = { 's3:GetBucketEncryption': 's3:GetEncryptionConfiguration' };
  /** Our hub's own buckets, as the hub. */
  const HUBS = /^(alerts|audit|assets|json-objects|objects|observations|machines|ledger.*)\.ts$/;
  const files = readdirSync('functions/aws').filter((file) => !HUBS.test(file));
  const calls = new Set(files.flatMap((file) => callsOf(readFileSync(`functions/aws/${file}`, 'utf8'))));
  const granted = new Set(Object.values(ROLES).flatMap((role) => role.flatMap(({ statement }) => statement.Action)));
  /** Not called by us: AWS asks whether we may, when a table is granted or tagged, a grant leaves the account, a place is registered, a catalog is encrypted. */
  const IN_OUR_NAME =
    /^(organizations:|glue:GetTable$|iam:(PassRole|CreateServiceLinkedRole|PutRolePolicy)$|kms:(Decrypt|Encrypt|GenerateDataKey)$|ram:(\w+ResourceShare|AssociateResourceSharePermission|GetPermission|ListResources)$)/;

  function callsOf(text: string): readonly string[] {
    const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9]+)'/g)];
    return imports.flatMap(([, names = '', client = '']) => {
      const service = SERVICES[client];
      if (service === undefined) return [];
      const commands = [...names.matchAll(/\b(\w+)Command\b/g)].map(([, command]) => `${service}:${command}`);
      return commands.map((call) => IAM_WORDS[call] ?? call);
    });
  }

  test('are all allowed to a role', () => {
    expect(calls.size).toBeGreaterThan(40);
    expect([...calls].filter((call) => !granted.has(call))).toEqual([]);
  });

  test('are all that a role is allowed, but for what AWS does in our name', () => {
    expect([...granted].filter((action) => !calls.has(action) && !IN_OUR_NAME.test(action))).toEqual([]);
  });
});
