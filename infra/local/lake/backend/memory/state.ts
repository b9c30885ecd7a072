/** What the in-memory backend holds. IAM is per account, bucket names are the world's, keys have ARNs. */

export interface RoleRecord {
  readonly kind: 'role' | 'user';
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly created: Date;
  trust: string;
  description: string | undefined;
  maxSessionSeconds: number;
  boundaryArn: string | undefined;
  readonly tags: Map<string, string>;
  /** Inline policies: text by name. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
}

export interface PolicyRecord {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly created: Date;
  /** Text by version id. */
  readonly versions: Map<string, string>;
  defaultVersion: string;
}

export interface AccountRecord {
  /** By lower-cased name: IAM's names differ in more than case. */
  readonly roles: Map<string, RoleRecord>;
  readonly users: Map<string, RoleRecord>;
  readonly policies: Map<string, PolicyRecord>;
}

export interface ObjectRecord {
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly modified: Date;
  readonly etag: string;
  readonly kmsKey: string | undefined;
}

export interface BucketRecord {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  policy: string | undefined;
  /** `AES256`, or `aws:kms` with the key's ARN. */
  encryption: { readonly algorithm: string; readonly kmsKey: string | undefined };
  readonly objects: Map<string, ObjectRecord>;
  readonly tags: Map<string, string>;
}

export interface KeyRecord {
  readonly arn: string;
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly description: string;
  policy: string;
  enabled: boolean;
}

export interface MemoryState {
  readonly accounts: Map<string, AccountRecord>;
  readonly buckets: Map<string, BucketRecord>;
  readonly keys: Map<string, KeyRecord>;
  /** Key ARN by alias ARN. */
  readonly aliases: Map<string, string>;
}

/** A state that holds nothing. */
export const createMemoryState = (): MemoryState => ({
  accounts: new Map(),
  buckets: new Map(),
  keys: new Map(),
  aliases: new Map(),
});

/** What the account has in IAM, made when it is first asked for. */
export function accountOf(state: MemoryState, account: string): AccountRecord {
  let record = state.accounts.get(account);
  if (record === undefined) {
    record = { roles: new Map(), users: new Map(), policies: new Map() };
    state.accounts.set(account, record);
  }
  return record;
}

/** By the key's ARN or an alias's. */
export function keyByArn(state: MemoryState, arn: string): KeyRecord | undefined {
  return state.keys.get(state.aliases.get(arn) ?? arn);
}
