/** Which rule gives which tag to what: the most specific one that matches. */

import type { TagPolicy } from '../../contracts/policy.ts';
import type { CatalogFacts, CrawlerFacts, WorkflowFacts } from '../facts.ts';
import type { Observed } from '../lake.ts';

/** One database as rules see it. */
export interface RuleWorld {
  readonly account: string;
  readonly region: string;
  readonly database: string;
  readonly catalog: CatalogFacts;
  /** Those that rules name by literal or pattern; unknown where they could not be read (law 6). */
  readonly crawlers: Observed<readonly CrawlerFacts[]>;
  readonly workflows: Observed<readonly WorkflowFacts[]>;
}

/** What one key should say on one thing, and why. */
export interface WantedTag {
  readonly value: string;
  /** Index of the rule that gives it, and of those that matched and lost to it. */
  readonly rule: number;
  readonly over: readonly number[];
  readonly apply: 'enforce' | 'only-if-absent';
}

/** What rules say about the database (`table` null), a table (`column` null) or a column. */
export interface WantedTags {
  readonly table: string | null;
  readonly column: string | null;
  readonly tags: Readonly<Record<string, WantedTag>>;
  /** Keys whose rule can't be told, since a crawler or workflow could not be read: left as they are. */
  readonly undecided: readonly string[];
}

export function wantedTags(_policy: TagPolicy, _world: RuleWorld): readonly WantedTags[] {
  return [];
}
