/** What hops ask AWS. A query of one name with the same arguments is one call per look, whichever hops ask it. */

import { readBucketPolicy, readEncryption } from '#aws/buckets.ts';
import { listForeign, readCatalog, readLink } from '#aws/catalog.ts';
import { readCatalogEncryption, readKey } from '#aws/catalog-key.ts';
import { readCatalogPolicy } from '#aws/catalog-policy.ts';
import { type GrantQuery, listGrants, listTagGrants } from '#aws/grants.ts';
import { readIdentities } from '#aws/identities.ts';
import { readKeyPolicy } from '#aws/keys.ts';
import { listLocations, type Registration } from '#aws/location.ts';
import { readRoles } from '#aws/many-roles.ts';
import { readOrganization } from '#aws/organization.ts';
import { type ListedRole, listRoles, readRole } from '#aws/roles.ts';
import { listOwnDatabases } from '#aws/runs.ts';
import { readSettings, requireAdministrator } from '#aws/settings.ts';
import { readAssociations, readInvitations, readShares } from '#aws/shares.ts';
import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import type {
  AcceptanceFacts,
  AssociationFacts,
  CatalogFacts,
  CatalogPolicyFacts,
  DocumentFacts,
  EncryptionFacts,
  GrantFacts,
  IdentitiesFacts,
  KeyFacts,
  LinkFacts,
  OrganizationFacts,
  RoleFacts,
  SettingsFacts,
  StorageFacts,
} from '#core/facts.ts';
import { resourceText } from '#core/permissions.ts';
import type { Query } from '#engine/query.ts';
import { READ_ROLES, READ_USERS } from './reader-rows.ts';
import { associationLines, grantLines, invitationLines, linkLines, settingsLines, shareLines } from './shown.ts';

export type Nothing = Readonly<Record<never, never>>;

/** The organization that the account says it is in. */
export const ORGANIZATION: Query<Nothing, OrganizationFacts> = {
  name: 'organization',
  aspect: 'organization',
  calls: ['organizations:DescribeOrganization'],
  shows: ({ id }) => [id === null ? 'in no organization' : `in ${id}`],
  ask: (clients) => readOrganization(clients),
};

/** Lake Formation settings of the account. */
export const SETTINGS: Query<Nothing, SettingsFacts> = {
  name: 'settings',
  aspect: 'settings',
  calls: ['lakeformation:GetDataLakeSettings'],
  shows: settingsLines,
  ask: async (clients) => (await readSettings(clients, clients.account)).facts,
};

/** Lake Formation shows all only to administrators: to anybody else a short list looks complete (law 6). */
export const asAdministrator: NonNullable<Query<Nothing, unknown>['guard']> = async (read, reader) => {
  const settings = await read.ask(SETTINGS, {});
  if (settings.known) requireAdministrator(settings.value, reader, read.account);
  return settings;
};

/** One of the account's own databases with its tables. */
export const CATALOG: Query<{ readonly database: string }, CatalogFacts> = {
  name: 'catalog',
  aspect: 'catalog',
  calls: ['glue:GetDatabase', 'glue:GetTables'],
  shows: ({ database, tables }) => [database === null ? 'missing' : `${tables.length} tables`],
  guard: asAdministrator,
  ask: (clients, { database }) => readCatalog(clients, { account: clients.account, database, owner: true }),
};

/** A database of the account, as far as it may be a link. */
export const LINK: Query<{ readonly name: string }, LinkFacts> = {
  name: 'link',
  aspect: 'catalog',
  calls: ['glue:GetDatabase'],
  shows: linkLines,
  guard: asAdministrator,
  ask: (clients, { name }) => readLink(clients, clients.account, name),
};

/** Databases of other accounts that this one is shown. */
export const FOREIGN_DATABASES: Query<Nothing, Awaited<ReturnType<typeof listForeign>>> = {
  name: 'foreign-databases',
  aspect: 'catalog',
  calls: ['glue:GetDatabases'],
  guard: asAdministrator,
  ask: (clients) => listForeign(clients, clients.account),
};

/** Names of the account's own databases. */
export const OWN_DATABASES: Query<Nothing, readonly string[]> = {
  name: 'own-databases',
  aspect: 'catalog',
  calls: ['glue:GetDatabases'],
  guard: asAdministrator,
  ask: (clients) => listOwnDatabases(clients),
};

export const CATALOG_POLICY: Query<Nothing, CatalogPolicyFacts> = {
  name: 'catalog-policy',
  aspect: 'catalog-policy',
  calls: ['glue:GetResourcePolicy'],
  ask: (clients) => readCatalogPolicy(clients, clients.account),
};

/** How the account's Data Catalog is encrypted. */
export const CATALOG_ENCRYPTION: Query<Nothing, EncryptionFacts> = {
  name: 'catalog-encryption',
  aspect: 'catalog-key',
  calls: ['glue:GetDataCatalogEncryptionSettings'],
  ask: (clients) => readCatalogEncryption(clients),
};

/** A key of the account, by id, alias or ARN; null: it has none of that name. */
export const KEY: Query<{ readonly key: string }, KeyFacts | null> = {
  name: 'key',
  aspect: 'catalog-key',
  calls: ['kms:DescribeKey', 'kms:GetKeyPolicy'],
  ask: (clients, { key }) => readKey(clients, key),
};

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** Explicit permissions on a resource, or on all resources of a kind. */
export const GRANTS: Query<Without<GrantQuery, 'account'>, GrantFacts> = {
  name: 'grants',
  aspect: 'grants',
  calls: ['lakeformation:ListPermissions'],
  about: (args) => ('resource' in args ? resourceText(args.resource) : `everything of type ${args.resourceType}`),
  shows: grantLines,
  guard: asAdministrator,
  ask: async (clients, args) => ({ grants: await listGrants(clients, { account: clients.account, ...args }) }),
};

/** What IAM_ALLOWED_PRINCIPALS holds on tables of the account: whoever IAM lets reads these. */
export const OPEN_TABLES: Query<Nothing, GrantFacts> = {
  name: 'open-tables',
  aspect: 'open-grants',
  calls: ['lakeformation:ListPermissions'],
  shows: grantLines,
  guard: asAdministrator,
  ask: async (clients) => ({
    grants: await listGrants(clients, {
      account: clients.account,
      principal: IAM_ALLOWED_PRINCIPALS,
      resourceType: 'TABLE',
    }),
  }),
};

/** Explicit permissions on LF-Tags and by them. */
export const TAG_GRANTS: Query<Nothing, GrantFacts> = {
  name: 'tag-grants',
  aspect: 'grants',
  calls: ['lakeformation:ListPermissions'],
  shows: grantLines,
  guard: asAdministrator,
  ask: async (clients) => ({ grants: await listTagGrants(clients, clients.account) }),
};

/** Who and what is attached to shares of the account. */
export const ASSOCIATIONS: Query<{ readonly arns: readonly string[] }, readonly AssociationFacts[]> = {
  name: 'associations',
  aspect: 'shares',
  calls: ['ram:GetResourceShareAssociations'],
  shows: associationLines,
  ask: (clients, { arns }) => readAssociations(clients, arns),
};

/** The same of every share of the account. */
export const ALL_ASSOCIATIONS: Query<Nothing, readonly AssociationFacts[]> = {
  name: 'all-associations',
  aspect: 'shares',
  calls: ['ram:GetResourceShareAssociations'],
  ask: (clients) => readAssociations(clients, null),
};

/** Invitations as the account sees them; resources are listed of those from these senders. */
export const INVITATIONS: Query<{ readonly senders: readonly string[] }, AcceptanceFacts['invitations']> = {
  name: 'invitations',
  aspect: 'invitations',
  calls: ['ram:GetResourceShareInvitations', 'ram:ListPendingInvitationResources'],
  shows: invitationLines,
  ask: (clients, options) => readInvitations(clients, clients.account, options),
};

/** Shares of other accounts that have arrived. */
export const SHARES: Query<Nothing, AcceptanceFacts['shares']> = {
  name: 'shares',
  aspect: 'shares',
  calls: ['ram:GetResourceShares'],
  shows: shareLines,
  ask: (clients) => readShares(clients, clients.account),
};

/** Everything registered with Lake Formation in the account and Region. */
export const LOCATIONS: Query<Nothing, readonly Registration[]> = {
  name: 'locations',
  aspect: 'locations',
  calls: ['lakeformation:ListResources'],
  shows: (registrations) => registrations.map(({ arn }) => arn),
  ask: (clients) => listLocations(clients),
};

export const BUCKET_POLICY: Query<{ readonly bucket: string }, DocumentFacts> = {
  name: 'bucket-policy',
  aspect: 'stores',
  calls: ['s3:GetBucketPolicy'],
  ask: (clients, { bucket }) => readBucketPolicy(clients, { bucket, owner: clients.account }),
};

export const BUCKET_ENCRYPTION: Query<{ readonly bucket: string }, StorageFacts['encryption']> = {
  name: 'bucket-encryption',
  aspect: 'encryption',
  calls: ['s3:GetBucketEncryption'],
  ask: (clients, { bucket }) => readEncryption(clients, { bucket, owner: clients.account }),
};

export const KEY_POLICY: Query<{ readonly key: string }, DocumentFacts> = {
  name: 'key-policy',
  aspect: 'stores',
  calls: ['kms:GetKeyPolicy'],
  ask: (clients, { key }) => readKeyPolicy(clients, key),
};

/** Names and ARNs of the account's roles. */
export const ROLES: Query<Nothing, readonly ListedRole[]> = {
  name: 'roles',
  aspect: 'role-names',
  calls: ['iam:ListRoles'],
  ask: (clients) => listRoles(clients, {}),
};

/** A role with trust, tags and policies; null when the account has none of that name. */
export const ROLE: Query<{ readonly name: string }, RoleFacts | null> = {
  name: 'role',
  aspect: 'roles',
  calls: [
    'iam:GetRole',
    'iam:ListRolePolicies',
    'iam:GetRolePolicy',
    'iam:ListAttachedRolePolicies',
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
  ],
  shows: (role) => [role === null ? 'missing' : role.arn],
  ask: (clients, { name }) => readRole(clients, name),
};

/** Roles of these names as `ROLE` tells each, those that are gone left out; `all`: how many the account has. */
export const MANY_ROLES: Query<{ readonly names: readonly string[]; readonly all: number }, readonly RoleFacts[]> = {
  name: 'many-roles',
  aspect: 'roles',
  calls: ['iam:GetAccountAuthorizationDetails', 'iam:GetRole'],
  about: ({ names }) => names.join(', '),
  shows: (roles) => roles.map(({ arn }) => arn),
  ask: (clients, { names, all }) => readRoles(clients, names, all),
};

/** Who could make databases and tables: read only while that is about to change, with rights of its own. */
export const IDENTITIES: Query<Nothing, IdentitiesFacts> = {
  name: 'identities',
  aspect: 'roles',
  calls: ['iam:GetAccountAuthorizationDetails'],
  rows: [...READ_ROLES, ...READ_USERS],
  ask: (clients) => readIdentities(clients),
};
