/** Who is who in the data lake of the article on blueprints, `sales-lake`, and who reads it. */

import { ANALYTICS, type Reader, SALES_LAKE } from './places.ts';

export const LAKE_BUCKET = 'sales-lake-data';
export const LAKE_DATABASE = 'kthr01';

/** Data lake administrator. */
export const LAKE_ADMIN: Reader = {
  name: 'datalake_admin_user',
  account: SALES_LAKE,
  path: '/',
  role: 'datalake_admin_user',
  kind: 'user',
};
/** Asks Athena, and asks nothing but SELECT. */
export const LAKE_USER: Reader = {
  name: 'datalake_user',
  account: SALES_LAKE,
  path: '/',
  role: 'datalake_user',
  kind: 'user',
};
/** A Glue job of another account. */
export const SALES_JOB: Reader = { name: 'sales-job', account: ANALYTICS, path: '/data-jobs/', role: 'sales-job' };
export const LAKE_READERS = [LAKE_USER, SALES_JOB] as const;

/** What the workflow's crawlers and jobs run as. */
export const LAKE_CRAWLER_ROLE: Reader = {
  name: 'crawler role',
  account: SALES_LAKE,
  path: '/service-role/',
  role: 'AWSGlueServiceRoleDefaultDataLakeDataAccess',
};
/** As which Lake Formation reads the bucket for whom it lets. */
export const REGISTRATION: Reader = {
  name: 'registration role',
  account: SALES_LAKE,
  path: '/',
  role: 'sales-lake-registration',
};

export interface LakeTable {
  readonly database: string;
  readonly table: string;
  /** The job that imports it. */
  readonly job: string;
  readonly prefix: string;
  readonly columns: readonly string[];
}

/** What a reader must get to see: something only this object holds. */
export function bytesOf(table: LakeTable): string {
  return `PAR1 ${table.database}.${table.table} PAR1`;
}

export function objectKey(table: LakeTable): string {
  return `${table.prefix}part-0.parquet`;
}

function lakeTable(name: string, columns: readonly string[]): LakeTable {
  return {
    database: LAKE_DATABASE,
    table: `workflow_kthr01_${name}`,
    job: `kthr01_import_${name}`,
    prefix: `kthr01/${name}/`,
    columns,
  };
}

export const PRODUCTS = lakeTable('products', ['product_id', 'name', 'created_at']);
export const ORDERS = lakeTable('orders', ['order_id', 'product_id', 'customer_email', 'created_at']);
/** Nobody who looks at sales is to see it. */
export const STAFF = lakeTable('staff', ['staff_id', 'name', 'salary']);
export const LAKE_TABLES = [PRODUCTS, ORDERS, STAFF] as const;

/** What a blueprint called `kthr01` made: a crawler on the source, a job for each table, a crawler on the result. */
export const WORKFLOW = 'kthr01_snapshot';
export const FIRST_CRAWLER = 'kthr01_discover';
export const LAST_CRAWLER = 'kthr01_catalog';
