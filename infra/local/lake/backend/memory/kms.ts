/** KMS in memory: keys, their policies and aliases, and encryption that is only a label. */

import type {
  CreateAliasRequest,
  CreateKeyRequest,
  DecryptRequest,
  DisableKeyRequest,
  EnableKeyRequest,
  EncryptRequest,
  GetKeyPolicyRequest,
  KeyMetadata,
  ListAliasesRequest,
  PutKeyPolicyRequest,
} from '@aws-sdk/client-kms';
import { AwsError } from '../../aws-error.ts';
import { MalformedPolicy, parsePolicy } from '../../iam/document.ts';
import { rootArn } from '../../identity/arn.ts';
import { authorizeKey, keyArn } from '../../kms/authorize.ts';
import type { Call, Operation, ServiceModule } from '../../service.ts';
import { page } from './paging.ts';
import { type KeyRecord, keyByArn, type MemoryState } from './state.ts';

const ROOT_POLICY = (account: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: rootArn(account) },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

function makeKey(
  state: MemoryState,
  call: Call,
  manager: KeyRecord['manager'],
  policy: string,
  description: string,
): KeyRecord {
  const hex = call.world.id(32);
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const key: KeyRecord = {
    arn: `arn:aws:kms:${call.region}:${call.account}:key/${id}`,
    id,
    account: call.account,
    region: call.region,
    created: new Date(call.world.now()),
    manager,
    description,
    policy,
    enabled: true,
  };
  state.keys.set(key.arn, key);
  return key;
}

function keyNamed(state: MemoryState, call: Call, id: string | undefined): KeyRecord {
  const arn = keyArn(call, id ?? '');
  const key = keyByArn(state, arn);
  if (key !== undefined) return key;
  const own = arn.startsWith(`arn:aws:kms:${call.region}:${call.account}:alias/aws/`);
  // AWS makes its managed keys when they are first asked for.
  if (own) {
    const made = makeKey(state, call, 'AWS', ROOT_POLICY(call.account), `Default key for ${arn.split('/').at(-1)}`);
    state.aliases.set(arn, made.arn);
    return made;
  }
  const what = arn.includes(':alias/') ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`;
  throw new AwsError('NotFoundException', what);
}

function assertPolicy(text: string): void {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof MalformedPolicy)
      throw Object.assign(new AwsError('MalformedPolicyDocumentException', error.message), { cause: error });
    throw error;
  }
}

const toMetadata = (key: KeyRecord): KeyMetadata => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.created,
  Enabled: key.enabled,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.enabled ? 'Enabled' : 'Disabled',
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});

function assertEnabled({ arn, enabled }: KeyRecord): void {
  if (!enabled) throw new AwsError('DisabledException', `${arn} is disabled.`);
}

const allow = (call: Call, key: KeyRecord): Promise<void> => authorizeKey(call, key);

function keys(state: MemoryState): Record<string, Operation> {
  return {
    async CreateKey(call: Call, input: CreateKeyRequest) {
      await call.world.iam.authorize({ caller: call.caller, action: 'kms:CreateKey', resource: '*' });
      const policy = input.Policy ?? ROOT_POLICY(call.account);
      assertPolicy(policy);
      return { KeyMetadata: toMetadata(makeKey(state, call, 'CUSTOMER', policy, input.Description ?? '')) };
    },
    async DescribeKey(call: Call, input: { readonly KeyId?: string }) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      return { KeyMetadata: toMetadata(key) };
    },
    async EnableKey(call: Call, input: EnableKeyRequest) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      key.enabled = true;
    },
    async DisableKey(call: Call, input: DisableKeyRequest) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      key.enabled = false;
    },
    async GetKeyPolicy(call: Call, input: GetKeyPolicyRequest) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      return { Policy: key.policy, PolicyName: 'default' };
    },
    async PutKeyPolicy(call: Call, input: PutKeyPolicyRequest) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      assertPolicy(input.Policy ?? '');
      key.policy = input.Policy ?? '';
    },
  };
}

function aliases(state: MemoryState): Record<string, Operation> {
  return {
    async CreateAlias(call: Call, input: CreateAliasRequest) {
      const key = keyNamed(state, call, input.TargetKeyId);
      await allow(call, key);
      const arn = keyArn(call, input.AliasName ?? '');
      if (state.aliases.has(arn))
        throw new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
      state.aliases.set(arn, key.arn);
    },
    async ListAliases(call: Call, input: ListAliasesRequest) {
      await call.world.iam.authorize({ caller: call.caller, action: 'kms:ListAliases', resource: '*' });
      const target = input.KeyId === undefined ? undefined : keyNamed(state, call, input.KeyId).arn;
      const prefix = keyArn(call, 'alias/');
      const own = [...state.aliases].filter(([arn, key]) => arn.startsWith(prefix) && (target ?? key) === key);
      const { items, next } = page(own, ([arn]) => arn, input.Limit ?? 50, input.Marker);
      const Aliases = items.map(([arn, key]) => ({
        AliasName: arn.slice(arn.indexOf(':alias/') + 1),
        AliasArn: arn,
        TargetKeyId: key.split('/').at(-1),
      }));
      return { Aliases, Truncated: next !== undefined, ...(next === undefined ? {} : { NextMarker: next }) };
    },
  };
}

/** Ciphertext names its key, so that Decrypt can check the right policy. */
function cryptography(state: MemoryState): Record<string, Operation> {
  return {
    async Encrypt(call: Call, input: EncryptRequest) {
      const key = keyNamed(state, call, input.KeyId);
      await allow(call, key);
      assertEnabled(key);
      const text = JSON.stringify({ key: key.arn, plain: Buffer.from(input.Plaintext ?? []).toString('base64') });
      return { CiphertextBlob: Buffer.from(text), KeyId: key.arn };
    },
    async Decrypt(call: Call, input: DecryptRequest) {
      const found = /^\{"key":"([^"]+)","plain":"([^"]*)"\}$/.exec(
        Buffer.from(input.CiphertextBlob ?? []).toString('utf8'),
      );
      if (found === null) throw new AwsError('InvalidCiphertextException', '');
      const key = keyNamed(state, call, found[1]);
      await allow(call, key);
      assertEnabled(key);
      return { Plaintext: Buffer.from(found[2] ?? '', 'base64'), KeyId: key.arn };
    },
  };
}

/** KMS over this state. */
export const createKmsModule = (state: MemoryState): ServiceModule => ({
  name: 'kms',
  authorizesItself: true,
  operations: { ...keys(state), ...aliases(state), ...cryptography(state) },
});
