/** KMS's decision: the key policy must allow, or hand the decision to the account's IAM. */

import { AwsError } from '../aws-error.ts';
import type { KeyFacts } from '../backend/backend.ts';
import type { Call } from '../service.ts';

interface KmsInput {
  readonly KeyId?: string;
  readonly TargetKeyId?: string;
}

/** Not even a key policy can open these to another account. */
const OWN_ACCOUNT_ONLY = new Set(['GetKeyPolicy', 'PutKeyPolicy', 'CreateAlias']);

/** What a caller may name a key by, as the ARN of the key or alias. */
export function keyArn(call: Call, id: string): string {
  if (id.startsWith('arn:')) return id;
  return `arn:aws:kms:${call.region}:${call.account}:${id.startsWith('alias/') ? id : `key/${id}`}`;
}

/** Throws KMS's refusal unless the caller may do this with the key. */
export async function authorizeKey(call: Call, key: KeyFacts): Promise<void> {
  if (OWN_ACCOUNT_ONLY.has(call.operation) && key.account !== call.account)
    throw new AwsError('NotFoundException', `Key '${key.arn}' does not exist`);
  await call.world.iam.authorize({
    caller: call.caller,
    action: `kms:${call.operation}`,
    resource: key.arn,
    resourcePolicy: key.policy,
    resourceAccount: key.account,
    resourceMustAllow: true,
    context: { 'kms:CallerAccount': call.account },
  });
}

/** The account whose name the request is forwarded in: the key's owner, or the caller's for what names no key. */
export async function authorizeKms(call: Call, input: KmsInput): Promise<string> {
  const id = input.KeyId ?? input.TargetKeyId;
  const key = id === undefined ? undefined : await call.world.backend.key(keyArn(call, id));
  if (key === undefined) {
    await call.world.iam.authorize({ caller: call.caller, action: `kms:${call.operation}`, resource: '*' });
    return call.account;
  }
  await authorizeKey(call, key);
  return key.account;
}
