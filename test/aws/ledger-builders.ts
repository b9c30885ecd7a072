/** Entries, findings and records for tests of ledgers: the smallest that means something. */

import { createHash } from 'node:crypto';
import type {
  ConsumerRecord,
  Entry,
  EntryIdentity,
  EntryOf,
  EntryPayload,
  FindingRecord,
  Ledger,
} from '#contracts/ledger.ts';
import { finding } from '#core/findings.ts';
import { entryId } from '#core/ownership.ts';

export const FINANCE = '111111111111';
export const ANALYTICS = '222222222222';
export const REGION = 'ap-northeast-1';
/** What the entries of `entry` are read by. */
export const CUR_ORG = { part: 'database', account: FINANCE, region: REGION, database: 'cur_org' } as const;

const JOB = `arn:aws:iam::${ANALYTICS}:role/data-jobs/売上`;

/** A ledger, and what of it has ended, wherever that is kept. */
export interface KeptLedger {
  readonly ledger: Ledger;
  ended(): Promise<readonly Entry[]>;
}

/** A grant by the run of database `cur_org`. */
export function entry(id: string, more: Partial<EntryOf<'grant'>> = {}): EntryOf<'grant'> {
  return {
    id,
    kind: 'grant',
    account: FINANCE,
    region: REGION,
    part: 'database',
    database: 'cur_org',
    target: `table ${FINANCE}/cur_org.legacy_all`,
    principal: JOB,
    sent: {
      principal: JOB,
      resource: { type: 'table', catalog: FINANCE, database: 'cur_org', table: 'legacy_all' },
      permissions: ['DESCRIBE', 'SELECT'],
      grantable: [],
    },
    before: { SELECT: 'absent', DESCRIBE: 'theirs' },
    inverse: null,
    products: ['cur'],
    state: 'intent',
    error: null,
    policy: 'abc',
    execution: 'arn:execution',
    at: 1_700_000_000_000,
    ...more,
  };
}

/** The entry about our statements in a bucket's policy; its text is as long as told, and hardly to be compressed. */
export function documentEntry(
  bucket: string,
  { bytes = 0, ...more }: Partial<EntryOf<'statements'>> & { readonly bytes?: number } = {},
): EntryOf<'statements'> {
  const identity = documentIdentity(bucket, more);
  return {
    ...entry(entryId(identity)),
    ...identity,
    part: 'document',
    database: null,
    sent: [],
    before: {},
    inverse: bytes === 0 ? null : noise(bytes),
    ...more,
    kind: 'statements',
  };
}

export function documentIdentity(bucket: string, more: Partial<EntryIdentity> = {}): EntryIdentity {
  const { account = FINANCE, region = REGION } = more;
  return { kind: 'statements', account, region, target: `bucket ${bucket}`, principal: null };
}

/** What each kind of entry holds. */
export const PAYLOADS: readonly EntryPayload[] = [
  { kind: 'grant', sent: entry('').sent, inverse: null },
  {
    kind: 'revoke',
    sent: { ...entry('').sent, resource: { type: 'catalog', catalog: FINANCE }, grantable: ['DESCRIBE'] },
    inverse: null,
  },
  { kind: 'link', sent: { catalog: FINANCE, database: 'cur_org', region: REGION }, inverse: null },
  { kind: 'database', sent: { name: 'default' }, inverse: null },
  { kind: 'acceptance', sent: { invitationArn: 'arn:aws:ram:r:1:resource-share-invitation/i' }, inverse: null },
  { kind: 'location', sent: { arn: 'arn:aws:s3:::lake/売上', roleArn: null, hybrid: true }, inverse: null },
  { kind: 'tag', sent: { key: 'source', values: ['none', 'product'] }, inverse: null },
  { kind: 'assignment', sent: { source: 'product' }, inverse: { source: 'none' } },
  { kind: 'admins', sent: { admins: [JOB], readOnlyAdmins: [], version: 4 }, inverse: '{"DataLakeAdmins":[]}' },
  {
    kind: 'statements',
    sent: [
      {
        Sid: 'OnrampGetCur',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['s3:GetObject'],
        Resource: ['arn:aws:s3:::cur/*'],
        Condition: { StringLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/data-jobs/*'] } },
      },
      { Sid: 'OnrampDeny', Effect: 'Deny', Principal: '*', Action: ['s3:GetObject'], Resource: ['*'] },
    ],
    inverse: '{"Version":"2012-10-17","Statement":[]}',
  },
  { kind: 'table-defaults', sent: null, inverse: '[{"Permissions":["ALL"]}]' },
];

const found = finding({
  hop: 'grants',
  state: 'broken',
  cause: 'grant-failed',
  account: ANALYTICS,
  region: REGION,
  product: 'cur',
  principal: JOB,
  resource: `table ${FINANCE}/cur_org.legacy_all`,
  message: 'could not grant',
  remedy: 'Nothing to do.',
  aws: { code: 'AccessDeniedException', message: '' },
});

export function record(key: string, more: Partial<FindingRecord> = {}): FindingRecord {
  return {
    key,
    scope: 'scope-a',
    state: 'open',
    finding: { ...found, key },
    openedAt: 1,
    seenAt: 2,
    recoveredAt: null,
    reportedAt: null,
    recoveryReportedAt: null,
    execution: 'arn:execution',
    ...more,
  };
}

/** As many databases read and roles disproved as told, with names and fingerprints that hardly compress. */
export function consumerRecord(databases: number, roles: number): ConsumerRecord {
  const word = (of: string, n: number, length: number) => digest(`${of}${n}`).slice(0, length);
  const scopes = Array.from({ length: databases }, (_, n) => `publish ${FINANCE} ${REGION} team_${word('d', n, 20)}`);
  return {
    account: ANALYTICS,
    region: REGION,
    fingerprints: Object.fromEntries(scopes.map((scope, n) => [scope, word('f', n, 32)])),
    disproved: Array.from({ length: roles }, (_, n) => `arn:aws:iam::${ANALYTICS}:role/data-jobs/${word('r', n, 24)}`),
    at: 1_700_000_000_000,
  };
}

/** The same text every time. */
function noise(bytes: number): string {
  const parts = Array.from({ length: Math.ceil(bytes / 64) }, (_, n) => digest(`noise${n}`));
  return parts.join('').slice(0, bytes);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
