/** Each pair holds in the right order, and is violated the other way round. */

import { describe, expect, test } from 'vitest';
import type { Act, Deed } from './deeds.ts';
import { type Ask, lakeResource } from './lake-resources.ts';
import { crowds, violations } from './order.ts';
import { ALONE, PAIRS } from './pairs.ts';

const OWNER = '111111111111';
const READER = '222222222222';
const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';
const OPERATOR = `arn:aws:iam::${OWNER}:role/onramp/onramp-operator`;
const JOB = `arn:aws:iam::${READER}:role/job`;

const database = (Name: string, CatalogId = OWNER) => ({ Database: { CatalogId, Name } });
const table = (Name: string, CatalogId = OWNER) => ({ Table: { CatalogId, DatabaseName: 'db', Name } });
const byTag = {
  LFTagPolicy: { CatalogId: OWNER, ResourceType: 'TABLE', Expression: [{ TagKey: 'pii', TagValues: ['no'] }] },
};
const column = {
  TableWithColumns: { CatalogId: OWNER, DatabaseName: 'db', Name: 't', ColumnNames: ['c'] },
};

/** Who does it, and what. */
type Step = readonly [account: string, act: Act, role?: 'storage'];

function permission(kind: 'grant' | 'revoke', principal: string, on: Ask, permissions = ['DESCRIBE']): Act {
  return { kind, principal, on: lakeResource(on, OWNER), permissions, grantable: [] };
}
const grant = (principal: string, on: Ask, permissions?: string[]) => permission('grant', principal, on, permissions);
const revoke = (principal: string, on: Ask) => permission('revoke', principal, on);
const policy = (of: string): Act => ({ kind: 'policy', of, policy: { Statement: [] }, more: [] });
const tag = (on: Ask, value = 'no'): Act => ({ kind: 'tag', on: lakeResource(on, OWNER), key: 'pii', value });
const ofDatabase = (
  kind: 'create-database' | 'update-database' | 'delete-database',
  name: string,
  more: { input?: string; target?: string } = {},
): Act => ({ kind, catalog: READER, name, input: more.input ?? '', target: more.target ?? null });
const admin: Act = { kind: 'settings', admins: [OPERATOR], document: {} };
const accept: Act = {
  kind: 'accept',
  invitation: { sender: OWNER, receiver: READER, share: 'database', databases: ['db'] },
};

/** By the beginning of a pair's name: what comes first, and what has to wait for it. */
const EXAMPLES: Readonly<Record<string, readonly [Step, Step]>> = {
  'our operator is an administrator': [
    [OWNER, admin],
    [OWNER, grant(READER, database('db'))],
  ],
  'RAM may share the catalog': [
    [OWNER, policy('catalog policy')],
    [OWNER, grant(READER, byTag)],
  ],
  'IAM_ALLOWED_PRINCIPALS is revoked': [
    [OWNER, revoke(EVERYBODY, table('t'))],
    [OWNER, grant(READER, database('db'))],
  ],
  'new tables of a database start closed': [
    [OWNER, ofDatabase('update-database', 'db')],
    [OWNER, grant(READER, table('t'))],
  ],
  'our operator may alter': [
    [OWNER, grant(OPERATOR, database('db'), ['ALTER', 'DESCRIBE'])],
    [OWNER, ofDatabase('update-database', 'db')],
  ],
  'a database is shared no longer': [
    [OWNER, revoke(READER, table('t'))],
    [OWNER, grant(EVERYBODY, database('db'), ['ALL'])],
  ],
  'a key of LF-Tags has a value': [
    [OWNER, { kind: 'tag-key', catalog: OWNER, key: 'pii', values: ['no', 'yes'] }],
    [OWNER, tag(database('db'))],
  ],
  'columns are tagged': [
    [OWNER, tag(column)],
    [OWNER, tag(table('t'))],
  ],
  'tables and columns are tagged': [
    [OWNER, tag(table('t'))],
    [OWNER, tag(database('db'))],
  ],
  'a place is registered': [
    [OWNER, { kind: 'register', arn: 'arn:aws:s3:::b', how: '{}' }],
    [OWNER, grant(JOB, { DataLocation: { CatalogId: OWNER, ResourceArn: 'arn:aws:s3:::b' } })],
  ],
  'what is granted by tag': [
    [READER, grant(JOB, byTag)],
    [READER, grant(JOB, table('t'))],
  ],
  'an invitation is accepted': [
    [READER, accept],
    [READER, ofDatabase('create-database', 'link', { target: `${OWNER}/db` })],
  ],
  'a link, or the database default': [
    [READER, ofDatabase('create-database', 'default')],
    [READER, grant(JOB, database('default', READER))],
  ],
  'grants on a link are revoked': [
    [READER, revoke(JOB, database('link', READER))],
    [READER, ofDatabase('delete-database', 'link')],
  ],
  'grants are made before bytes': [
    [OWNER, grant(READER, table('t'))],
    [OWNER, policy('bucket b'), 'storage'],
  ],
  'grants are taken back before bytes': [
    [OWNER, revoke(READER, table('t'))],
    [OWNER, policy('key k'), 'storage'],
  ],
  'an account is granted before': [
    [OWNER, grant(READER, table('t'))],
    [READER, grant(JOB, table('t'))],
  ],
};

/** One after another: each is sent when the one before was answered. */
function deeds(steps: readonly Step[], outcome = 'ok'): readonly Deed[] {
  return steps.map(([account, act, role = 'operator'], i) => ({
    account,
    region: 'ap-northeast-1',
    role,
    operation: act.kind,
    act,
    outcome,
    started: 10 * i,
    ended: 10 * i + 9,
    index: 0,
  }));
}

const told = (run: readonly Deed[]) => violations(PAIRS, { world: run, run });

describe.each(PAIRS)('$name', ({ name }) => {
  const [first, later] = Object.entries(EXAMPLES).find(([beginning]) => name.startsWith(beginning))?.[1] ?? [];
  if (first === undefined || later === undefined) throw new Error(`there is no example of "${name}"`);

  test('in this order: nothing is told', () => {
    expect(told(deeds([first, later]))).toEqual([]);
  });

  test('the other way round: told, and nothing else', () => {
    expect(told(deeds([later, first]))).toEqual([expect.stringContaining(name)]);
  });

  test('only one of the two, or refused by AWS: nothing is told', () => {
    expect(told(deeds([later]))).toEqual([]);
    expect(told(deeds([later, first], 'AccessDeniedException'))).toEqual([]);
  });
});

test('two that were under way at the same time were in no order', () => {
  const [made, used] = deeds([
    [OWNER, { kind: 'tag-key', catalog: OWNER, key: 'pii', values: ['no'] }],
    [OWNER, tag(database('db'))],
  ]);
  if (made === undefined || used === undefined) throw new Error('two deeds were asked for');
  expect(told([made, { ...used, started: made.ended - 1 }])).toHaveLength(1);
});

test('in one batch the order of the entries counts', () => {
  const [first, later] = deeds([
    [READER, grant(JOB, byTag)],
    [READER, grant(JOB, table('t'))],
  ]);
  if (first === undefined || later === undefined) throw new Error('two deeds were asked for');
  const call = { started: 0, ended: 9 };
  expect(
    told([
      { ...first, ...call },
      { ...later, ...call, index: 1 },
    ]),
  ).toEqual([]);
  expect(
    told([
      { ...first, ...call, index: 1 },
      { ...later, ...call },
    ]),
  ).toHaveLength(1);
});

test('all that have to come first count where each of them is needed, and one where one is enough', () => {
  const close = (name: string): Step => [OWNER, revoke(EVERYBODY, table(name))];
  const share: Step = [OWNER, grant(READER, database('db'))];
  expect(told(deeds([close('a'), share, close('b')]))).toEqual([expect.stringContaining('IAM_ALLOWED_PRINCIPALS')]);
  const values: Step = [OWNER, { kind: 'tag-key', catalog: OWNER, key: 'pii', values: ['no'] }];
  expect(told(deeds([values, [OWNER, tag(database('db'))], values]))).toEqual([]);
});

/** By the beginning of a rule's name: two that must not be under way together, and one that may. */
const TOGETHER: Readonly<Record<string, readonly [Step, Step, Step]>> = {
  'grants and revokes': [
    [OWNER, grant(READER, database('db'))],
    [OWNER, revoke(EVERYBODY, table('t'))],
    [READER, grant(JOB, database('db'))],
  ],
  'a table and its columns': [
    [OWNER, tag(column)],
    [OWNER, tag(table('t'))],
    [OWNER, tag(table('u'))],
  ],
  'a document has one writer': [
    [OWNER, policy('bucket b')],
    [OWNER, policy('bucket b')],
    [OWNER, policy('bucket c')],
  ],
};

describe.each(ALONE)('$name', ({ name }) => {
  const [one, same, other] = Object.entries(TOGETHER).find(([beginning]) => name.startsWith(beginning))?.[1] ?? [];
  if (one === undefined || same === undefined || other === undefined)
    throw new Error(`there is no example of "${name}"`);
  const overlapping = (...steps: readonly Step[]) => deeds(steps).map((deed) => ({ ...deed, ended: deed.ended + 5 }));

  test('under way together: told; one after another, or about something else: not', () => {
    expect(crowds(ALONE, overlapping(one, same))).toEqual([expect.stringContaining(name)]);
    expect(crowds(ALONE, deeds([one, same]))).toEqual([]);
    expect(crowds(ALONE, overlapping(one, other))).toEqual([]);
  });
});
