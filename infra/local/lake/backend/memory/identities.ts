/** Finding and making roles, users and managed policies, with IAM's refusals. */

import { AwsError } from '../../aws-error.ts';
import { MalformedPolicy, parsePolicy } from '../../iam/document.ts';
import { managedPolicy } from '../../iam/managed.ts';
import type { Call } from '../../service.ts';
import type { Identity } from '../backend.ts';
import { accountOf, type MemoryState, type PolicyRecord, type RoleRecord } from './state.ts';

/** IAM's error for what is not there; `what` is named in its sentence. */
export const noSuch = (what: string): AwsError =>
  new AwsError('NoSuchEntityException', `The ${what} cannot be found.`, { status: 404 });

/** IAM's error for a name that is taken; `what` begins its sentence. */
export const exists = (what: string): AwsError =>
  new AwsError('EntityAlreadyExistsException', `${what} already exists.`, { status: 409 });

/** The role of that name, in any case. Throws `NoSuchEntityException`. */
export function roleNamed(state: MemoryState, account: string, name: string): RoleRecord {
  const role = accountOf(state, account).roles.get(name.toLowerCase());
  if (role === undefined) throw noSuch(`role with name ${name}`);
  return role;
}

/** The user of that name, in any case. Throws `NoSuchEntityException`. */
export function userNamed(state: MemoryState, account: string, name: string): RoleRecord {
  const user = accountOf(state, account).users.get(name.toLowerCase());
  if (user === undefined) throw noSuch(`user with name ${name}`);
  return user;
}

/** Throws `MalformedPolicyDocumentException` unless the text is a policy. */
export function assertPolicy(text: string): void {
  try {
    parsePolicy(text);
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw Object.assign(new AwsError('MalformedPolicyDocumentException', error.message), { cause: error });
  }
}

/** A principal in a trust policy must exist, or IAM refuses the policy. */
export function assertTrust(state: MemoryState, text: string): void {
  assertPolicy(text);
  for (const statement of parsePolicy(text)) {
    if (statement.resources !== undefined || statement.notResources !== undefined)
      throw new AwsError('MalformedPolicyDocumentException', 'Has prohibited field Resource');
    for (const name of statement.principals?.['AWS'] ?? []) {
      if (/^arn:aws:iam::\d{12}:(role|user)\//.test(name) && findIdentity(state, name) === undefined)
        throw new AwsError('MalformedPolicyDocumentException', `Invalid principal in policy: "AWS":"${name}"`);
    }
  }
}

/** The role or user of exactly this ARN, path included. */
export function findIdentity(state: MemoryState, arn: string): RoleRecord | undefined {
  const [, account = '', kind, name = ''] = /^arn:aws:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const record = state.accounts.get(account);
  const found = kind === 'user' ? record?.users.get(name.toLowerCase()) : record?.roles.get(name.toLowerCase());
  return found?.arn === arn ? found : undefined;
}

/** The text of a managed policy's default version, AWS's or an account's own. */
export function policyText(state: MemoryState, arn: string): string | undefined {
  const account = /^arn:aws:iam::(\d{12}):policy\//.exec(arn)?.[1];
  if (account === undefined) return managedPolicy(arn);
  const policy = state.accounts.get(account)?.policies.get(arn);
  return policy?.versions.get(policy.defaultVersion);
}

/** The account's policy of that ARN. Throws `NoSuchEntityException`. */
export function policyRecord(state: MemoryState, account: string, arn: string): PolicyRecord {
  const policy = accountOf(state, account).policies.get(arn);
  if (policy === undefined) throw noSuch(`policy ${arn}`);
  return policy;
}

/** The role or user as policies are evaluated for it. */
export function toIdentity(state: MemoryState, record: RoleRecord): Identity {
  const attached = [...record.attached].map((arn) => ({
    name: arn.split('/').at(-1) ?? arn,
    arn,
    // Attaching checks that it exists; a policy in use can't be deleted.
    document: policyText(state, arn) ?? '{"Version":"2012-10-17","Statement":[]}',
  }));
  const boundary = record.boundaryArn === undefined ? undefined : policyText(state, record.boundaryArn);
  return {
    kind: record.kind,
    account: record.account,
    name: record.name,
    arn: record.arn,
    id: record.id,
    path: record.path,
    tags: Object.fromEntries(record.tags),
    policies: [...[...record.inline].map(([name, document]) => ({ name, document })), ...attached],
    maxSessionSeconds: record.maxSessionSeconds,
    ...(boundary === undefined ? {} : { boundary }),
    ...(record.kind === 'role' ? { trust: record.trust } : {}),
  };
}

interface NewIdentity {
  readonly name: string;
  readonly path: string | undefined;
  readonly trust: string;
  readonly tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
  readonly boundaryArn: string | undefined;
  readonly description: string | undefined;
  readonly maxSessionSeconds: number | undefined;
}

/** Makes a role or user. Throws where the name is taken, or its boundary does not exist. */
export function makeIdentity(state: MemoryState, call: Call, kind: 'role' | 'user', input: NewIdentity): RoleRecord {
  const record = accountOf(state, call.account);
  const table = kind === 'role' ? record.roles : record.users;
  const label = kind === 'role' ? 'Role' : 'User';
  if (table.has(input.name.toLowerCase())) throw exists(`${label} with name ${input.name}`);
  if (input.boundaryArn !== undefined && policyText(state, input.boundaryArn) === undefined)
    throw noSuch(`policy ${input.boundaryArn}`);
  const path = input.path ?? '/';
  const made: RoleRecord = {
    kind,
    account: call.account,
    name: input.name,
    path,
    arn: `arn:aws:iam::${call.account}:${kind}${path}${input.name}`,
    id: `${kind === 'role' ? 'AROA' : 'AIDA'}${call.world.id(17).toUpperCase()}`,
    created: new Date(call.world.now()),
    trust: input.trust,
    description: input.description,
    maxSessionSeconds: input.maxSessionSeconds ?? 3600,
    boundaryArn: input.boundaryArn,
    tags: new Map(input.tags?.map(({ Key = '', Value = '' }) => [Key, Value])),
    inline: new Map(),
    attached: new Set(),
  };
  table.set(input.name.toLowerCase(), made);
  return made;
}
