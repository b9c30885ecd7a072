/** Who is who in the scenes: the accounts, roles and data of the articles. */

export const REGION = 'ap-northeast-1';
export const ORGANIZATION = 'o-a1b2c3d4e5';

export const FINANCE = '111111111111';
export const ANALYTICS = '222222222222';
export const HUB = '333333333333';
/** The article's data lake. It is in the organization, and in no product's audience. */
export const SALES_LAKE = '444444444444';
export const MANAGEMENT = '999999999999';
export const ACCOUNTS = [FINANCE, ANALYTICS, HUB, SALES_LAKE, MANAGEMENT] as const;

export const BUCKET = `cur-export-${FINANCE}`;
export const CRAWLER = 'cur-crawler';

export interface Reader {
  /** As the access matrix calls it. */
  readonly name: string;
  readonly account: string;
  readonly path: string;
  /** The role's name, or the user's. */
  readonly role: string;
  readonly kind?: 'user';
  /** Tags that its session carries: whoever assumes a role writes them. */
  readonly session?: Readonly<Record<string, string>>;
}

export const JOB: Reader = {
  name: 'data-lake-test-job-role',
  account: ANALYTICS,
  path: '/data-jobs/',
  role: 'data-lake-test-job-role',
};
/** Named like a job role, trusted by Glue, with S3 rights of its own, but not under the protected path. */
export const SQUATTER: Reader = { name: 'squatter data-lake-x', account: ANALYTICS, path: '/', role: 'data-lake-x' };
export const OTHER_ROLE: Reader = { name: 'another role', account: ANALYTICS, path: '/data-jobs/', role: 'reporting' };
export const OTHER_ACCOUNT: Reader = {
  name: 'another account',
  account: SALES_LAKE,
  path: '/data-jobs/',
  role: 'data-lake-test-job-role',
};
export const READERS = [JOB, SQUATTER, OTHER_ROLE, OTHER_ACCOUNT] as const;

export function readerArn(reader: Reader): string {
  return `arn:aws:iam::${reader.account}:${reader.kind ?? 'role'}${reader.path}${reader.role}`;
}

export interface SceneTable {
  readonly product: string;
  readonly database: string;
  readonly table: string;
  readonly link: string;
  readonly prefix: string;
}

export const CUR: SceneTable = {
  product: 'cur',
  database: 'cur_org',
  table: 'legacy_all',
  link: 'cur_org_linked',
  prefix: 'cur/',
};
export const SALES: SceneTable = {
  product: 'sales',
  database: 'sales_db',
  table: 'orders',
  link: 'sales_linked',
  prefix: 'sales/',
};
export const HR: SceneTable = { product: 'hr', database: 'hr_db', table: 'staff', link: 'hr_linked', prefix: 'hr/' };

export const MONTHS = ['4', '5'] as const;

export function objectKey(table: SceneTable, month: string): string {
  return `${table.prefix}year=2024/month=${month}/part-0.parquet`;
}

/** As the policy calls them. */
const NAMES: Readonly<Record<string, string>> = {
  [FINANCE]: 'finance-lake',
  [ANALYTICS]: 'analytics',
  [HUB]: 'hub',
  [SALES_LAKE]: 'sales-lake',
};

export function accountName(account: string): string {
  return NAMES[account] ?? account;
}
