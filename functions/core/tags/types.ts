/** A database as tag rules see it, and what they say about its things. */

import type { CatalogFacts, CrawlerFacts, WorkflowFacts } from '../facts.ts';
import type { Observed } from '../observed.ts';

/** One database as rules see it. */
export interface RuleWorld {
  readonly account: string;
  readonly region: string;
  readonly database: string;
  readonly catalog: CatalogFacts;
  /** Those that rules name, and those of workflows that rules name; unknown where they could not be read (law 6). */
  readonly crawlers: Observed<readonly CrawlerFacts[]>;
  readonly workflows: Observed<readonly WorkflowFacts[]>;
}

/** What one key should say on one thing, and why. */
export interface DesiredTag {
  readonly value: string;
  /** Index of the rule that gives it, and of those that matched and lost to it. */
  readonly rule: number;
  readonly over: readonly number[];
  readonly apply: 'enforce' | 'only-if-absent';
}

/** What rules say about the database (`table` null), a table (`column` null) or a column. */
export interface DesiredTags {
  readonly table: string | null;
  readonly column: string | null;
  readonly tags: Readonly<Record<string, DesiredTag>>;
  /** Keys whose rule can't be told, since a crawler or workflow could not be read or is not there: left as they are. */
  readonly undecided: readonly string[];
  /**
   * Of those keys: on which equally specific rules disagree, with the rules' indexes. Validation refuses such rules
   * where it can tell; a table of two crawlers or workflows, each with a rule, only shows here.
   */
  readonly disputed?: Readonly<Record<string, readonly number[]>>;
}
