/** Encrypted catalogs: which operations of Glue need the key of which catalogs. */

import { arnParts } from '../identity/arn.ts';
import { loadModel } from '../protocol/model.ts';
import type { Call, Input, Operation } from '../service.ts';
import { arnsOf, type Named } from './arns.ts';
import { encryptedCatalog, requireCatalogKey, type Use } from './catalog-key.ts';
import { sharedDatabases } from './permissions.ts';
import type { GlueCatalog } from './state.ts';

/** These deal in metadata, too, but their model has no `GlueEncryptionException`. */
const undeclared: ReadonlySet<string> = new Set([
  'BatchDeletePartition',
  'DeleteConnection',
  'DeleteDatabase',
  'DeletePartition',
  'DeleteTable',
  'SearchTables',
]);

/** The same operations, but those that deal in metadata are refused to who may not use the key of a catalog they touch. */
export function underKey(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  const wrapped = Object.entries(operations).map(([name, operation]): [string, Operation] => [
    name,
    declares(name) || undeclared.has(name) ? withKey(name, operation) : operation,
  ]);
  return Object.fromEntries(wrapped);
}

function declares(operation: string): boolean {
  return loadModel('glue').operations[operation]?.errors.includes('GlueEncryptionException') === true;
}

function withKey(name: string, operation: Operation): Operation {
  const use: Use = /^(Get|BatchGet|Search|Test)/.test(name) ? 'read' : 'write';
  return (call, input: Input) => {
    const asked = !undeclared.has(name) || asksEverywhere(call);
    const encrypted = asked ? encryptedCatalogs(call, input) : [];
    // No catalog is encrypted in most worlds: nothing is waited for then.
    if (encrypted.length === 0) return operation(call, input);
    return requireKeys(call, encrypted, use).then(() => operation(call, input));
  };
}

const asksEverywhere = (call: Call): boolean => call.world.switch('catalog-key-asked-by') === 'every-call';

/** Those that the request names or its links lead to, and those it lists databases of. */
function encryptedCatalogs(call: Call, input: Named & { readonly ResourceShareType?: string }): GlueCatalog[] {
  const found = new Set<GlueCatalog>();
  const add = (account: string, region: string): void => {
    const catalog = encryptedCatalog(call.world, account, region);
    if (catalog) found.add(catalog);
  };
  for (const arn of arnsOf(call, input)) {
    const { account, region } = arnParts(arn);
    add(account, region);
  }
  const foreign = input.ResourceShareType === 'FOREIGN' || input.ResourceShareType === 'ALL';
  if (call.operation === 'GetDatabases' && foreign && asksEverywhere(call))
    for (const { account, region } of sharedDatabases(call)) add(account, region);
  return [...found];
}

async function requireKeys(call: Call, catalogs: readonly GlueCatalog[], use: Use): Promise<void> {
  for (const catalog of catalogs) await requireCatalogKey(call, catalog, use);
}
