/** Who holds what on the databases and tables that lie at a place in S3, and who the caller is. */

import type {
  GetEffectivePermissionsForPathRequest,
  PrincipalResourcePermissions,
} from '@aws-sdk/client-lakeformation';
import { pageOfList } from '../glue/paging.ts';
import { catalogOf } from '../glue/state.ts';
import type { Call } from '../service.ts';
import { notAuthorized } from './authority.ts';
import { rowOf } from './list-permissions.ts';
import { viewsAll } from './principals.ts';
import type { Ref } from './resources.ts';
import { lakeCatalogOf } from './state.ts';

const mostPerPage = 1000;

/** One page of the grants on databases and tables at exactly this place in S3: for administrators. */
export function getEffectivePermissionsForPath(call: Call, input: GetEffectivePermissionsForPathRequest): object {
  const { world, caller, region } = call;
  if (!viewsAll(world, caller, region)) throw notAuthorized();
  const rows: PrincipalResourcePermissions[] = [];
  const { grants } = lakeCatalogOf(world.lakeFormation, call.account, region);
  for (const ref of refsAt(call, input.ResourceArn ?? '')) for (const row of grants.at(ref)) rows.push(rowOf(row));
  const { items, NextToken } = pageOfList(rows, input, mostPerPage);
  return { Permissions: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

function* refsAt(call: Call, arn: string): Generator<Ref> {
  const path = trimmed(arn.replace(/^arn:aws[\w-]*:s3:::/, ''));
  const lies = (location: string | undefined) =>
    location !== undefined && trimmed(location.replace(/^s3[an]?:\/\//, '')) === path;
  const { databases } = catalogOf(call.world.glue, call.account, call.region);
  for (const [database, entry] of databases.entries()) {
    if (lies(entry.database.LocationUri)) yield { kind: 'database', catalog: call.account, database };
    for (const [table, { table: found }] of entry.tables.entries())
      if (lies(found.StorageDescriptor?.Location)) yield { kind: 'table', catalog: call.account, database, table };
  }
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The caller as grants name him. */
export function getDataLakePrincipal(call: Call): object {
  return { Identity: call.caller.arn };
}
