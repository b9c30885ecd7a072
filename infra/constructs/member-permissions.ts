/**
 * What our three roles may do in a member account: exactly the calls of `functions/aws`, by name. A resource with a
 * wildcard says why it has one.
 */

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A statement and, where a resource ends in a wildcard, the reason. */
export interface Permission {
  readonly statement: Statement;
  readonly why: string;
}

export interface Place {
  readonly partition: string;
  readonly account: string;
}

/** Buckets by name, keys by ARN. */
export interface Stores {
  readonly buckets: readonly string[];
  readonly keys: readonly string[];
}

/** What the policy asks for beyond sharing: no account has a right nobody asked for. */
export interface Foundation {
  /** LF-Tags live in this account's catalog: they are read and written, and so are crawlers and workflows read. */
  readonly tags: boolean;
  /** ARNs of roles that locations are to be registered with. */
  readonly registrationRoles: readonly string[];
  /** Locations are to be registered with Lake Formation's service-linked role. */
  readonly serviceLinked: boolean;
  /** What everybody may make is judged: who would lose it has to be read. */
  readonly identities: boolean;
}

const NO_FOUNDATION: Foundation = { tags: false, registrationRoles: [], serviceLinked: false, identities: false };

const NO_RESOURCE = ['*'];
const AWS_KNOWS_NONE = 'AWS authorizes these actions without a resource.';
const WHOLE_CATALOG =
  'Which databases are products changes with the policy; Lake Formation and the session policy decide.';
const LATELY = 'AWS authorized this without a resource, lately on the catalog: both must do.';
const ONE_CATALOG = 'One catalog per Region.';
const NAMED = 'Buckets and keys by name.';

const TAG_READS = ['lakeformation:ListLFTags', 'lakeformation:GetResourceLFTags', 'lakeformation:SearchTablesByLFTags'];
const TAG_WRITES = ['lakeformation:CreateLFTag', 'lakeformation:UpdateLFTag', 'lakeformation:AddLFTagsToResource'];
const READ_CATALOG = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables'];

/** Glue checks the catalog, the database and the table of every call. */
function catalog({ partition }: Place, account: string): readonly string[] {
  const glue = `arn:${partition}:glue:*:${account}`;
  return [`${glue}:catalog`, `${glue}:database/*`, `${glue}:table/*/*`];
}

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  why: string,
  Condition?: Statement['Condition'],
): Permission {
  return { statement: { Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) }, why };
}

/** All observation: enough for plan, verification and doctor. */
export function readerPermissions(
  place: Place,
  stores: Stores,
  { identities, tags }: Foundation = NO_FOUNDATION,
): readonly Permission[] {
  const users = identities ? readUsers(place) : [];
  const tagged = tags ? readTagged(place) : [];
  return [...readData(place), ...tagged, ...readRoles(place), ...users, ...readStores(place, stores)];
}

function readData(place: Place): readonly Permission[] {
  const { partition, account } = place;
  const glue = `arn:${partition}:glue:*:${account}`;
  const settings = ['GetDataLakeSettings', 'ListPermissions', 'ListResources'];
  const lake = settings.map((name) => `lakeformation:${name}`);
  const shares = ['GetResourceShareInvitations', 'GetResourceShares', 'GetResourceShareAssociations'];
  return [
    allow(
      'Catalog',
      READ_CATALOG,
      catalog(place, '*'),
      "Reading a link is authorized on its target in the producer's catalog, too.",
    ),
    allow('Crawlers', ['glue:GetCrawler'], [`${glue}:crawler/*`], 'Any crawler may write into a product.'),
    allow('Databases', ['glue:GetDatabases'], [`${glue}:catalog`, `${glue}:database/*`], WHOLE_CATALOG),
    allow('CatalogPolicy', ['glue:GetResourcePolicy'], [`${glue}:catalog`], ONE_CATALOG),
    allow('CatalogEncryption', ['glue:GetDataCatalogEncryptionSettings'], NO_RESOURCE, LATELY),
    allow('LakeFormation', lake, NO_RESOURCE, AWS_KNOWS_NONE),
    allow(
      'Shares',
      shares.map((name) => `ram:${name}`),
      NO_RESOURCE,
      AWS_KNOWS_NONE,
    ),
    allow('Invitations', ['ram:ListPendingInvitationResources'], invitations(place), SENDER_IN_ARN),
  ];
}

/** LF-Tags, and the crawlers and workflows that rules go by. */
function readTagged({ partition, account }: Place): readonly Permission[] {
  const workflows = [`arn:${partition}:glue:*:${account}:workflow/*`];
  return [
    allow('Tags', TAG_READS, NO_RESOURCE, AWS_KNOWS_NONE),
    allow('ListRuns', ['glue:GetCrawlers', 'glue:ListWorkflows'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Workflows', ['glue:GetWorkflow', 'glue:GetWorkflowRuns'], workflows, 'Patterns name them.'),
  ];
}

function readRoles({ partition, account }: Place): readonly Permission[] {
  const iam = `arn:${partition}:iam::${account}`;
  const names = ['GetRole', 'ListRolePolicies', 'GetRolePolicy', 'ListAttachedRolePolicies'];
  return [
    allow('ListRoles', ['iam:ListRoles'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow(
      'Roles',
      names.map((name) => `iam:${name}`),
      [`${iam}:role/*`],
      'Which are job roles, a pattern says.',
    ),
    allow(
      'ManagedPolicies',
      ['iam:GetPolicy', 'iam:GetPolicyVersion'],
      [`${iam}:policy/*`, `arn:${partition}:iam::aws:policy/*`],
      "A job role's policies and boundary are the account's own or AWS's.",
    ),
  ];
}

/** Who could make databases and tables by IAM alone: roles, read anyhow, and users. */
function readUsers({ partition, account }: Place): readonly Permission[] {
  const names = ['GetUser', 'ListUserPolicies', 'GetUserPolicy', 'ListAttachedUserPolicies'];
  return [
    allow('ListUsers', ['iam:ListUsers'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow(
      'Users',
      names.map((name) => `iam:${name}`),
      [`arn:${partition}:iam::${account}:user/*`],
      'Whoever may make databases loses it: any user may.',
    ),
  ];
}

function readStores({ partition }: Place, { buckets, keys }: Stores): readonly Permission[] {
  return [
    ...(buckets.length > 0
      ? [allow('Buckets', ['s3:GetBucketPolicy', 's3:GetEncryptionConfiguration'], arns(partition, buckets), NAMED)]
      : []),
    ...(keys.length > 0 ? [allow('Keys', ['kms:GetKeyPolicy'], keys, NAMED)] : []),
  ];
}

/** Lake Formation settings and grants, links, and what RAM and Glue do for them with our rights. */
export function operatorPermissions(place: Place, foundation: Foundation = NO_FOUNDATION): readonly Permission[] {
  const settings = ['lakeformation:GetDataLakeSettings', 'lakeformation:PutDataLakeSettings'];
  const grants = ['BatchGrantPermissions', 'BatchRevokePermissions', 'ListPermissions'];
  const links = ['glue:CreateDatabase', 'glue:UpdateDatabase'];
  // Accepting or making a share makes Glue put the catalog's policy with our rights: without it the share ends as
  // "Association failed because the caller was not authorized".
  const policy = ['glue:GetResourcePolicy', 'glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'];
  const own = catalog(place, place.account);
  return [
    allow('Settings', settings, NO_RESOURCE, AWS_KNOWS_NONE),
    allow(
      'Grants',
      grants.map((name) => `lakeformation:${name}`),
      NO_RESOURCE,
      AWS_KNOWS_NONE,
    ),
    allow('SeeWhatIsGranted', READ_CATALOG, catalog(place, '*'), "A consumer grants on the producers' tables."),
    allow('LinksAndDefaults', links, own, WHOLE_CATALOG),
    ...(foundation.tags ? [allow('Tags', [...TAG_WRITES, ...TAG_READS], NO_RESOURCE, AWS_KNOWS_NONE)] : []),
    ...registering(place, foundation),
    allow('CatalogPolicy', policy, own, WHOLE_CATALOG),
    allow('CatalogEncryption', ['glue:GetDataCatalogEncryptionSettings'], NO_RESOURCE, LATELY),
    ...sharing(place),
    allow(
      'Accept',
      ['ram:ListPendingInvitationResources', 'ram:AcceptResourceShareInvitation'],
      invitations(place),
      SENDER_IN_ARN,
    ),
  ];
}

/** Lake Formation registers a location with a role we pass, or makes and extends its own with our rights. */
function registering(place: Place, { registrationRoles, serviceLinked }: Foundation): readonly Permission[] {
  const service = 'lakeformation.amazonaws.com';
  const path = `role/aws-service-role/${service}/AWSServiceRoleForLakeFormationDataAccess`;
  const linked = [`arn:${place.partition}:iam::${place.account}:${path}`];
  const toService = { StringEquals: { 'iam:PassedToService': service } };
  const forService = { StringEquals: { 'iam:AWSServiceName': service } };
  const named = 'Named by the policy.';
  if (registrationRoles.length === 0 && !serviceLinked) return [];
  return [
    allow('Locations', ['lakeformation:RegisterResource'], NO_RESOURCE, AWS_KNOWS_NONE),
    ...(registrationRoles.length > 0
      ? [allow('PassRegistrationRoles', ['iam:PassRole'], registrationRoles, named, toService)]
      : []),
    ...(serviceLinked
      ? [
          allow('MakeServiceLinkedRole', ['iam:CreateServiceLinkedRole'], linked, named, forService),
          // AWS adds each location to this role's inline policy in the caller's name.
          allow('ExtendServiceLinkedRole', ['iam:PutRolePolicy'], linked, named),
        ]
      : []),
  ];
}

/** What a grant to another account makes Lake Formation do with our rights: as AWS's own managed policy has it. */
function sharing({ partition, account }: Place): readonly Permission[] {
  const shares = [`arn:${partition}:ram:*:${account}:resource-share/*`];
  // What a share lets its receivers do: AWS's own permissions for Lake Formation.
  const kinds = `arn:${partition}:ram::aws:permission/AWSRAMLFEnabled*`;
  const change = ['Update', 'Delete', 'Associate', 'Disassociate'].map((verb) => `ram:${verb}ResourceShare`);
  const see = ['GetResourceShares', 'GetResourceShareAssociations', 'GetResourceShareInvitations', 'ListResources'];
  const made = 'Lake Formation names its shares itself.';
  return [
    allow('CreateShares', ['ram:CreateResourceShare'], NO_RESOURCE, AWS_KNOWS_NONE, {
      StringLikeIfExists: { 'ram:RequestedResourceType': ['glue:Table', 'glue:Database', 'glue:Catalog'] },
    }),
    allow('ChangeOnlyLakeFormationsShares', change, shares, made, {
      StringLikeIfExists: { 'ram:ResourceShareName': 'LakeFormation*' },
    }),
    allow('SharePermissions', ['ram:AssociateResourceSharePermission'], [...shares, kinds], made),
    allow('SeePermissions', ['ram:GetPermission'], [kinds], 'Those of Lake Formation only.'),
    allow(
      'SeeShares',
      see.map((name) => `ram:${name}`),
      NO_RESOURCE,
      AWS_KNOWS_NONE,
    ),
    ...organization(),
  ];
}

/** Lake Formation asks whether the account it shares with is in the organization. */
function organization(): readonly Permission[] {
  const ask = ['DescribeOrganization', 'DescribeAccount', 'ListRoots', 'ListAccountsForParent'];
  const names = [...ask, 'ListOrganizationalUnitsForParent'].map((name) => `organizations:${name}`);
  return [allow('WhoIsInTheOrganization', names, NO_RESOURCE, 'Ids of accounts and units are known at run time only.')];
}

const SENDER_IN_ARN = "An invitation's ARN names its sender; which senders, the policy says.";

function invitations({ partition }: Place): readonly string[] {
  return [`arn:${partition}:ram:*:*:resource-share-invitation/*`];
}

/** Two kinds of documents, of the named buckets and keys only. */
export function storagePermissions({ partition }: Place, { buckets, keys }: Stores): readonly Permission[] {
  const bucketPolicy = ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy', 'GetEncryptionConfiguration'];
  return [
    ...(buckets.length > 0
      ? [
          allow(
            'BucketPolicies',
            bucketPolicy.map((name) => `s3:${name}`),
            arns(partition, buckets),
            NAMED,
          ),
        ]
      : []),
    ...(keys.length > 0 ? [allow('KeyPolicies', ['kms:GetKeyPolicy', 'kms:PutKeyPolicy'], keys, NAMED)] : []),
  ];
}

function arns(partition: string, buckets: readonly string[]): readonly string[] {
  return buckets.map((bucket) => `arn:${partition}:s3:::${bucket}`);
}
