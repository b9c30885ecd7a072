/** Which permissions fit which resource. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import { findDatabase, findTable } from '../glue/state.ts';
import type { World } from '../service.ts';
import { iamAllowedPrincipals, type Principal } from './principals.ts';
import { invalidInput, type Ref } from './resources.ts';

export const onDatabase: readonly Permission[] = ['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'];
/** SELECT is kept apart from these, on the columns. */
export const onTable: readonly Permission[] = ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT'];
export const onLink: readonly Permission[] = ['DESCRIBE', 'DROP'];

const fitting: Readonly<Record<Ref['kind'], readonly Permission[]>> = {
  catalog: [
    'ALL',
    'SUPER_USER',
    'ALTER',
    'CREATE_DATABASE',
    'CREATE_CATALOG',
    'DESCRIBE',
    'DROP',
    'CREATE_LF_TAG',
    'CREATE_LF_TAG_EXPRESSION',
  ],
  database: onDatabase,
  table: [...onTable, 'SELECT'],
  columns: ['SELECT'],
  location: ['DATA_LOCATION_ACCESS'],
  filter: ['DESCRIBE', 'DROP', 'SELECT'],
  tag: ['DROP', 'ALTER', 'ASSOCIATE', 'DESCRIBE', 'GRANT_WITH_LF_TAG_EXPRESSION'],
  policy: [...onTable, 'SELECT'],
  expression: ['ALL', 'ALTER', 'DESCRIBE', 'DROP', 'GRANT_WITH_LF_TAG_EXPRESSION'],
};

export const modificationInvalid = 'Permissions modification is invalid.';

/** Permissions and grant options that can be granted on such a resource at all. */
export function checkFit(
  ref: Ref,
  link: boolean,
  permissions: ReadonlySet<Permission>,
  grantable: ReadonlySet<Permission>,
): void {
  const allowed = link ? onLink : ref.kind === 'policy' && ref.type === 'DATABASE' ? onDatabase : fitting[ref.kind];
  if ([...permissions, ...grantable].some((permission) => !allowed.includes(permission)))
    throw invalidInput(modificationInvalid);
  if (ref.kind === 'columns' && ref.columns.kind !== 'all' && grantable.size > 0)
    throw invalidInput('Grant option is not supported on permissions with column filters.');
}

/** Throws `InvalidInputException` where more may be passed on than is granted. */
export function checkSubset(permissions: ReadonlySet<Permission>, grantable: ReadonlySet<Permission>): void {
  const beyond = [...grantable].filter((permission) => !permissions.has(permission) && !permissions.has('ALL'));
  if (beyond.length > 0)
    throw invalidInput('Permissions with grant option must be a subset of the permissions being granted.');
}

/** What can't be given to anybody outside the account. */
export function checkExternalFit(ref: Ref, permissions: ReadonlySet<Permission>): void {
  const refused: readonly Permission[] = ref.kind === 'database' ? ['ALL', 'DROP'] : ['SUPER_USER'];
  if (ref.kind === 'catalog' || refused.some((permission) => permissions.has(permission)))
    throw invalidInput('Cross account grant of the requested permissions is not supported.');
}

/** Whether the resource of an own catalog is a resource link, or a table that is reached through one. */
export function isLink(world: World, ref: Ref, account: string, region: string): boolean {
  if (ref.catalog !== account || !('database' in ref)) return false;
  const database = findDatabase(world.glue, account, region, ref.database)?.database;
  if (database?.TargetDatabase) return true;
  if (ref.kind === 'database' || ref.table === undefined) return false;
  return findTable(world.glue, account, region, ref.database, ref.table)?.table.TargetTable !== undefined;
}

export interface Row {
  readonly ref: Ref;
  readonly permissions: readonly Permission[];
  readonly grantable: readonly Permission[];
}

/** A grant as it is stored: everything spelled out, and SELECT on a table as SELECT on all its columns. */
export function rowsOf(
  principal: Principal,
  ref: Ref,
  permissions: ReadonlySet<Permission>,
  grantable: ReadonlySet<Permission>,
): Row[] {
  if (principal.id === iamAllowedPrincipals) return [{ ref, permissions: [...permissions], grantable: [...grantable] }];
  const spelled = (set: ReadonlySet<Permission>, all: readonly Permission[]) => (set.has('ALL') ? all : [...set]);
  if (ref.kind === 'database') {
    return [{ ref, permissions: spelled(permissions, onDatabase), grantable: spelled(grantable, onDatabase) }];
  }
  if (ref.kind !== 'table') return [{ ref, permissions: [...permissions], grantable: [...grantable] }];
  const select = (set: ReadonlySet<Permission>): Permission[] =>
    set.has('SELECT') || set.has('ALL') ? ['SELECT'] : [];
  const rest = (set: ReadonlySet<Permission>) => spelled(set, onTable).filter((permission) => permission !== 'SELECT');
  const { catalog, database, table } = ref;
  const columns: Ref = { kind: 'columns', catalog, database, table, columns: { kind: 'all' } };
  const rows: Row[] = [
    { ref, permissions: rest(permissions), grantable: rest(grantable) },
    { ref: columns, permissions: select(permissions), grantable: select(grantable) },
  ];
  return rows.filter((row) => row.permissions.length + row.grantable.length > 0);
}
