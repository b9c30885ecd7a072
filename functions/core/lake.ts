/** The words of Lake Formation and Glue as core speaks them: plain data, one shape per thing. */

import type { TagValues } from '../contracts/policy.ts';

/** A thing Lake Formation permissions are about. `catalog` is the owner's account id, never left to a default. */
export type LakeResource =
  | { readonly type: 'catalog'; readonly catalog: string }
  | { readonly type: 'database'; readonly catalog: string; readonly database: string }
  | { readonly type: 'table'; readonly catalog: string; readonly database: string; readonly table: string }
  | { readonly type: 'all-tables'; readonly catalog: string; readonly database: string }
  | {
      readonly type: 'columns';
      readonly catalog: string;
      readonly database: string;
      readonly table: string;
      readonly columns: readonly string[];
      readonly excluded: boolean;
    }
  /** A tag's key with values of it: what ASSOCIATE and DESCRIBE are about. `*` stands for every value. */
  | { readonly type: 'tag'; readonly catalog: string; readonly key: string; readonly values: readonly string[] }
  /** All databases, or all tables, that carry these tags: keys AND-ed, values of a key OR-ed; sorted by key. */
  | {
      readonly type: 'tag-policy';
      readonly catalog: string;
      readonly on: 'database' | 'table';
      readonly expression: readonly TagValues[];
    }
  | { readonly type: 'data-location'; readonly catalog: string; readonly arn: string }
  | { readonly type: 'other'; readonly catalog: string; readonly text: string };

/** One principal's explicit permissions on one resource. Lists are sorted and without repeats. */
export interface Grant {
  /** An ARN, an account id, or `IAM_ALLOWED_PRINCIPALS`. */
  readonly principal: string;
  readonly resource: LakeResource;
  readonly permissions: readonly string[];
  /** A subset of `permissions`. */
  readonly grantable: readonly string[];
}

/** A grant as Lake Formation lists it. */
export interface ListedGrant extends Grant {
  /** RAM shares that carry it to other accounts. */
  readonly shareArns: readonly string[];
}

export const IAM_ALLOWED_PRINCIPALS = 'IAM_ALLOWED_PRINCIPALS';

/** A database somebody points a link at. */
export interface LinkTarget {
  readonly catalog: string;
  readonly database: string;
  /** The Region of the target catalog. */
  readonly region: string;
}

/** Stable text for one resource: the identity of grants in the ledger and in findings. */
export function resourceText(resource: LakeResource): string {
  switch (resource.type) {
    case 'catalog':
      return `catalog ${resource.catalog}`;
    case 'database':
      return `database ${resource.catalog}/${resource.database}`;
    case 'table':
      return `table ${resource.catalog}/${resource.database}.${resource.table}`;
    case 'all-tables':
      return `all tables of ${resource.catalog}/${resource.database}`;
    case 'columns':
      return `columns ${resource.excluded ? 'except ' : ''}${resource.columns.join(',')} of ${resource.catalog}/${resource.database}.${resource.table}`;
    case 'tag':
      return `tag ${resource.key}=${resource.values.join('|')} of ${resource.catalog}`;
    case 'tag-policy':
      return `${resource.on}s tagged ${expressionText(resource.expression)} of ${resource.catalog}`;
    case 'data-location':
      return `location ${resource.arn}`;
    case 'other':
      return `${resource.text} of ${resource.catalog}`;
  }
}

/** `pii=true and source=none|product` */
export function expressionText(expression: readonly TagValues[]): string {
  return expression.map(({ key, values }) => `${key}=${values.join('|')}`).join(' and ');
}

/** Facts that may be unreadable. Unknown is never "missing" and never a reason to write (law 6). */
export type Observed<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: Trouble };

/** Why something is unknown or failed: our code and AWS's own words. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** AWS's error code and message, when AWS answered. */
  readonly aws?: { readonly code: string; readonly message: string } | undefined;
}

export function known<T>(value: T): Observed<T> {
  return { known: true, value };
}

export function unknown(why: Trouble): Observed<never> {
  return { known: false, why };
}
