/** A lake with our three roles in two member accounts, and clients that enter them as the hub does. */

import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { type Clients, createAccess } from '#aws/clients.ts';
import type { CredentialProvider } from '#aws/sessions.ts';
import { WRITE_CATALOG_POLICY } from '#changes/catalog-policy/permissions.ts';
import { SHARE_OUTWARD, WRITE_GRANTS } from '#changes/grant/permissions.ts';
import { ACCEPT } from '#changes/invitation/permissions.ts';
import { CREATE_DATABASE } from '#changes/link/permissions.ts';
import { PASS_ROLE, REGISTER, SERVICE_LINKED_ROLE } from '#changes/location/permissions.ts';
import { OPERATOR_ROWS, STORAGE_ROWS } from '#changes/permissions.ts';
import { WRITE_SETTINGS } from '#changes/settings/permissions.ts';
import { ALTER_DATABASE } from '#changes/table-defaults/permissions.ts';
import { WRITE_TAGS } from '#changes/tag-key/permissions.ts';
import { type MemberRole, memberRoleName } from '#contracts/names.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import { readingPolicy, type SessionPlace, type SessionPolicy, writingPolicy } from '#core/session-policy.ts';
import { READER_ROWS } from '#hops/permissions.ts';
import { READ_ROLES, READ_USERS } from '#hops/reader-rows.ts';
import {
  operatorPermissions,
  readerPermissions,
  type Statement,
  storagePermissions,
} from '../../infra/constructs/member-permissions.ts';
import { type LakeOptions, type RunningLake, startLake } from '../../infra/local/lake/start.ts';

export const PRODUCER = '111111111111';
export const CONSUMER = '222222222222';
export const HUB = '333333333333';
export const BUCKET = 'cur-export';
export const REGION = 'ap-northeast-1';

export interface OnrampLake {
  readonly lake: RunningLake;
  /** As one of our roles, cut down to one purpose: what a stage of a run works with. */
  as(account: string, role: MemberRole, purpose: Purpose, place?: Partial<SessionPlace>): Clients;
  /** As any role that exists, without its trust being asked. */
  principal(arn: string): Clients;
  /** As the account's root, to set the scene. */
  root(account: string): Clients;
  makeRole(options: { account: string; name: string; path: string; trust: object; policy?: object }): Promise<void>;
  close(): Promise<void>;
}

/** What a session of ours is for: reading, or writing one kind of change. */
export type Purpose = keyof typeof WRITING | 'observe' | 'identities';

const WRITING = {
  settings: [WRITE_SETTINGS],
  'catalog-policy': WRITE_CATALOG_POLICY,
  exposure: [...WRITE_GRANTS, ...ALTER_DATABASE],
  location: [REGISTER, PASS_ROLE, ...SERVICE_LINKED_ROLE],
  tags: WRITE_TAGS,
  share: [...WRITE_GRANTS, ...SHARE_OUTWARD],
  accept: ACCEPT,
  link: [...CREATE_DATABASE, ...WRITE_GRANTS],
  grant: WRITE_GRANTS,
  storage: STORAGE_ROWS,
  operator: OPERATOR_ROWS,
} satisfies Record<string, readonly PermissionRow[]>;

function sessionFor(purpose: Purpose, place: SessionPlace): SessionPolicy {
  if (purpose === 'identities') return readingPolicy([...READ_ROLES, ...READ_USERS], place);
  if (purpose !== 'observe') return writingPolicy(WRITING[purpose], place);
  return readingPolicy(
    READER_ROWS.filter(({ features }) => !features?.includes('identities')),
    place,
  );
}

/** The function that reconciles. */
const RECONCILE = `arn:aws:iam::${HUB}:role/reconcile`;
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export async function startOnrampLake(options: LakeOptions = {}): Promise<OnrampLake> {
  const lake = await startLake({ accounts: [PRODUCER, CONSUMER, HUB], ...options });
  process.env['AWS_ENDPOINT_URL'] = lake.url;
  const access = (baseCredentials: CredentialProvider) =>
    createAccess({
      partition: 'aws',
      namespace: 'onramp',
      rolePath: '/onramp/',
      sessionName: 'reconcile',
      baseCredentials,
      retryDelayMs: 0,
    });
  const hub = access(() => lake.control.credentials(RECONCILE));
  const started: OnrampLake = {
    lake,
    as: (account, role, purpose, place = {}) =>
      hub.member({
        account,
        region: REGION,
        role,
        sessionPolicy: sessionFor(purpose, { partition: 'aws', account, region: REGION, ...place }),
      }),
    principal: (arn) => access(() => lake.control.credentials(arn)).own(REGION),
    root: (account) => access(async () => ({ accessKeyId: account, secretAccessKey: 'test' })).own(REGION),
    makeRole: (role) => makeRole(started.root(role.account).iam, role),
    close: () => lake.close(),
  };
  await started.makeRole({ account: HUB, name: 'reconcile', path: '/', trust: { Service: 'lambda.amazonaws.com' } });
  for (const account of [PRODUCER, CONSUMER]) {
    for (const role of ['Reader', 'Operator', 'Storage'] as const) {
      const trust = { AWS: `arn:aws:iam::${HUB}:root` };
      const policy = { Version: '2012-10-17', Statement: permissionsOf(role, account) };
      await started.makeRole({ account, name: memberRoleName('onramp', role), path: '/onramp/', trust, policy });
    }
  }
  return started;
}

/** What a policy with tags asks for, and with locations that Lake Formation registers with its own role. */
const FOUNDATION = { tags: true, registrationRoles: [], serviceLinked: true, identities: false, catalogKeys: [] };

/** As the member role stack has them. */
function permissionsOf(role: MemberRole, account: string): readonly Statement[] {
  const place = { partition: 'aws', account };
  const stores = { buckets: [BUCKET], keys: [`arn:aws:kms:${REGION}:${account}:key/*`] };
  const permissions = {
    Reader: () => readerPermissions(place, stores, FOUNDATION),
    Operator: () => operatorPermissions(place, FOUNDATION),
    Storage: () => storagePermissions(place, stores),
  };
  return permissions[role]().map(({ statement }) => statement);
}

async function makeRole(
  iam: IAMClient,
  { name, path, trust, policy = EVERYTHING }: { name: string; path: string; trust: object; policy?: object },
): Promise<void> {
  const statement = { Effect: 'Allow', Principal: trust, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) }),
  );
}
