/** The policy file, version 1, as a person writes it. Meaning (names that exist, what is acted on) is checked in core/policy. */

import * as z from 'zod/mini';
import type { TagValues } from './lake-formation.ts';
import { limits, schedule } from './policy-limits.ts';
import { tags } from './policy-tags.ts';
import { accountId, audience, mode, name, names, region, s3Location, word } from './policy-words.ts';
import type { Departure } from './resolution.ts';

const keyArn = z.string().check(z.regex(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/, 'write the ARN of a KMS key'));

const account = z.union([
  accountId,
  z.strictObject({
    id: accountId,
    regions: z.optional(z.array(region)),
    mode: z.optional(mode),
    external: z.optional(z.boolean()),
    catalogKey: z.optional(keyArn),
  }),
]);

const storage = z.strictObject({
  location: s3Location,
  account: z.optional(name),
  access: z._default(z.enum(['iam', 'lake-formation', 'hybrid']), 'iam'),
  registration: z.optional(z.string()),
  key: z.optional(z.nullable(keyArn)),
  bucketPolicy: z._default(z.enum(['manage', 'emit']), 'emit'),
  widen: z.optional(z.literal('organization')),
});

const jobRole = z.strictObject({
  match: z
    .string()
    .check(
      z.regex(
        /^(arn:[^:]+:iam::\d{12}:)?role\/.+$/,
        'write role/ and a name or pattern, path included, e.g. role/data-jobs/*; for proof: listed a whole ARN',
      ),
    ),
  proof: z._default(z.enum(['path', 'tag', 'listed']), 'path'),
});

const consumers = z.strictObject({
  link: z.optional(name),
  jobRoles: z.array(jobRole).check(z.minLength(1)),
  permissions: z._default(z.array(z.enum(['SELECT', 'DESCRIBE'])), ['SELECT', 'DESCRIBE']),
});

const product = z.strictObject({
  account: name,
  region: z.optional(region),
  database: name,
  tables: z._default(z.union([z.literal('all'), names]), 'all'),
  exposure: z._default(z.enum(['report', 'hybrid', 'revoke']), 'report'),
  storage,
  audience,
  consumers,
  mode: z.optional(mode),
  probe: z.optional(z.strictObject({ job: name })),
});

const settings = z.strictObject({
  /** Who makes our operator a Lake Formation administrator; absent: we do. */
  administrator: z.optional(z.enum(['byHand'])),
  defaults: z.optional(z.enum(['report', 'off'])),
  createDatabase: z.optional(z.enum(['report', 'revoke'])),
  crossAccountVersion: z._default(
    z.strictObject({
      atLeast: z._default(z.int().check(z.minimum(1), z.maximum(5)), 3),
      raise: z._default(z.boolean(), false),
    }),
    { atLeast: 3, raise: false },
  ),
});

/** The file after YAML: what a person may write, defaults filled in. */
export const PolicySchema = z.strictObject({
  version: z.literal(1),
  namespace: z._default(word, 'onramp'),
  mode: z._default(mode, 'report'),
  organization: z.strictObject({
    id: z.string().check(z.regex(/^o-[a-z0-9]{10,32}$/, 'write an organization id such as o-a1b2c3d4e5')),
    managementAccount: accountId,
  }),
  hub: z.strictObject({ account: accountId, region }),
  accounts: z.record(name, account),
  settings: z._default(settings, { crossAccountVersion: { atLeast: 3, raise: false } }),
  roleProof: z._default(
    z.strictObject({
      protectedPaths: z._default(
        z.array(z.string().check(z.regex(/^\/(.+\/)?$/, 'a path starts and ends with /'))),
        [],
      ),
    }),
    { protectedPaths: [] },
  ),
  products: z._default(z.record(word, product), {}),
  tags: z.optional(tags),
  dataLocations: z.optional(z.array(z.strictObject({ account: name, location: s3Location, to: names }))),
  connections: z.optional(z.strictObject({ check: z.literal('all') })),
  limits,
  schedule,
  /** Days that ledger entries which have ended stay in the hub's audit bucket. */
  retention: z._default(z.int().check(z.minimum(1), z.maximum(3650)), 400),
  debounce: z._default(z.int().check(z.minimum(0), z.maximum(3600)), 60),
  alerts: z._default(
    z.strictObject({
      email: z._default(z.array(z.email()), []),
      byAccount: z._default(z.record(z.string(), z.array(z.email())), {}),
    }),
    { email: [], byAccount: {} },
  ),
});

export type PolicyDocument = z.infer<typeof PolicySchema>;
export type Mode = z.infer<typeof mode>;

/** A part of the organization that is granted as one. */
export interface Whole {
  /** Its ARN, as Lake Formation and RAM call it. */
  readonly principal: string;
  /** As `aws:PrincipalOrgPaths` has it; null: the whole organization. */
  readonly path: string | null;
  /** Ids of its accounts, sorted. */
  readonly accounts: readonly string[];
}

/** A product with every name resolved: what core and engine work with. */
export interface Product {
  readonly name: string;
  readonly mode: Mode;
  readonly account: string;
  readonly region: string;
  /** Lower case, as Glue stores it. */
  readonly database: string;
  readonly tables: 'all' | readonly string[];
  readonly exposure: 'report' | 'hybrid' | 'revoke';
  readonly storage: {
    readonly bucket: string;
    /** Without a leading slash; empty for the whole bucket, else ending in `/`. */
    readonly prefix: string;
    readonly account: string;
    readonly access: 'iam' | 'lake-formation' | 'hybrid';
    /** With what role Lake Formation reads a registered location: its service-linked one, or a role's ARN. */
    readonly registration?: string | undefined;
    readonly key: string | null;
    readonly bucketPolicy: 'manage' | 'emit';
    readonly widen?: 'organization' | undefined;
  };
  /** Account ids, sorted: those the policy names, and those the organization has told of. */
  readonly audience: readonly string[];
  /** Parts of the organization that the audience is written with: `organization` and ids of units, sorted. */
  readonly parts: readonly string[];
  /** Of these parts, those that the audience has whole: granted as one. None while nobody has told which accounts they have. */
  readonly wholes: readonly Whole[];
  readonly link: string;
  readonly jobRoles: readonly { readonly match: string; readonly proof: 'path' | 'tag' | 'listed' }[];
  readonly permissions: readonly ('SELECT' | 'DESCRIBE')[];
}

export interface PolicyAccount {
  readonly name: string;
  readonly id: string;
  readonly regions?: readonly string[] | undefined;
  readonly mode?: Mode | undefined;
  /** In no organization, or in another than the policy's. */
  readonly external?: boolean | undefined;
  /** ARN of the one key of its Data Catalog that our roles may use; absent: any of the account's own. */
  readonly catalogKey?: string | undefined;
}

/** The Data Catalog of one account and Region: what LF-Tags, data locations and settings belong to. */
export interface Catalog {
  readonly account: string;
  readonly region: string;
}

/** One rule of `tags.rules`. Names and patterns of Glue things are in lower case; null stands for "whatever it is". */
export interface TagRule extends Catalog {
  /** Its place under `tags.rules`, from 0: what people know it by. */
  readonly index: number;
  readonly database: string | null;
  readonly table: string | null;
  readonly column: string | null;
  /** Names of crawlers and workflows keep their case: Glue does, too. */
  readonly crawler: string | null;
  readonly workflow: string | null;
  /** The table's data lies under it. */
  readonly prefix: { readonly bucket: string; readonly prefix: string } | null;
  /** Table parameters: name → value or pattern. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly classification: string | null;
  readonly on: 'database' | 'tables' | 'columns';
  /** Tag key → value. */
  readonly assign: Readonly<Record<string, string>>;
  readonly apply: 'enforce' | 'only-if-absent';
}

/** One entry of `tags.grants` for one catalog of `tags.in`. */
export interface TagGrant extends Catalog {
  /** Its place under `tags.grants`, from 0. */
  readonly index: number;
  /**
   * Who: ARNs of principals, or account ids. A principal of another account than the catalog's is granted by that
   * account itself, passing on what the catalog's owner granted the account by the same expression.
   */
  readonly to: readonly string[];
  /** Keys are AND-ed, values of a key OR-ed; sorted by key. */
  readonly where: readonly TagValues[];
  /** Permissions on databases and on tables so tagged; empty for none. */
  readonly database: readonly string[];
  readonly tables: readonly string[];
  /** Keys whose values they may assign. */
  readonly associate: readonly string[];
}

export interface TagPolicy {
  readonly catalogs: readonly Catalog[];
  /** Sorted by key. */
  readonly keys: readonly TagValues[];
  readonly rules: readonly TagRule[];
  readonly grants: readonly TagGrant[];
}

/** One entry of `dataLocations`: who may make catalog objects that point there. */
export interface DataLocation extends Catalog {
  /** Its place under `dataLocations`, from 0. */
  readonly index: number;
  readonly bucket: string;
  /** As a product's storage has it: empty, or ending in `/`. */
  readonly prefix: string;
  /** ARNs. One of another account is granted by that account, which is granted it first. */
  readonly to: readonly string[];
}

export interface Schedule {
  /** EventBridge's: `rate(1 hour)`, `cron(0 6 * * ? *)`. */
  readonly expression: string;
  /** The fewest and the most minutes between one time and the next. */
  readonly shortestGap: number;
  readonly longestGap: number;
}

/** The whole policy with names resolved; `hash` is SHA-256 of its canonical JSON, in hexadecimal. */
export interface Policy {
  readonly hash: string;
  readonly namespace: string;
  readonly mode: Mode;
  readonly partition: string;
  readonly organization: { readonly id: string; readonly managementAccount: string };
  readonly hub: { readonly account: string; readonly region: string };
  readonly accounts: readonly PolicyAccount[];
  /** Parts of the organization that any audience is written with, sorted; none: it is not asked. */
  readonly parts: readonly string[];
  /** Parts that the organization has told of, with all their accounts; none: of what was granted to a part nobody knows whose it is. */
  readonly wholes: readonly Whole[];
  /** Ids of the accounts that the organization itself has told of, sorted. */
  readonly members: readonly string[];
  /** Accounts that have dropped out of parts of late, as the organization itself told, and when that was seen. */
  readonly departed: readonly Departure[];
  readonly settings: PolicyDocument['settings'];
  readonly protectedPaths: readonly string[];
  /** Sorted by name. */
  readonly products: readonly Product[];
  /** Null: nothing is tagged. */
  readonly tags: TagPolicy | null;
  readonly dataLocations: readonly DataLocation[];
  readonly limits: PolicyDocument['limits'];
  /** When everything is looked at without an event; null: never. */
  readonly reconcile: Schedule | null;
  /** Days. */
  readonly retention: number;
  /** Seconds. */
  readonly debounce: number;
  readonly alerts: PolicyDocument['alerts'];
}
