/** What hops read that several of them need, as rows of our reader role's rights. */

import {
  ANY_CATALOG,
  AWS_KNOWS_NONE,
  CATALOG_READS,
  type Feature,
  NO_RESOURCE,
  type PermissionRow,
  READ_WITH_CATALOG_KEY,
  WHOLE_CATALOG,
} from '#contracts/permissions.ts';

function lakeFormation(action: string): PermissionRow {
  return { sid: 'LakeFormation', actions: [`lakeformation:${action}`], on: NO_RESOURCE, why: AWS_KNOWS_NONE };
}

/** Every reading of grants and of the catalog asks first whether our reader is an administrator. */
export const READ_SETTINGS = lakeFormation('GetDataLakeSettings');
export const READ_GRANTS = lakeFormation('ListPermissions');
export const READ_LOCATIONS = lakeFormation('ListResources');

export const READ_CATALOG: PermissionRow = {
  sid: 'Catalog',
  actions: CATALOG_READS,
  on: ANY_CATALOG,
  why: "Reading a link is authorized on its target in the producer's catalog, too.",
};

export const LIST_DATABASES: PermissionRow = {
  sid: 'Databases',
  actions: ['glue:GetDatabases'],
  on: ['arn:{partition}:glue:{region}:{account}:catalog', 'arn:{partition}:glue:{region}:{account}:database/*'],
  why: WHOLE_CATALOG,
};

/** Events of crawlers are looked up by name, whatever hop they lead to. */
export const READ_CRAWLER: PermissionRow = {
  sid: 'Crawlers',
  actions: ['glue:GetCrawler'],
  on: ['arn:{partition}:glue:{region}:{account}:crawler/*'],
  why: 'Any crawler may write into a product.',
};

export const READ_CATALOG_POLICY: PermissionRow = {
  sid: 'CatalogPolicy',
  actions: ['glue:GetResourcePolicy'],
  on: ['arn:{partition}:glue:{region}:{account}:catalog'],
  why: 'One catalog per Region.',
};

export const READ_SHARES: PermissionRow = {
  sid: 'Shares',
  actions: ['ram:GetResourceShareInvitations', 'ram:GetResourceShares', 'ram:GetResourceShareAssociations'],
  on: NO_RESOURCE,
  why: AWS_KNOWS_NONE,
};

const iam = 'arn:{partition}:iam::{account}';

export const READ_ROLES: readonly PermissionRow[] = [
  { sid: 'ListRoles', actions: ['iam:ListRoles'], on: NO_RESOURCE, why: AWS_KNOWS_NONE },
  {
    sid: 'ManyRoles',
    actions: ['iam:GetAccountAuthorizationDetails'],
    on: NO_RESOURCE,
    why: 'Where many roles match, their policies come by pages. AWS authorizes it for the whole account or not at all.',
  },
  {
    sid: 'Roles',
    actions: ['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
    on: [`${iam}:role/*`],
    why: 'Which are job roles, a pattern says.',
  },
  {
    sid: 'ManagedPolicies',
    actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    on: [`${iam}:policy/*`, 'arn:{partition}:iam::aws:policy/*'],
    why: "A job role's policies and boundary are the account's own or AWS's.",
  },
];

const identities: readonly Feature[] = ['identities'];

/** Who could make databases and tables by IAM alone: roles, read anyhow, and users. */
export const READ_USERS: readonly PermissionRow[] = [
  { sid: 'ListUsers', actions: ['iam:ListUsers'], on: NO_RESOURCE, why: AWS_KNOWS_NONE, features: identities },
  {
    sid: 'Users',
    actions: ['iam:GetUser', 'iam:ListUserPolicies', 'iam:GetUserPolicy', 'iam:ListAttachedUserPolicies'],
    on: [`${iam}:user/*`],
    why: 'Whoever may make databases loses it: any user may.',
    features: identities,
  },
];

const NAMED = 'Buckets and keys by name.';

export const READ_BUCKETS: PermissionRow = {
  sid: 'Buckets',
  actions: ['s3:GetBucketPolicy', 's3:GetEncryptionConfiguration'],
  on: ['arn:{partition}:s3:::{bucket}'],
  why: NAMED,
  features: ['buckets'],
};

export const READ_KEYS: PermissionRow = {
  sid: 'Keys',
  actions: ['kms:GetKeyPolicy'],
  on: ['{key}'],
  why: NAMED,
  features: ['keys'],
};

/** What an event may have to be looked up by, before any hop is asked. */
export const LOOKUP_ROWS: readonly PermissionRow[] = [
  READ_CATALOG,
  READ_WITH_CATALOG_KEY,
  LIST_DATABASES,
  READ_CRAWLER,
  { sid: 'ListRuns', actions: ['glue:ListWorkflows'], on: NO_RESOURCE, why: AWS_KNOWS_NONE, features: ['tags'] },
  {
    sid: 'Workflows',
    actions: ['glue:GetWorkflow', 'glue:GetWorkflowRuns'],
    on: ['arn:{partition}:glue:{region}:{account}:workflow/*'],
    why: 'Patterns name them.',
    features: ['tags'],
  },
];
