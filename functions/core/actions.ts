/** What deciding answers: things to do, and things that do not hold. Both are data. */

import type { TagValues } from '../contracts/policy.ts';
import type { Tags } from './facts.ts';
import type { Grant, LinkTarget, Trouble } from './lake.ts';

/** The hops of the access path, in order. */
export const HOPS = [
  'settings',
  'location',
  'catalog-policy',
  'exposure',
  'tags',
  'share',
  'acceptance',
  'link',
  'grants',
  'storage',
  'role',
  'network',
] as const;
export type HopName = (typeof HOPS)[number];

/** Whether an action opens access, closes it, or neither (law 9 prints it). */
export type Effect = 'widens' | 'narrows' | 'neutral';

interface ActionBase {
  readonly hop: HopName;
  /** Where it is done. */
  readonly account: string;
  readonly region: string;
  readonly effect: Effect;
  /** Products that want it, sorted. */
  readonly products: readonly string[];
}

/** One IAM policy statement of ours inside somebody's document. `Sid` starts with the namespace. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What a rewritten document takes back of what our statements in it allowed. */
export interface Taking {
  /** Sids of the statements that allow less, or go. Those about no product of the policy: all of that product. */
  readonly sids: readonly string[];
  /** What is written while that has to wait: those statements as they are, the others as wanted. */
  readonly meanwhile: readonly Statement[];
  /** Whether that changes anything. */
  readonly changes: boolean;
}

export type Action =
  /** Merge admins, version and defaults into the settings document; all else survives. */
  | (ActionBase & {
      readonly kind: 'merge-settings';
      readonly addAdmins: readonly string[];
      readonly addReadOnlyAdmins: readonly string[];
      readonly raiseVersionTo: number | null;
      /** New databases and tables no longer open to IAM_ALLOWED_PRINCIPALS. */
      readonly closeDefaults: boolean;
      /** The document before they were closed (JSON): its part for IAM_ALLOWED_PRINCIPALS is put back. */
      readonly reopens?: string;
      /** Who loses what by it today, in words. */
      readonly loses?: string;
    })
  /** Put our statements into the Glue catalog policy and take our stale ones out; the rest of the document survives. */
  | (ActionBase & { readonly kind: 'merge-catalog-policy'; readonly statements: readonly Statement[] })
  | (ActionBase & {
      readonly kind: 'merge-bucket-policy';
      readonly bucket: string;
      readonly statements: readonly Statement[];
      readonly takes?: Taking;
      /** Sids of ours about products the policy no longer names. */
      readonly strays?: readonly string[];
    })
  | (ActionBase & {
      readonly kind: 'merge-key-policy';
      readonly key: string;
      readonly statements: readonly Statement[];
      readonly takes?: Taking;
      /** Sids of ours about products the policy no longer names. */
      readonly strays?: readonly string[];
    })
  | (ActionBase & {
      readonly kind: 'grant';
      readonly grant: Grant /** Permissions that were there before, whoever made them. */;
      readonly had: readonly string[];
      /** Puts back what a revocation of ours took: that entry of the ledger has then ended. */
      readonly restores?: true;
    })
  | (ActionBase & {
      readonly kind: 'revoke';
      readonly grant: Grant;
      readonly reason: 'exposure' | 'link-exposure' | 'withdrawal';
      /** Products of which this withdrawal, with those beside it, leaves nothing: the brake asks. */
      readonly empties?: readonly string[];
      /** Who loses what by it today, in words. */
      readonly loses?: string;
    })
  /** `CreateTableDefaultPermissions: []`, so that new tables are not open again. */
  | (ActionBase & { readonly kind: 'close-table-defaults'; readonly database: string })
  /** Puts back the `CreateTableDefaultPermissions` that closing took, as the ledger kept them (JSON). */
  | (ActionBase & { readonly kind: 'reopen-table-defaults'; readonly database: string; readonly defaults: string })
  | (ActionBase & {
      readonly kind: 'accept-invitation';
      readonly invitationArn: string;
      readonly shareArn: string;
      readonly sender: string;
    })
  | (ActionBase & { readonly kind: 'create-link'; readonly name: string; readonly target: LinkTarget })
  | (ActionBase & { readonly kind: 'create-database'; readonly name: string })
  | (ActionBase & { readonly kind: 'create-tag'; readonly tag: TagValues })
  /** Values beside those a key has. */
  | (ActionBase & { readonly kind: 'extend-tag'; readonly tag: TagValues })
  | AssignTags
  | (ActionBase & {
      readonly kind: 'register-location';
      readonly arn: string;
      /** Null: Lake Formation's service-linked role. */
      readonly roleArn: string | null;
      readonly hybrid: boolean;
    });

/** Puts tags on a database (`table` null), on a table (no columns), or on columns of a table. */
export type AssignTags = ActionBase & {
  readonly kind: 'assign-tags';
  readonly database: string;
  readonly table: string | null;
  readonly columns: readonly string[];
  readonly tags: Tags;
  /** Values these keys had on the thing itself before. */
  readonly had: Tags;
  /** Key → which rule gives its value, and over which others: what `plan` shows. */
  readonly why?: Readonly<Record<string, string>>;
};

/** What is not as it should be, or can't be told. */
export type FindingState = 'broken' | 'unknown' | 'waiting';

/** One thing on an access path that does not hold. `key` is its identity across runs: same trouble, same key. */
export interface Finding {
  readonly key: string;
  readonly hop: HopName;
  readonly state: FindingState;
  /** Stable code of the cause, kebab-case: the runbook's section. */
  readonly cause: string;
  readonly account: string;
  readonly region: string;
  readonly product: string | null;
  /** Who can't read, where one principal is meant. */
  readonly principal: string | null;
  /** The table, database, bucket, share… in words. */
  readonly resource: string;
  /** One sentence: what was found. */
  readonly message: string;
  /** What to do, exactly. */
  readonly remedy: string;
  /** AWS's own answer, or null when nothing was attempted. */
  readonly aws: Trouble['aws'] | null;
}

/** Stands for what belongs to no product, as grants by tag: no product can have this name. */
export const NO_PRODUCT = '';

/** A hop that said nothing of a product (null: of any), because an earlier hop does not hold or a fact is unknown. */
export interface Unjudged {
  readonly hop: HopName;
  readonly product: string | null;
}

/** The answer of every hop. `left` names what is not ours and was left alone. */
export interface Decision {
  readonly actions: readonly Action[];
  readonly findings: readonly Finding[];
  readonly left: readonly string[];
  /** Silence here is no proof: what was found on these earlier has not recovered. */
  readonly unjudged?: readonly Unjudged[];
}

export const NOTHING: Decision = { actions: [], findings: [], left: [] };

/** The answer of a hop about products it could not judge. */
export function unjudged(hop: HopName, products: readonly (string | null)[]): Decision {
  return { ...NOTHING, unjudged: products.map((product) => ({ hop, product })) };
}

export function merge(...decisions: readonly Decision[]): Decision {
  return {
    actions: decisions.flatMap((d) => d.actions),
    findings: decisions.flatMap((d) => d.findings),
    left: decisions.flatMap((d) => d.left),
    unjudged: decisions.flatMap((d) => d.unjudged ?? []),
  };
}
