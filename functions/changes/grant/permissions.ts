import {
  ANY_CATALOG,
  AWS_KNOWS_NONE,
  CATALOG_READS,
  NO_RESOURCE,
  OWN_CATALOG,
  type PermissionRow,
  WHOLE_CATALOG,
  WRITE_WITH_CATALOG_KEY,
} from '#contracts/permissions.ts';

/** Grants and revocations within an account. */
export const WRITE_GRANTS: readonly PermissionRow[] = [
  {
    sid: 'Grants',
    actions: [
      'lakeformation:BatchGrantPermissions',
      'lakeformation:BatchRevokePermissions',
      'lakeformation:ListPermissions',
    ],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
  },
  {
    // Lake Formation checks that we see what we grant: our links and the producers' databases behind them.
    sid: 'SeeWhatIsGranted',
    actions: CATALOG_READS,
    on: ANY_CATALOG,
    why: "A consumer grants on the producers' tables.",
  },
  WRITE_WITH_CATALOG_KEY,
];

const SHARES = ['arn:{partition}:ram:*:{account}:resource-share/*'];
/** What a share lets its receivers do: AWS's own permissions for Lake Formation. */
const KINDS = 'arn:{partition}:ram::aws:permission/AWSRAMLFEnabled*';
const NAMES_THEM = 'Lake Formation names its shares itself.';

/** What a grant to another account makes Lake Formation do with our rights: as AWS's own managed policy has it. */
export const SHARE_OUTWARD: readonly PermissionRow[] = [
  {
    // Making a share makes Glue put the catalog's policy with our rights: without it the share ends as
    // "Association failed because the caller was not authorized".
    sid: 'CatalogPolicy',
    actions: ['glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'],
    on: OWN_CATALOG,
    why: WHOLE_CATALOG,
  },
  {
    sid: 'CreateShares',
    actions: ['ram:CreateResourceShare'],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
    condition: {
      StringLikeIfExists: { 'ram:RequestedResourceType': ['glue:Table', 'glue:Database', 'glue:Catalog'] },
    },
  },
  {
    sid: 'ChangeOnlyLakeFormationsShares',
    actions: ['Update', 'Delete', 'Associate', 'Disassociate'].map((verb) => `ram:${verb}ResourceShare`),
    on: SHARES,
    why: NAMES_THEM,
    condition: { StringLikeIfExists: { 'ram:ResourceShareName': 'LakeFormation*' } },
  },
  {
    sid: 'SharePermissions',
    actions: ['ram:AssociateResourceSharePermission'],
    on: [...SHARES, KINDS],
    why: NAMES_THEM,
  },
  { sid: 'SeePermissions', actions: ['ram:GetPermission'], on: [KINDS], why: 'Those of Lake Formation only.' },
  {
    sid: 'SeeShares',
    actions: ['ram:GetResourceShares', 'ram:GetResourceShareAssociations', 'ram:ListResources'],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
  },
  {
    // Lake Formation asks whether the account it shares with is in the organization.
    sid: 'WhoIsInTheOrganization',
    actions: [
      'organizations:DescribeOrganization',
      'organizations:DescribeAccount',
      'organizations:ListRoots',
      'organizations:ListAccountsForParent',
      'organizations:ListOrganizationalUnitsForParent',
    ],
    on: NO_RESOURCE,
    why: 'Ids of accounts and units are known at run time only.',
  },
];
