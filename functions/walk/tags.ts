/** The tags hop: the keys a catalog should have, and what a database's things should carry. */

import { type AssignTags, type Decision, merge, NOTHING, unjudged } from '#core/actions.ts';
import { tagListText } from '#core/catalogs.ts';
import type { TaggedFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { decideOntology, neededBy } from '#core/hops/ontology.ts';
import { disputeFindings, tagNameFindings } from '#core/hops/tag-names.ts';
import { type AssignmentsQuestion, decideAssignments, tablesToAsk } from '#core/hops/tags.ts';
import type { Observed, Trouble } from '#core/lake.ts';
import { withReasons } from '#core/tags/explain.ts';
import type { WalkContext } from './context.ts';
import { openDatabasesHop } from './open-databases.ts';
import type { Looking, PublishFacts } from './publish.ts';
import { tagPolicyOf, type Wishes } from './tag-facts.ts';

export async function tagsHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const policy = tagPolicyOf(ctx, facts.scope);
  if (policy === null) return NOTHING;
  if (facts.scope.database === null) {
    return merge(await ontology(facts, looking, policy.keys), await openDatabasesHop(ctx, facts, looking));
  }
  const wishes = await facts.wishes();
  if (!wishes.known) return notKnown(facts, wishes.why);
  if (wishes.value === null) return NOTHING;
  const { world, wanted } = wishes.value;
  const findings = [...tagNameFindings(policy, world), ...disputeFindings(wanted, world)];
  return merge({ ...NOTHING, findings }, undecided(facts, wishes.value), await assigned(facts, looking, wishes.value));
}

function notKnown({ scope }: PublishFacts, why: Trouble): Decision {
  const { account, region, database } = scope;
  const resource = `LF-Tags of database ${account}/${database}`;
  return { ...NOTHING, findings: [unreadable({ hop: 'tags', account, region, resource }, why)] };
}

/** Every scope of the catalog needs this list. */
function notListed({ scope: { account, region } }: PublishFacts, why: Trouble): Decision {
  const resource = tagListText(account);
  return { ...NOTHING, findings: [unreadable({ hop: 'tags', account, region, resource }, why)] };
}

async function ontology(
  facts: PublishFacts,
  { recent }: Looking,
  needed: Parameters<typeof decideOntology>[0]['needed'],
): Promise<Decision> {
  if (needed.length === 0) return NOTHING;
  const there = await facts.tagKeys();
  if (!there.known) return notListed(facts, there.why);
  const { account, region } = facts.scope;
  return { ...NOTHING, actions: decideOntology({ account, region, needed, there: there.value, recent }) };
}

/** What is missing on things, and before it what is missing of the keys it needs. */
async function assigned(facts: PublishFacts, looking: Looking, { policy, world, wanted }: Wishes): Promise<Decision> {
  if (wanted.length === 0) return NOTHING;
  const { account, region, database, catalog } = world;
  const { recent } = looking;
  const question = (tagged: TaggedFacts): AssignmentsQuestion => {
    return { account, region, database, wanted, tagged, recent, tables: catalog.tables };
  };
  const keys = await facts.tagKeys();
  if (!keys.known) return notListed(facts, keys.why);
  const seen = await facts.tagged();
  if (!seen.known) return notKnown(facts, seen.why);
  const sure: Observed<TaggedFacts> = await facts.taggedExactly(tablesToAsk(question(seen.value)));
  if (!sure.known) return notKnown(facts, sure.why);
  const decided: readonly AssignTags[] = decideAssignments(question(sure.value));
  const actions = looking.planning ? withReasons(decided, wanted, policy.rules) : decided;
  return merge(await ontology(facts, looking, neededBy(actions)), { ...NOTHING, actions });
}

/** Keys that hang on a crawler or workflow nobody could read are left as they are, and nothing is said of them. */
function undecided({ scope }: PublishFacts, { world, wanted }: Wishes): Decision {
  if (wanted.every((thing) => thing.undecided.length === 0)) return NOTHING;
  const { account, region } = scope;
  const lists = [
    { found: world.crawlers, resource: `crawlers of ${account} in ${region}` },
    { found: world.workflows, resource: `workflows of ${account} in ${region}` },
  ];
  const findings = lists.flatMap(({ found, resource }) =>
    found.known ? [] : [unreadable({ hop: 'tags', account, region, resource }, found.why)],
  );
  return merge({ ...NOTHING, findings }, findings.length > 0 ? unjudged('tags', [null]) : NOTHING);
}
