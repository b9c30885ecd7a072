/** What the adapters report of each hop: AWS as it is, in plain data. The shapes belong to core; `aws/` fills them. */

import type { LinkTarget, ListedGrant, Tags, TagValues } from '#contracts/lake-formation.ts';

/** Which organization an account says it is in. */
export interface OrganizationFacts {
  /** Null: the account is in none. */
  readonly id: string | null;
}

/** Lake Formation settings of one account and Region. */
export interface SettingsFacts {
  readonly admins: readonly string[];
  readonly readOnlyAdmins: readonly string[];
  /** 1 to 5; 1 when AWS names none. */
  readonly crossAccountVersion: number;
  /** Whether IAM_ALLOWED_PRINCIPALS still gets ALL on new databases, and on new tables. */
  readonly openDatabases: boolean;
  readonly openTables: boolean;
}

/** Registration of the product's S3 location, or of the nearest registered parent. */
export interface LocationFacts {
  readonly registered: null | {
    readonly arn: string;
    readonly roleArn: string | null;
    readonly hybrid: boolean;
    readonly verification: string | null;
  };
}

/** An IAM policy document as text and as parsed; `text` null when there is none. */
export interface DocumentFacts {
  readonly text: string | null;
}

export interface CatalogPolicyFacts extends DocumentFacts {
  /** For the next write's condition; null when there is no policy. */
  readonly hash: string | null;
}

/** How a Data Catalog is encrypted at rest. */
export interface EncryptionFacts {
  /** `DISABLED`, `SSE-KMS`, or `SSE-KMS-WITH-SERVICE-ROLE`, in which callers need no key. */
  readonly mode: string;
  /** Id, alias or ARN of the key; null: the one AWS manages, or none. */
  readonly key: string | null;
}

/** A KMS key. */
export interface KeyFacts {
  readonly arn: string;
  readonly enabled: boolean;
  /** By AWS: its policy can't be changed, and no other account may use it. */
  readonly managedByAws: boolean;
  /** Its policy. */
  readonly text: string;
}

export interface TableFacts {
  readonly name: string;
  /** S3 location, null for views and links. */
  readonly location: string | null;
  readonly isLink: boolean;
  /** Names of its columns, partition keys included, in their order. */
  readonly columns: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; absent where Glue does not say. */
  readonly createdAt?: number;
}

/** The producer's database with its tables. `database` null: the owner says it is missing. */
export interface CatalogFacts {
  readonly database: null | { readonly name: string; readonly openTables: boolean; readonly isLink: boolean };
  readonly tables: readonly TableFacts[];
}

/** Explicit permissions found on a set of resources. */
export interface GrantFacts {
  readonly grants: readonly ListedGrant[];
}

/** One principal or resource association of a RAM share. */
export interface AssociationFacts {
  readonly shareArn: string;
  readonly entity: string;
  readonly status: string;
  readonly message: string | null;
}

export interface InvitationFacts {
  readonly arn: string;
  readonly shareArn: string;
  readonly shareName: string;
  readonly sender: string;
  readonly receiver: string;
  readonly status: 'PENDING' | 'ACCEPTED' | 'REJECTED' | 'EXPIRED';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** ARNs of what it would bring; null when they could not be listed. Empty unless PENDING. */
  readonly resources: readonly string[] | null;
}

/** What RAM shows the consumer. */
export interface AcceptanceFacts {
  readonly invitations: readonly InvitationFacts[];
  /** Shares of other accounts that are active here, with their owner. */
  readonly shares: readonly { readonly arn: string; readonly owner: string; readonly status: string }[];
}

/** A database of the consumer with the name a link should have; `database` null: missing (the consumer owns this name). */
export interface LinkFacts {
  readonly database: null | { readonly name: string; readonly target: LinkTarget | null };
}

export interface RoleFacts {
  readonly arn: string;
  /** `AROA…`: another one after the role was deleted and made again. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Trust policy as text. */
  readonly trust: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Identity policies (inline and attached) and the boundary, as texts; null when they could not be read. */
  readonly policies: readonly string[] | null;
  readonly boundary: string | null;
}

/** A role or user of an account, with what decides what it may do by IAM. */
export interface IdentityFacts {
  readonly kind: 'role' | 'user';
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>> | null;
  /** Inline and attached; null when they could not be read. A user's groups are not among them. */
  readonly policies: readonly string[] | null;
  readonly boundary: string | null;
}

/** The roles and users of an account, service-linked roles left out; `unread`: how many more there are than were looked at. */
export interface IdentitiesFacts {
  readonly identities: readonly IdentityFacts[];
  readonly unread: number;
}

export interface StorageFacts {
  readonly bucketPolicy: DocumentFacts;
  /** Null when the product names no key. */
  readonly keyPolicy: DocumentFacts | null;
  /** The bucket's default encryption: `AES256`, `aws:kms`, or `none`; and its key. */
  readonly encryption: { readonly algorithm: string; readonly key: string | null };
}

/**
 * LF-Tags on one thing. `assigned`: on the thing itself. `inForce`: with what it inherits. Where a listing shows only
 * what is in force, a value that equals the parent's may be either: its key is among `unsure` and in `assigned`.
 */
export interface TagsOn {
  readonly assigned: Tags;
  readonly inForce: Tags;
  readonly unsure: readonly string[];
}

/** What tags are asked about in one database. */
export interface TaggedQuestion {
  readonly account: string;
  readonly database: string;
  /** Tables asked about, each with the columns of it that matter. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Keys that matter, with all values the catalog has of them. */
  readonly keys: readonly TagValues[];
}

/** LF-Tags of a database, its tables and their columns. What has none of its own is left out. */
export interface TaggedFacts {
  readonly database: TagsOn;
  readonly tables: Readonly<Record<string, TagsOn>>;
  /** Table → column in lower case → tags. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, TagsOn>>>>;
}

/** A crawler: its tables are those of its database whose names start with its prefix. */
export interface CrawlerFacts {
  readonly name: string;
  readonly database: string;
  readonly prefix: string;
}

/** A workflow: the crawlers and jobs of its graph, and how its runs ended. */
export interface WorkflowFacts {
  readonly name: string;
  readonly crawlers: readonly string[];
  readonly jobs: readonly string[];
  readonly runs: readonly WorkflowRunFacts[];
}

/** One run, newest first. Times in milliseconds since the epoch. COMPLETED alone is no success: look at `failed`. */
export interface WorkflowRunFacts {
  readonly id: string;
  readonly status: 'RUNNING' | 'COMPLETED' | 'STOPPING' | 'STOPPED' | 'ERROR';
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Actions that failed, timed out, were stopped or ended in error. */
  readonly failed: number;
  /** Names of the jobs and crawlers among them, with their error where AWS gives one. */
  readonly failures: readonly string[];
  /** Of a RUNNING one: when its last action ended while none runs; null while one runs or none has run. */
  readonly idleSince: number | null;
}
