/** Encrypted catalogs: who reads or writes one needs its key as well. */

import type { Call, Operation } from '../service.ts';
import { AwsError } from '../service.ts';
import type { Named } from './arns.ts';
import { arnsOf } from './arns.ts';
import type { GlueCatalog } from './state.ts';
import { catalogKey } from './state.ts';

/** Operations that deal in metadata, and so in what the catalog's key encrypts. */
const metadata = /(Database|Table|Tables|Databases|Partition|Partitions|TableVersions?|Metadata)$/;

/** The same operations, but refused to who lacks the key of a catalog they touch. */
export function underKey(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  const wrapped = Object.entries(operations).map(([name, operation]): [string, Operation] => [
    name,
    metadata.test(name) ? withKey(operation) : operation,
  ]);
  return Object.fromEntries(wrapped);
}

function withKey(operation: Operation): Operation {
  return (call, input: Named) => {
    const encrypted = encryptedCatalogs(call, input);
    // No catalog is encrypted in most worlds: nothing is waited for then.
    if (encrypted.length === 0) return operation(call, input);
    return requireKeys(call, encrypted).then(() => operation(call, input));
  };
}

function encryptedCatalogs(call: Call, input: Named): GlueCatalog[] {
  const found = new Set<GlueCatalog>();
  for (const arn of arnsOf(call, input)) {
    const [, , , region = '', account = ''] = arn.split(':');
    const catalog = call.world.glue.catalogs.get(catalogKey(account, region));
    if (catalog?.encryption.EncryptionAtRest?.CatalogEncryptionMode === 'SSE-KMS') found.add(catalog);
  }
  return [...found];
}

async function requireKeys(call: Call, catalogs: readonly GlueCatalog[]): Promise<void> {
  for (const catalog of catalogs) if (!(await mayDecrypt(call, catalog))) throw noKey();
}

/** The AWS managed key works for its own account only; any other as its policy and the caller's rights say. */
async function mayDecrypt(call: Call, catalog: GlueCatalog): Promise<boolean> {
  const id = catalog.encryption.EncryptionAtRest?.SseAwsKmsKeyId ?? 'alias/aws/glue';
  const arn = keyArn(catalog, id);
  const key = arn.endsWith(':alias/aws/glue') ? undefined : await call.world.backend.key(arn);
  if (arn.endsWith(':alias/aws/glue') || key?.manager === 'AWS') return call.account === catalog.account;
  if (!key?.enabled) return false;
  const { effect } = await call.world.iam.decide({
    caller: call.caller,
    action: 'kms:Decrypt',
    resource: key.arn,
    resourcePolicy: key.policy,
    resourceAccount: key.account,
    resourceMustAllow: true,
    context: { 'kms:CallerAccount': call.account, 'kms:ViaService': `glue.${catalog.region}.amazonaws.com` },
  });
  return effect === 'allowed';
}

function keyArn(catalog: GlueCatalog, id: string): string {
  if (id.startsWith('arn:')) return id;
  return `arn:aws:kms:${catalog.region}:${catalog.account}:${id.startsWith('alias/') ? id : `key/${id}`}`;
}

function noKey(): AwsError {
  return new AwsError('GlueEncryptionException', 'Insufficient encryption key permissions for Glue API');
}
