/**
 * One row of what our roles may call, as plain data. Hops and kinds of change have theirs in `permissions.ts`; the roles
 * in member accounts and the policies of sessions in them both derive from these rows.
 */

/** What a policy has to ask for before a role gets a row: no account has a right nobody asked for. */
export type Feature = 'tags' | 'identities' | 'buckets' | 'keys' | 'registration-role' | 'service-linked-role';

export type RowCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface PermissionRow {
  /** Id of the statement in the role: letters and digits. Rows with the same id are one statement there. */
  readonly sid: string;
  readonly actions: readonly string[];
  /**
   * `*`, or ARNs with placeholders: `{partition}`, `{account}`, `{region}`, `{database}`, `{bucket}` (a name), `{key}` and
   * `{registrationRole}` (ARNs), `{catalogKey}` (ARNs of keys of catalogs: in a role of its own account and of those it
   * reads from; in a session any). In a role Region and database are `*`, and there is one ARN for each bucket, key and
   * registration role of the policy; a session has those it is for.
   */
  readonly on: readonly string[];
  /** Why a resource is a wildcard, or what limits the row. */
  readonly why: string;
  readonly condition?: RowCondition;
  /** Any of them; absent: always. */
  readonly features?: readonly Feature[];
}

/** For rows whose actions know no resource. */
export const NO_RESOURCE = ['*'];
export const AWS_KNOWS_NONE = 'AWS authorizes these actions without a resource.';

function catalogOf(account: string): readonly string[] {
  const glue = `arn:{partition}:glue:{region}:${account}`;
  return [`${glue}:catalog`, `${glue}:database/{database}`, `${glue}:table/{database}/*`];
}

/** Glue checks the catalog, the database and the table of every call. */
export const OWN_CATALOG = catalogOf('{account}');
export const ANY_CATALOG = catalogOf('*');

export const INVITATIONS = ['arn:{partition}:ram:*:*:resource-share-invitation/*'];
export const SENDER_IN_ARN = "An invitation's ARN names its sender; which senders, the policy says.";
export const WHOLE_CATALOG =
  'Which databases are products changes with the policy; Lake Formation and the session policy decide.';
export const CATALOG_READS = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables'];
export const TAG_READS = [
  'lakeformation:ListLFTags',
  'lakeformation:GetResourceLFTags',
  'lakeformation:SearchTablesByLFTags',
];

const THROUGH_GLUE: RowCondition = {
  StringLike: { 'kms:ViaService': ['glue.*.amazonaws.com', 'glue.*.amazonaws.com.cn'] },
};
const CATALOG_KEYS = 'Which key a catalog has its owner decides; accounts.NAME.catalogKey narrows it to one.';

/**
 * Whoever reads an encrypted Data Catalog needs its key (Athena user guide, access-encrypted-data-glue-data-catalog), …
 */
export const READ_WITH_CATALOG_KEY: PermissionRow = {
  sid: 'CatalogKey',
  actions: ['kms:Decrypt'],
  on: ['{catalogKey}'],
  why: CATALOG_KEYS,
  condition: THROUGH_GLUE,
};

/** … whoever writes it or grants on it (Lake Formation guide, troubleshooting) more of it. */
export const WRITE_WITH_CATALOG_KEY: PermissionRow = {
  ...READ_WITH_CATALOG_KEY,
  actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
};

/** AWS authorized this without a resource, lately on the catalog: both must do. */
export const CATALOG_ENCRYPTION: PermissionRow = {
  sid: 'CatalogEncryption',
  actions: ['glue:GetDataCatalogEncryptionSettings'],
  on: NO_RESOURCE,
  why: 'AWS authorized this without a resource, lately on the catalog: both must do.',
};
