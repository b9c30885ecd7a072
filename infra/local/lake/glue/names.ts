/** Where things are, and what AWS calls them. */

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
  if (!/^\d{12}$/.test(account)) throw notFound(`Catalog ${account} not found.`);
  return { account, region: call.region };
}

export function databaseRef(place: Place, database: string): DatabaseRef {
  return { account: place.account, region: place.region, database: database.toLowerCase() };
}

export function tableRef(place: Place, database: string, table: string): TableRef {
  return { ...databaseRef(place, database), table: table.toLowerCase() };
}

export function catalogArn(place: Place): string {
  return glueArn(place, 'catalog');
}

export function databaseArn(place: Place, database: string): string {
  return glueArn(place, `database/${database}`);
}

export function tableArn(place: Place, database: string, table: string): string {
  return glueArn(place, `table/${database}/${table}`);
}

export function glueArn(place: Place, rest: string): string {
  return `arn:aws:glue:${place.region}:${place.account}:${rest}`;
}
