/** What the lake reads from the world of roles, buckets and keys, whoever keeps it: memory or MiniStack. */

/** A policy document as text, with the name people know it by. */
export interface NamedPolicy {
  readonly name: string;
  /** Absent for an inline policy. */
  readonly arn?: string;
  readonly document: string;
}

/** An IAM role or user with everything that decides what it may do. */
export interface Identity {
  readonly kind: 'role' | 'user';
  readonly account: string;
  readonly name: string;
  /** With path. */
  readonly arn: string;
  /** `AROA…` or `AIDA…`: another one after the identity was deleted and made again. */
  readonly id: string;
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly NamedPolicy[];
  /** The text of the permissions boundary, when there is one. */
  readonly boundary?: string;
  /** Trust policy; roles only. */
  readonly trust?: string;
  readonly maxSessionSeconds: number;
}

export interface BucketFacts {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policy?: string;
  /** ARN of the key new objects are encrypted with (SSE-KMS), when the bucket has a default. */
  readonly kmsKey?: string;
}

export interface ObjectFacts {
  /** ARN of the key this object is encrypted with (SSE-KMS). */
  readonly kmsKey?: string;
  readonly size: number;
}

export interface KeyFacts {
  readonly arn: string;
  readonly account: string;
  readonly policy: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly enabled: boolean;
}

export interface Backend {
  /** By ARN, path included: a role that was found under another path is not this role. */
  identity(arn: string): Promise<Identity | undefined>;
  /** Text of a managed policy's default version, AWS's or an account's own. */
  policy(arn: string): Promise<string | undefined>;
  bucket(name: string): Promise<BucketFacts | undefined>;
  object(bucket: string, key: string): Promise<ObjectFacts | undefined>;
  /** By key ARN or alias ARN. */
  key(arn: string): Promise<KeyFacts | undefined>;
  /** What it keeps in memory that is nowhere else: a record of collections. */
  readonly state?: object;
  /** Forgets everything it keeps in memory. */
  reset(): void;
}
