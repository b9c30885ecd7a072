/** What a stage's session may do: the member role's rights cut down to one purpose, account and place. */

import { createHash } from 'node:crypto';
import { LakeError } from '#contracts/errors.ts';

export type Purpose =
  | 'observe'
  | 'identities'
  | 'settings'
  | 'catalog-policy'
  | 'exposure'
  | 'location'
  | 'tags'
  | 'share'
  | 'accept'
  | 'link'
  | 'grant'
  | 'storage';

export interface SessionPolicy {
  readonly text: string;
  /** Part of the key under which clients are cached. */
  readonly hash: string;
}

export interface SessionPolicyOptions {
  readonly partition: string;
  readonly purpose: Purpose;
  readonly account: string;
  readonly region: string;
  readonly database?: string | undefined;
  readonly bucket?: string | undefined;
  /** ARN of a KMS key. */
  readonly key?: string | undefined;
  /** ARN of the role with which a location is registered. */
  readonly passRole?: string | undefined;
  /** Whether a location is registered with Lake Formation's service-linked role. */
  readonly serviceLinked?: boolean | undefined;
}

interface Allow {
  readonly actions: readonly string[];
  readonly on: readonly string[];
}

/** STS's limit on a session policy's text. */
const LONGEST = 2048;

const ANY = ['*'];
/** Lake Formation and RAM's readers know no resources in IAM. */
const LIST_GRANTS = ['lakeformation:ListPermissions'];
const WRITE_GRANTS = ['lakeformation:BatchGrantPermissions', 'lakeformation:BatchRevokePermissions', ...LIST_GRANTS];
const READ_TAGS = ['lakeformation:ListLFTags', 'lakeformation:GetResourceLFTags', 'lakeformation:SearchTablesByLFTags'];
const READ_RUNS = [
  'glue:GetCrawler',
  'glue:GetCrawlers',
  'glue:ListWorkflows',
  'glue:GetWorkflow',
  'glue:GetWorkflowRuns',
];
const READ_ROLES = [
  'iam:ListRoles',
  'iam:GetRole',
  'iam:ListRolePolicies',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
];
const READ_USERS = [
  'iam:ListUsers',
  'iam:GetUser',
  'iam:ListUserPolicies',
  'iam:GetUserPolicy',
  'iam:ListAttachedUserPolicies',
];
const READ_CATALOG = ['glue:GetDatabase', 'glue:GetTables', 'glue:GetTable'];

export function sessionPolicyFor(options: SessionPolicyOptions): SessionPolicy {
  const statements = ALLOWS[options.purpose](options).filter((allow) => allow.on.length > 0);
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((allow) => ({ Effect: 'Allow', Action: allow.actions, Resource: allow.on })),
  });
  if (text.length > LONGEST) {
    throw new LakeError('LimitExceeded', {
      message: `session policy for ${options.purpose} in ${options.account} is ${text.length} characters, more than ${LONGEST}`,
    });
  }
  return { text, hash: createHash('sha256').update(text).digest('hex').slice(0, 16) };
}

const ALLOWS: Readonly<Record<Purpose, (options: SessionPolicyOptions) => readonly Allow[]>> = {
  observe: (options) => [
    {
      actions: [
        ...READ_CATALOG,
        ...READ_RUNS,
        'glue:GetDatabases',
        'glue:GetResourcePolicy',
        'glue:GetDataCatalogEncryptionSettings',
      ],
      on: ANY,
    },
    {
      actions: ['lakeformation:GetDataLakeSettings', 'lakeformation:ListResources', ...LIST_GRANTS, ...READ_TAGS],
      on: ANY,
    },
    {
      actions: [
        'ram:GetResourceShareInvitations',
        'ram:ListPendingInvitationResources',
        'ram:GetResourceShares',
        'ram:GetResourceShareAssociations',
      ],
      on: ANY,
    },
    { actions: READ_ROLES, on: ANY },
    { actions: ['s3:GetBucketPolicy', 's3:GetEncryptionConfiguration'], on: bucketOf(options) ?? ANY },
    { actions: ['kms:GetKeyPolicy'], on: options.key ? [options.key] : ANY },
  ],
  // Who could make databases and tables: read only while that is about to change.
  identities: () => [{ actions: [...READ_ROLES, ...READ_USERS], on: ANY }],
  settings: () => [{ actions: ['lakeformation:GetDataLakeSettings', 'lakeformation:PutDataLakeSettings'], on: ANY }],
  'catalog-policy': (options) => [
    {
      actions: ['glue:GetResourcePolicy', 'glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'],
      on: [glueArn(options, 'catalog')],
    },
    { actions: ['glue:GetDataCatalogEncryptionSettings'], on: ANY },
  ],
  exposure: (options) => [
    { actions: WRITE_GRANTS, on: ANY },
    { actions: [...READ_CATALOG, 'glue:UpdateDatabase'], on: catalogOf(options, options.account) },
  ],
  // Registering with the service-linked role makes it, or adds the location to its policy, with our rights.
  location: (options) => [
    { actions: ['lakeformation:RegisterResource', ...WRITE_GRANTS], on: ANY },
    { actions: ['iam:PassRole'], on: options.passRole === undefined ? [] : [options.passRole] },
    {
      actions: ['iam:CreateServiceLinkedRole', 'iam:PutRolePolicy'],
      on: options.serviceLinked ? [serviceLinkedRole(options)] : [],
    },
  ],
  tags: (options) => [
    {
      actions: [
        'lakeformation:CreateLFTag',
        'lakeformation:UpdateLFTag',
        'lakeformation:AddLFTagsToResource',
        ...READ_TAGS,
      ],
      on: ANY,
    },
    { actions: READ_CATALOG, on: catalogOf({ ...options, database: undefined }, options.account) },
  ],
  // Lake Formation calls RAM, Glue and Organizations with our rights when a grant leaves the account.
  share: (options) => [
    { actions: WRITE_GRANTS, on: ANY },
    { actions: READ_CATALOG, on: catalogOf(options, options.account) },
    { actions: ['glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'], on: [...catalogOf(options, options.account)] },
    {
      actions: [
        'ram:CreateResourceShare',
        'ram:UpdateResourceShare',
        'ram:DeleteResourceShare',
        'ram:AssociateResourceShare',
        'ram:DisassociateResourceShare',
        'ram:AssociateResourceSharePermission',
        'ram:GetResourceShares',
        'ram:GetResourceShareAssociations',
        'ram:ListResources',
        'ram:GetPermission',
      ],
      on: ANY,
    },
    {
      actions: [
        'organizations:DescribeOrganization',
        'organizations:DescribeAccount',
        'organizations:ListRoots',
        'organizations:ListAccountsForParent',
        'organizations:ListOrganizationalUnitsForParent',
      ],
      on: ANY,
    },
  ],
  accept: () => [
    {
      actions: [
        'ram:GetResourceShareInvitations',
        'ram:ListPendingInvitationResources',
        'ram:AcceptResourceShareInvitation',
        'ram:GetResourceShares',
      ],
      on: ANY,
    },
  ],
  // IAM_ALLOWED_PRINCIPALS on a link we made is taken off by the same stage. Reading a link is reading its target.
  link: (options) => [
    { actions: WRITE_GRANTS, on: ANY },
    { actions: READ_CATALOG, on: catalogOf({ ...options, database: undefined }, '*') },
    { actions: ['glue:CreateDatabase'], on: catalogOf(options, options.account) },
  ],
  // Lake Formation checks that we see what we grant: our links and the producers' databases behind them.
  grant: (options) => [
    { actions: WRITE_GRANTS, on: ANY },
    { actions: READ_CATALOG, on: catalogOf({ ...options, database: undefined }, '*') },
  ],
  storage: (options) => [
    {
      actions: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:GetEncryptionConfiguration'],
      on: bucketOf(options) ?? [],
    },
    { actions: ['kms:GetKeyPolicy', 'kms:PutKeyPolicy'], on: options.key ? [options.key] : [] },
  ],
};

/** The role with which Lake Formation reads locations registered without one. */
function serviceLinkedRole({ partition, account }: SessionPolicyOptions): string {
  const service = 'lakeformation.amazonaws.com';
  return `arn:${partition}:iam::${account}:role/aws-service-role/${service}/AWSServiceRoleForLakeFormationDataAccess`;
}

function glueArn(options: SessionPolicyOptions, path: string, account = options.account): string {
  return `arn:${options.partition}:glue:${options.region}:${account}:${path}`;
}

/** Glue checks the catalog, the database and the table of every call. */
function catalogOf(options: SessionPolicyOptions, account: string): readonly string[] {
  const database = options.database ?? '*';
  return [
    glueArn(options, 'catalog', account),
    glueArn(options, `database/${database}`, account),
    glueArn(options, `table/${database}/*`, account),
  ];
}

function bucketOf(options: SessionPolicyOptions): readonly string[] | null {
  return options.bucket ? [`arn:${options.partition}:s3:::${options.bucket}`] : null;
}
