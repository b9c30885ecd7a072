/** Where things are, and what AWS calls them. */

import { isAccountId } from '../identity/arn.ts';
import type { Call } from '../service.ts';
import { notFound } from './errors.ts';

/** A catalog: an account in a Region. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Names are in lower case. */
export interface DatabaseRef extends Place {
  readonly database: string;
}

export interface TableRef extends DatabaseRef {
  readonly table: string;
}

/** The catalog a request names: the caller's account when it names none, never a nested catalog. */
export function placeOf(call: Call, catalogId: string | undefined): Place {
  const account = catalogId ?? call.account;
  if (!isAccountId(account)) throw notFound(`Catalog ${account} not found.`);
  return { account, region: call.region };
}

/** The database in this catalog, its name in lower case. */
export function databaseRef(place: Place, database: string): DatabaseRef {
  return { account: place.account, region: place.region, database: database.toLowerCase() };
}

/** The table in this catalog, its names in lower case. */
export function tableRef(place: Place, database: string, table: string): TableRef {
  return { ...databaseRef(place, database), table: table.toLowerCase() };
}

/** The ARN of an account's catalog in a Region. */
export function catalogArn(place: Place): string {
  return glueArn(place, 'catalog');
}

/** The ARN of a database; `*` stands for all of them. */
export function databaseArn(place: Place, database: string): string {
  return glueArn(place, `database/${database}`);
}

/** The ARN of a table; `*` stands for all of them. */
export function tableArn(place: Place, database: string, table: string): string {
  return glueArn(place, `table/${database}/${table}`);
}

/** The ARN of anything of Glue's: `rest` is its kind and name. */
export function glueArn(place: Place, rest: string): string {
  return `arn:aws:glue:${place.region}:${place.account}:${rest}`;
}
