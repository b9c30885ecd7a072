/** One change of each kind, and of some kinds more: where what is true of all changes is tried. */

import type { MergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import type { MergeCatalogPolicy } from '#changes/catalog-policy/change.ts';
import type { CreateDatabase } from '#changes/database/change.ts';
import type { GrantChange } from '#changes/grant/change.ts';
import type { AcceptInvitation } from '#changes/invitation/change.ts';
import type { MergeKeyPolicy } from '#changes/key-policy/change.ts';
import type { CreateLink } from '#changes/link/change.ts';
import type { DeleteLink } from '#changes/link-removal/change.ts';
import type { RegisterLocation } from '#changes/location/change.ts';
import type { RevokeChange } from '#changes/revoke/change.ts';
import type { MergeSettings } from '#changes/settings/change.ts';
import type { CloseTableDefaults, ReopenTableDefaults } from '#changes/table-defaults/change.ts';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { CreateTag, ExtendTag } from '#changes/tag-key/change.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import type { Statement } from '#contracts/statements.ts';
import { NO_READERS } from '#core/storage-statements.ts';

const ACCOUNT = '111111111111';
const CONSUMER = '222222222222';
const REGION = 'ap-northeast-1';
const JOB = `arn:aws:iam::${ACCOUNT}:role/data-jobs/job`;
const at = { account: ACCOUNT, region: REGION, products: ['cur'] };

const grant = (principal: string): Grant => ({
  principal,
  resource: { type: 'table', catalog: ACCOUNT, database: 'cur_org', table: 'orders' },
  permissions: ['DESCRIBE', 'SELECT'],
  grantable: [],
});
const statement: Statement = {
  Sid: 'OnrampGetCur',
  Effect: 'Allow',
  Principal: '*',
  Action: ['s3:GetObject'],
  Resource: ['arn:aws:s3:::cur/*'],
};
const settings = { addAdmins: [], addReadOnlyAdmins: [], raiseVersionTo: null, closeDefaults: false };
const opens = { ...at, effect: 'widens' as const };

const granted: GrantChange = { ...opens, kind: 'grant', hop: 'grants', grant: grant(JOB), had: ['DESCRIBE'] };
const revoked: RevokeChange = {
  ...{ ...at, kind: 'revoke', hop: 'share', effect: 'narrows' },
  grant: grant(CONSUMER),
  reason: 'withdrawal',
};
const admins: MergeSettings = { ...opens, kind: 'merge-settings', hop: 'settings', ...settings, addAdmins: [JOB] };
const registered: RegisterLocation = {
  ...{ ...opens, kind: 'register-location', hop: 'location' },
  ...{ arn: 'arn:aws:s3:::cur', roleArn: null, hybrid: false },
};
const created: CreateTag = { ...opens, kind: 'create-tag', hop: 'tags', tag: { key: 'pii', values: ['true'] } };
const closed: CloseTableDefaults = {
  ...at,
  kind: 'close-table-defaults',
  hop: 'exposure',
  effect: 'narrows',
  database: 'd',
};

export const EXAMPLES = {
  grant: granted,
  'grant to another account': { ...granted, hop: 'share', grant: grant(CONSUMER) },
  'grant that puts back': { ...granted, restores: true } satisfies GrantChange,
  revoke: revoked,
  'revoke from everybody': {
    ...revoked,
    grant: grant('IAM_ALLOWED_PRINCIPALS'),
    reason: 'exposure',
  } satisfies RevokeChange,
  'revoke of a whole catalog': {
    ...{ ...revoked, hop: 'exposure', reason: 'exposure' },
    grant: {
      ...{ principal: 'IAM_ALLOWED_PRINCIPALS', permissions: ['CREATE_DATABASE'], grantable: [] },
      resource: { type: 'catalog', catalog: ACCOUNT },
    },
  } satisfies RevokeChange,
  'merge-settings': admins,
  'merge-settings that closes': { ...admins, ...settings, closeDefaults: true } satisfies MergeSettings,
  'merge-settings that opens again': { ...admins, ...settings, reopens: '{}' } satisfies MergeSettings,
  'merge-catalog-policy': {
    ...{ ...opens, kind: 'merge-catalog-policy', hop: 'catalog-policy' },
    statements: [statement],
  } satisfies MergeCatalogPolicy,
  'merge-bucket-policy': {
    ...{ ...opens, kind: 'merge-bucket-policy', hop: 'storage' },
    ...{ bucket: 'cur', statements: [statement], readers: NO_READERS },
  } satisfies MergeBucketPolicy,
  'merge-key-policy': {
    ...{ ...opens, kind: 'merge-key-policy', hop: 'storage' },
    ...{ key: `arn:aws:kms:${REGION}:${ACCOUNT}:key/0`, statements: [statement] },
  } satisfies MergeKeyPolicy,
  'register-location': registered,
  'register-location with a role': { ...registered, roleArn: JOB } satisfies RegisterLocation,
  'create-link': {
    ...{ ...at, kind: 'create-link', hop: 'link', effect: 'neutral' },
    ...{ name: 'cur', target: { catalog: CONSUMER, database: 'cur_org', region: REGION } },
  } satisfies CreateLink,
  'delete-link': {
    ...{ ...at, kind: 'delete-link', hop: 'link', effect: 'narrows', gone: false },
    ...{ name: 'cur', target: { catalog: CONSUMER, database: 'cur_org', region: REGION } },
  } satisfies DeleteLink,
  'create-database': {
    ...{ ...at, kind: 'create-database', hop: 'grants', effect: 'neutral' },
    name: 'default',
  } satisfies CreateDatabase,
  'accept-invitation': {
    ...{ ...opens, kind: 'accept-invitation', hop: 'acceptance' },
    ...{ invitationArn: 'arn:invitation', shareArn: 'arn:share', sender: CONSUMER },
  } satisfies AcceptInvitation,
  'create-tag': created,
  'extend-tag': { ...created, kind: 'extend-tag' } satisfies ExtendTag,
  'assign-tags': {
    ...{ ...opens, kind: 'assign-tags', hop: 'tags' },
    ...{ database: 'd', table: 't', columns: ['c'], tags: { pii: 'true' }, had: { pii: 'false' } },
  } satisfies AssignTags,
  'close-table-defaults': closed,
  'reopen-table-defaults': {
    ...opens,
    kind: 'reopen-table-defaults',
    hop: 'exposure',
    database: 'd',
    defaults: '[]',
  } satisfies ReopenTableDefaults,
} as const;

export type Example = keyof typeof EXAMPLES;
