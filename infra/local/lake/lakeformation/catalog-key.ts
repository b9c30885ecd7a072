/** Lake Formation on an encrypted catalog: it asks Glue about what a request names, with the caller's rights. */

import type { Resource } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { encryptedCatalog, requireCatalogKey, type Use } from '../glue/catalog-key.ts';
import { loadModel } from '../protocol/model.ts';
import type { Call, Input, Operation } from '../service.ts';
import type { Ref } from './resources.ts';

/** The troubleshooting page says it of granting, whose model does not know the error. */
const documented: ReadonlySet<string> = new Set(['GrantPermissions', 'BatchGrantPermissions']);

/** Operations that look something up in the catalog; grants and revokes ask for each entry themselves. */
const lookUps: ReadonlySet<string> = new Set([
  'AddLFTagsToResource',
  'CreateDataCellsFilter',
  'CreateLakeFormationOptIn',
  'GetEffectivePermissionsForPath',
  'GetResourceLFTags',
  'GetTemporaryGluePartitionCredentials',
  'GetTemporaryGlueTableCredentials',
  'ListPermissions',
  'RemoveLFTagsFromResource',
  'SearchDatabasesByLFTags',
  'SearchTablesByLFTags',
  'UpdateDataCellsFilter',
]);

/** What of a request says whose catalog it is about. */
interface Named {
  readonly CatalogId?: string;
  readonly Resource?: Resource;
  readonly TableData?: { readonly TableCatalogId?: string };
  readonly TableArn?: string;
}

/** The same operations, but those that look something up are refused to who may not decrypt what they look at. */
export function underKey(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  const wrapped = Object.entries(operations).map(([name, operation]): [string, Operation] => [
    name,
    lookUps.has(name) ? withKey(operation) : operation,
  ]);
  return Object.fromEntries(wrapped);
}

function withKey(operation: Operation): Operation {
  return (call, input: Input) => {
    const owner = ownerOf(call, input);
    // No catalog is encrypted in most worlds: nothing is waited for then.
    if (owner === undefined || !encryptedCatalog(call.world, owner, call.region)) return operation(call, input);
    return requireKey(call, owner, 'read').then(() => operation(call, input));
  };
}

/** The account whose catalog is looked at; undefined for a request that names nothing there. */
function ownerOf(call: Call, { CatalogId, Resource, TableData, TableArn }: Named): string | undefined {
  if (TableArn !== undefined) return TableArn.split(':')[4];
  if (TableData !== undefined) return TableData.TableCatalogId ?? call.account;
  if (Resource === undefined) return call.operation === 'ListPermissions' ? undefined : (CatalogId ?? call.account);
  const { Database, Table, TableWithColumns, DataCellsFilter } = Resource;
  const named = Database ?? Table ?? TableWithColumns;
  if (named) return named.CatalogId ?? call.account;
  return DataCellsFilter ? (DataCellsFilter.TableCatalogId ?? call.account) : undefined;
}

/** Refuses a grant or revoke on something of an encrypted catalog to who may not use its key. */
export async function requireKeyFor(call: Call, ref: Ref): Promise<void> {
  if ('database' in ref) await requireKey(call, ref.catalog, 'write');
}

async function requireKey(call: Call, owner: string, use: Use): Promise<void> {
  const { world, operation, region } = call;
  const catalog = encryptedCatalog(world, owner, region);
  const declared =
    loadModel('lakeformation').operations[operation]?.errors.includes('GlueEncryptionException') === true;
  const asked = declared || documented.has(operation) || world.switch('catalog-key-asked-by') === 'every-call';
  if (!catalog || !asked) return;
  try {
    await requireCatalogKey(call, catalog, use);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = declared ? error.name : world.switch('lf-no-key-error');
    throw new AwsError(code, 'Insufficient encryption key permissions for Glue API');
  }
}
