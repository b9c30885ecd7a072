import type { TagValues } from '#contracts/lake-formation.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSet } from '#core/collections.ts';
import type { CrawlerFacts, TaggedFacts, WorkflowFacts } from '#core/facts.ts';
import { known, type Observed } from '#core/observed.ts';
import { mayConcern, openCatalogs } from '#core/tags/scopes.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { OWN_DATABASES } from '../queries.ts';
import {
  type DesiredInDatabase,
  observeCrawlers,
  observeDesired,
  observeTagged,
  observeTaggedQuestion,
  observeTagKeys,
  observeWorkflows,
  rulesAbout,
  tagPolicyOf,
} from '../tag-facts.ts';
import { ASSIGNED } from '../tag-queries.ts';
import { assignmentsQuestion, tablesToAsk } from './assignments.ts';

export interface TagsObservation {
  readonly keys: Observed<readonly TagValues[]>;
  /** What rules want of the database; null where no rule can be about anything. */
  readonly desired: Observed<DesiredInDatabase | null>;
  /** What its things carry, those whose own tags matter asked one by one. */
  readonly tagged: Observed<TaggedFacts | null>;
  readonly workflows: Observed<readonly WorkflowFacts[]>;
  readonly crawlers: Observed<readonly CrawlerFacts[]>;
  /** Of a catalog: databases that rules reach without naming them, where such rules are. */
  readonly reached: Observed<readonly DatabaseScope[]>;
}

export type DatabaseScope = PublishScope & { readonly database: string };

type Asked = Question<PublishScope>;

export async function observeTags(read: Reads, asked: Asked): Promise<TagsObservation> {
  const { scope, verifying } = asked;
  const policy = tagPolicyOf(asked);
  const desired = await observeDesired(read, asked);
  const something = desired.known && desired.value !== null && desired.value.desired.length > 0;
  const [keys, tagged, workflows, crawlers, reached] = await Promise.all([
    something || (policy !== null && scope.database === null && policy.keys.length > 0)
      ? observeTagKeys(read, scope)
      : known([]),
    something ? observeExactly(read, asked, desired.value) : known(null),
    observeRunners(read, asked, observeWorkflows),
    observeRunners(read, asked, observeCrawlers),
    // Nothing is decided by it; what it says is recorded when verifying.
    verifying ? databasesReached(read, asked) : known([]),
  ]);
  return { keys, desired, tagged, workflows, crawlers, reached };
}

/** Read only where a rule about the scope names a crawler or a workflow. */
async function observeRunners<T>(
  read: Reads,
  asked: Asked,
  observe: (read: Reads, asked: Asked) => Promise<Observed<readonly T[]>>,
): Promise<Observed<readonly T[]>> {
  const rules = rulesAbout(asked);
  const names = rules.some(({ crawler, workflow }) => crawler !== null || workflow !== null);
  return names ? observe(read, asked) : known([]);
}

/** A listing by tag can't tell everywhere what is a table's own: where something hangs on it, tables are asked one by one. */
async function observeExactly(
  read: Reads,
  asked: Asked,
  desired: DesiredInDatabase | null,
): Promise<Observed<TaggedFacts | null>> {
  const [tagged, question] = await Promise.all([observeTagged(read, asked), observeTaggedQuestion(read, asked)]);
  if (!tagged.known || !question.known || question.value === null || desired === null) return tagged;
  const tables = tablesToAsk(assignmentsQuestion(desired, tagged.value, asked.recent));
  if (tables.length === 0) return tagged;
  const { account, region } = asked.scope;
  return read.in(account, region).ask(ASSIGNED, { question: question.value, facts: tagged.value, tables });
}

/** All that rules of a catalog reach, asked for in the scope of what belongs to no database; none where no rule is open. */
export async function databasesReached(
  read: Reads,
  { policy, scope }: Pick<Asked, 'policy' | 'scope'>,
): Promise<Observed<readonly DatabaseScope[]>> {
  const { account, region, database } = scope;
  const isOpen = openCatalogs(policy).some(sameAccountRegion(scope));
  if (database !== null || !isOpen) return known([]);
  const listed = await read.in(account, region).ask(OWN_DATABASES, {});
  if (!listed.known) return listed;
  const names = sortedSet(listed.value.map((name) => name.toLowerCase()));
  return known(names.map((name) => ({ ...scope, database: name })).filter((one) => mayConcern(policy, one)));
}
