/** What must be seen of the data lake at each turn of the scene: asked of the services, told as expectations. */

import { ANALYTICS, readerArn } from './places.ts';
import { grantText, type LakeView, lakeHops, lookAtLake } from './sales-looking.ts';
import {
  LAKE_BUCKET,
  LAKE_CRAWLER_ROLE,
  LAKE_DATABASE,
  LAKE_READERS,
  LAKE_TABLES,
  LAKE_USER,
  type LakeTable,
  ORDERS,
  PRODUCTS,
  SALES_JOB,
  STAFF,
} from './sales-places.ts';
import { lakeReadingText, readLakeTable, readThroughLink } from './sales-reading.ts';
import { type Expectation, expectation, type Row } from './scene.ts';
import type { Stage } from './world.ts';

export interface LakeLook {
  readonly view: LakeView;
  readonly rows: readonly Row[];
  /** The job's look at products through its account's link. */
  readonly linked: string;
}

/** Everybody tries to read every table, and the services say by which hops. */
export async function lookAround(stage: Stage): Promise<LakeLook> {
  const view = await lookAtLake(stage);
  const tries = LAKE_TABLES.flatMap((table) => LAKE_READERS.map((reader) => ({ table, reader })));
  const rows = tries.map(async ({ reader, table }) => ({
    reader,
    table,
    text: lakeReadingText(await readLakeTable(stage, reader, table)),
    hops: lakeHops(view, reader, table),
  }));
  return { view, rows: await Promise.all(rows), linked: await readThroughLink(stage, SALES_JOB, PRODUCTS) };
}

export function expectNothing({ rows, view }: LakeLook): readonly Expectation[] {
  const refused = rows.every(({ text }) => text === 'refused');
  return [
    expectation('before, datalake_user and the job of another account read nothing', refused, texts(rows)),
    expectation('before, no tag and no grant by tag is there', view.keys.length + view.grants.length === 0, view),
  ];
}

const KEYS = ['maintenance: crawler, manual', 'pii: false, true', 'source: none, product'];
const INHERITED = 'maintenance=crawler pii=false';

/** By tag, and at the place: what the policy's `tags.grants` and `dataLocations` come to. */
const GRANTS = [
  ...['DATABASE', 'TABLE'].map((type) => grantText(readerArn(LAKE_CRAWLER_ROLE), 'ALL', `${type} maintenance=crawler`)),
  grantText(readerArn(LAKE_CRAWLER_ROLE), 'DATA_LOCATION_ACCESS', `arn:aws:s3:::${LAKE_BUCKET}`),
  ...[readerArn(LAKE_USER), ANALYTICS, readerArn(SALES_JOB)].flatMap((who) => [
    grantText(who, 'DESCRIBE', 'DATABASE maintenance=crawler'),
    grantText(who, 'DESCRIBE,SELECT', 'TABLE source=product'),
  ]),
].sort();

/** Before any table is there. */
export function expectReady({ view }: LakeLook): readonly Expectation[] {
  const missing = GRANTS.filter((grant) => !view.grants.includes(grant));
  return [
    expectation('the keys and values of the policy exist', view.keys.join() === KEYS.join(), view.keys),
    expectation('the database is tagged', view.tags[LAKE_DATABASE] === INHERITED, view.tags),
    expectation('grants by tag and at the place are there', missing.length === 0, { missing, there: view.grants }),
    expectation('nothing else is granted by tag', new Set(view.grants).size === GRANTS.length, view.grants),
  ];
}

const TAGS: Readonly<Record<string, string>> = {
  [LAKE_DATABASE]: INHERITED,
  [PRODUCTS.table]: `${INHERITED} source=product`,
  [ORDERS.table]: `${INHERITED} source=product`,
  [`${ORDERS.table}.customer_email`]: 'maintenance=crawler pii=true source=product',
  [STAFF.table]: `${INHERITED} source=none`,
};

/** After a run of the workflow: everything is tagged, and access has followed. */
export function expectTagged({ view, rows, linked }: LakeLook): readonly Expectation[] {
  const textOf = (table: LakeTable, reader = LAKE_USER) =>
    rows.find((row) => row.reader === reader && row.table === table)?.text;
  const sold = [PRODUCTS, ORDERS];
  const is = (name: string) => view.tags[name] === TAGS[name];
  return [
    expectation(
      'products and orders are source=product',
      sold.every(({ table }) => is(table)),
      view.tags,
    ),
    expectation('staff is source=none, by a more specific rule', is(STAFF.table), view.tags),
    expectation(
      'orders.customer_email is pii=true while the database says pii=false',
      is(`${ORDERS.table}.customer_email`) && is(LAKE_DATABASE),
      view.tags,
    ),
    expectation('nothing else is tagged', Object.keys(view.tags).every(is), view.tags),
    expectation(
      'datalake_user reads products and orders, with the credentials that Lake Formation lends',
      sold.every((table) => textOf(table) === 'read'),
      texts(rows),
    ),
    expectation('staff stays closed to datalake_user', textOf(STAFF) === 'refused', texts(rows)),
    expectation('the job of analytics reads products', textOf(PRODUCTS, SALES_JOB) === 'read', texts(rows)),
    expectation("and sees it through its account's link", linked === 'read', linked),
    expectation('staff stays closed to the job of analytics', textOf(STAFF, SALES_JOB) === 'refused', texts(rows)),
  ];
}

function texts(rows: readonly Row[]): readonly string[] {
  return rows.map(({ reader, table, text, hops }) => `${reader.name} ${table.table}: ${text} (${hops})`);
}
