/** The key of an encrypted catalog, and who may use it. */

import { AwsError } from '../aws-error.ts';
import type { KeyFacts } from '../backend/backend.ts';
import type { Caller } from '../caller.ts';
import { foreignKey } from '../iam/decider.ts';
import { parsePrincipalArn } from '../identity/arn.ts';
import type { Call, World } from '../service.ts';
import { catalogKey, type GlueCatalog } from './state.ts';

/** What is done with a catalog's metadata: writing encrypts what it wrote, and reads what was there before. */
export type Use = 'read' | 'write';

const actions: Readonly<Record<Use, readonly string[]>> = {
  read: ['kms:Decrypt'],
  write: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt'],
};

/** The catalog of an account and Region, if it is encrypted now; undefined if it is not, or holds nothing yet. */
export function encryptedCatalog(world: World, account: string, region: string): GlueCatalog | undefined {
  const catalog = world.glue.catalogs.get(catalogKey(account, region));
  return modeOf(catalog).startsWith('SSE-KMS') ? catalog : undefined;
}

function modeOf(catalog: GlueCatalog | undefined): string {
  return catalog?.encryption.EncryptionAtRest?.CatalogEncryptionMode ?? 'DISABLED';
}

/**
 * Returns when the caller, or the role that Glue uses instead, may do this under the catalog's key. Throws
 * `GlueEncryptionException` with KMS's own words otherwise.
 */
export async function requireCatalogKey(call: Call, catalog: GlueCatalog, use: Use): Promise<void> {
  const user = await userOf(call, catalog);
  const arn = keyArn(catalog);
  const key = await call.world.backend.key(arn);
  if (arn.endsWith(':alias/aws/glue') || key?.manager === 'AWS')
    return requireOwn(call, catalog, user, key?.arn ?? arn);
  if (key === undefined) {
    const what = arn.includes(':alias/') ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`;
    throw fromKms(call, 'NotFoundException', what);
  }
  if (!key.enabled) throw fromKms(call, 'DisabledException', `${key.arn} is disabled.`);
  for (const action of actions[use]) await askKms(call, catalog, user, key, action);
}

/** KMS decides as for any caller: identity policies, boundary, session policies and the key's own policy. */
async function askKms(call: Call, catalog: GlueCatalog, user: Caller, key: KeyFacts, action: string): Promise<void> {
  try {
    await call.world.iam.authorize({
      caller: user,
      action,
      resource: key.arn,
      resourcePolicy: key.policy,
      resourceAccount: key.account,
      resourceMustAllow: true,
      context: {
        'kms:CallerAccount': user.account,
        'kms:ViaService': `glue.${catalog.region}.amazonaws.com`,
        'kms:EncryptionContext:glue_catalog_id': catalog.account,
        'kms:EncryptionContextKeys': ['glue_catalog_id'],
        'aws:ViaAWSService': 'true',
      },
    });
  } catch (error) {
    throw error instanceof AwsError ? fromKms(call, error.name, error.message) : error;
  }
}

/** The AWS managed key lets in everyone of its own account who comes through Glue, and nobody of another account. */
function requireOwn(call: Call, catalog: GlueCatalog, user: Caller, key: string): void {
  if (user.account === catalog.account) return;
  const who = `User: ${user.sessionArn ?? user.arn} is not authorized to perform: kms:Decrypt on resource: ${key}`;
  throw fromKms(call, 'AccessDeniedException', `${who} because ${foreignKey}`);
}

/** The caller; in service-role mode the role, which must be there and trust Glue. */
async function userOf(call: Call, catalog: GlueCatalog): Promise<Caller> {
  if (modeOf(catalog) === 'SSE-KMS') return call.caller;
  const arn = catalog.encryption.EncryptionAtRest?.CatalogEncryptionServiceRole ?? '';
  const role = await call.world.backend.identity(arn);
  if (role?.kind !== 'role' || !(await trustsGlue(call.world, arn, role.trust)))
    throw fromKms(
      call,
      'AccessDeniedException',
      `Glue is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  const { account, name } = parsePrincipalArn(arn);
  return { kind: 'role', account, arn, sessionArn: `arn:aws:sts::${account}:assumed-role/${name}/GlueDataCatalog` };
}

async function trustsGlue(world: World, role: string, trust: string | undefined): Promise<boolean> {
  const { effect } = await world.iam.decide({
    caller: { kind: 'service', account: '', arn: 'glue.amazonaws.com' },
    action: 'sts:AssumeRole',
    resource: role,
    resourcePolicy: trust,
    resourceMustAllow: true,
  });
  return effect === 'allowed';
}

function keyArn({ account, region, encryption }: GlueCatalog): string {
  const id = encryption.EncryptionAtRest?.SseAwsKmsKeyId ?? 'alias/aws/glue';
  if (id.startsWith('arn:')) return id;
  return `arn:aws:kms:${region}:${account}:${id.startsWith('alias/') ? id : `key/${id}`}`;
}

/** KMS's refusal as Glue passes it on. */
function fromKms({ requestId }: Call, code: string, message: string): AwsError {
  const origin = `Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: ${requestId}; Proxy: null`;
  return new AwsError('GlueEncryptionException', `${message} (${origin})`);
}
