/** Tags: LF-Tags exist with their values, and sit on the databases, tables and columns that rules name. */

import pMap from 'p-map';
import { tagKeyEntry } from '#changes/tag-key/change.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Finding } from '#contracts/findings.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, assessed, found, merge, NOTHING, skipped } from '#core/assessment.ts';
import { reportsForCatalog } from '#core/catalog-ownership.ts';
import { sortedSet } from '#core/collections.ts';
import { unreadable } from '#core/findings.ts';
import type { Trouble } from '#core/observed.ts';
import type { PublishHop, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { type DesiredInDatabase, rulesAbout, rulesIn, tagPolicyOf } from '../tag-facts.ts';
import { assessAssignments, assignmentsQuestion } from './assignments.ts';
import { missingKeys, neededBy } from './keys.ts';
import { disputeFindings, runnerFindings, tagNameFindings } from './names.ts';
import { type DatabaseScope, databasesReached, observeTags, type TagsObservation } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { withReasons } from './reasons.ts';
import { assessRuns, unsettledRuns } from './runs.ts';

export const tags: PublishHop<TagsObservation> = {
  name: 'tags',
  half: 'publish',
  stage: 'tags',
  // A workflow's run that is about to end.
  polls: ['runs'],
  scopes: ['database', 'catalog'],
  after: ['settings'],
  permissions: PERMISSIONS,
  documents: (question) => keysAssigned(question).map((key) => tagKeyEntry(question.scope, key)),
  observe: observeTags,
  assess: (observed, question) => merge(tagsOf(observed, question), runs(observed, question)),
  elsewhere: isToldElsewhere,
  starts: databasesToStart,
};

type Asked = Question<PublishScope>;

/** Keys that the scope may have to make: of a catalog all, of a database those that rules about it assign. */
function keysAssigned(asked: Pick<Asked, 'policy' | 'scope'>): readonly string[] {
  const policy = tagPolicyOf(asked);
  if (policy === null) return [];
  if (asked.scope.database === null) return policy.keys.map(({ key }) => key);
  return sortedSet(rulesAbout(asked).flatMap(({ assign }) => Object.keys(assign)));
}

function tagsOf(observed: TagsObservation, question: Asked): Assessment {
  const policy = tagPolicyOf(question);
  if (policy === null) return NOTHING;
  const { scope } = question;
  if (scope.database === null) return merge(keysOf(observed, question, policy.keys), unlisted(observed, question));
  const { desired } = observed;
  if (!desired.known) return found(notKnown(scope, desired.why));
  if (desired.value === null) return NOTHING;
  const { world, desired: things } = desired.value;
  const findings = [...tagNameFindings(policy, world), ...disputeFindings(things, world)];
  return merge(assessed({ findings }), undecided(scope, desired.value), assignments(observed, question, desired.value));
}

function notKnown({ account, region, database }: PublishScope, why: Trouble): Finding {
  return unreadable({ hop: 'tags', account, region, resource: `LF-Tags of database ${account}/${database}` }, why);
}

/** The catalog's list of LF-Tags, as findings call it: every scope of the catalog needs it. */
function tagListText(account: string): string {
  return `LF-Tags of ${account}`;
}

function keysOf(
  { keys }: TagsObservation,
  { scope: { account, region }, recent }: Asked,
  needed: Parameters<typeof missingKeys>[0]['needed'],
): Assessment {
  if (needed.length === 0) return NOTHING;
  if (!keys.known) return found(unreadable({ hop: 'tags', account, region, resource: tagListText(account) }, keys.why));
  return assessed({ changes: missingKeys({ account, region, needed, there: keys.value, recent }) });
}

/** What is missing on things, and before it what is missing of the keys it needs. */
function assignments(observed: TagsObservation, question: Asked, desired: DesiredInDatabase): Assessment {
  if (desired.desired.length === 0) return NOTHING;
  const { scope, recent, planning } = question;
  const { account, region } = scope;
  const { keys, tagged } = observed;
  if (!keys.known) return found(unreadable({ hop: 'tags', account, region, resource: tagListText(account) }, keys.why));
  if (!tagged.known) return found(notKnown(scope, tagged.why));
  if (tagged.value === null) return NOTHING;
  const due = assessAssignments(assignmentsQuestion(desired, tagged.value, recent));
  const changes = planning ? withReasons(due, desired.desired, desired.policy.rules) : due;
  return merge(keysOf(observed, question, neededBy(changes)), assessed({ changes }));
}

/** Keys that hang on a crawler or workflow nobody could read are left as they are, and nothing is said of them. */
function undecided({ account, region }: PublishScope, { world, desired }: DesiredInDatabase): Assessment {
  if (desired.every((thing) => thing.undecided.length === 0)) return NOTHING;
  const lists = [
    { seen: world.crawlers, resource: `crawlers of ${account} in ${region}` },
    { seen: world.workflows, resource: `workflows of ${account} in ${region}` },
  ];
  const findings = lists.flatMap(({ seen, resource }) =>
    seen.known ? [] : [unreadable({ hop: 'tags', account, region, resource }, seen.why)],
  );
  return merge(assessed({ findings }), findings.length > 0 ? skipped('tags', [null]) : NOTHING);
}

/** A list that can't be had is the catalog's own trouble: databases that only it names are not tagged (law 6). */
function unlisted({ reached }: TagsObservation, { scope: { account, region } }: Asked): Assessment {
  if (reached.known) return NOTHING;
  return found(
    unreadable({ hop: 'tags', account, region, resource: `databases of ${account} in ${region}` }, reached.why),
  );
}

/**
 * Runs of workflows that tag rules name: one that ended with failed actions is a finding.
 *
 * @throws NotYetVisible when verifying finds a run that must be ending: Step Functions looks again, forty seconds at most.
 */
function runs({ workflows, crawlers }: TagsObservation, question: Asked): Assessment {
  const { scope, policy, verifying, patient, now } = question;
  const { account, region } = scope;
  const rules = rulesAbout(question);
  if (rules.every(({ crawler, workflow }) => crawler === null && workflow === null)) return NOTHING;
  const findings =
    scope.database === null && policy.tags !== null
      ? runnerFindings(policy.tags, { account, region, crawlers, workflows })
      : [];
  if (rules.every(({ workflow }) => workflow === null)) return assessed({ findings });
  if (verifying && patient && workflows.known) {
    const unsettled = unsettledRuns(workflows.value, now);
    if (unsettled.length > 0) {
      throw new LakeError('NotYetVisible', { message: `workflow run ${unsettled.join(', ')} is about to end` });
    }
  }
  return merge(assessed({ findings }), assessRuns({ scope, rules: rulesIn(question), workflows }));
}

/** Keys and values that could not be listed, or were refused, are told once for the catalog. What was not attempted is this run's own trouble. */
function isToldElsewhere(found: Finding, _all: Assessment, { policy, scope }: Asked): boolean {
  if (reportsForCatalog(policy, scope)) return false;
  const { account, region, hop, cause, resource } = found;
  if (hop !== 'tags' || account !== scope.account || region !== scope.region) return false;
  return resource === tagListText(account) || cause === 'create-tag-failed' || cause === 'extend-tag-failed';
}

/** Snapshots asked for at once. */
const CONCURRENCY = 20;

/**
 * Databases reached that no run has finished with yet. When a catalog is looked at for the first time its reader is no
 * administrator, and the list that an event's lookup got was short: a catalog's own run makes up for that.
 */
async function databasesToStart(read: Reads, question: Asked): Promise<readonly DatabaseScope[]> {
  const reached = await databasesReached(read, question);
  if (!reached.known) return [];
  const snapshots = await pMap(reached.value, (scope) => read.snapshot(scope), { concurrency: CONCURRENCY });
  return reached.value.filter((_, i) => snapshots[i] === null);
}
