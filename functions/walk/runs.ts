/** Crawlers and workflows: what they fill, and how their runs ended. */

import { readCrawlers, readWorkflows } from '#aws/runs.ts';
import { LakeError } from '#contracts/errors.ts';
import type { TagRule } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Decision, type Finding, merge, NOTHING } from '#core/actions.ts';
import type { CrawlerFacts, WorkflowFacts } from '#core/facts.ts';
import { decideRuns, unsettledRuns } from '#core/hops/runs.ts';
import { runnerFindings } from '#core/hops/tag-names.ts';
import { matches } from '#core/iam/pattern.ts';
import { known, type Observed } from '#core/lake.ts';
import { isOpen } from '#core/tags/scopes.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { observed, once } from './observed.ts';
import type { Looking, PublishFacts } from './publish.ts';

/** Read once, and only where a rule that is the scope's names crawlers or workflows. */
export function runFacts(ctx: WalkContext, scope: PublishScope) {
  const { account, region } = scope;
  const rules = rulesAbout(ctx, scope);
  const named = (field: 'crawler' | 'workflow') => unique(rules.flatMap((rule) => rule[field] ?? []));
  const clients = () => reader(ctx, { account, region });
  const workflows = once(async (): Promise<Observed<readonly WorkflowFacts[]>> => {
    const wanted = named('workflow');
    return wanted.length === 0 ? known([]) : observed(ctx, () => readWorkflows(clients(), wanted));
  });
  /** Those that rules name, and those that workflows of rules run. */
  const crawlers = once(async (): Promise<Observed<readonly CrawlerFacts[]>> => {
    const found = await workflows();
    const wanted = unique([...named('crawler'), ...(found.known ? found.value.flatMap((w) => w.crawlers) : [])]);
    return wanted.length === 0 ? known([]) : observed(ctx, () => readCrawlers(clients(), wanted));
  });
  return { crawlers, workflows };
}

/**
 * Runs of workflows that tag rules name: one that ended with failed actions is a finding.
 *
 * @throws NotYetVisible when verifying finds a run that must be ending: Step Functions looks again, forty seconds at most.
 */
export async function runsHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const rules = rulesAbout(ctx, facts.scope);
  if (rules.every(({ crawler, workflow }) => crawler === null && workflow === null)) return NOTHING;
  const findings = facts.scope.database === null ? await missingInCatalog(ctx, facts) : [];
  if (rules.every(({ workflow }) => workflow === null)) return { ...NOTHING, findings };
  const workflows = await facts.workflows();
  if (looking.verifying && ctx.patient && workflows.known) {
    const unsettled = unsettledRuns(workflows.value, ctx.now());
    if (unsettled.length > 0) {
      throw new LakeError('NotYetVisible', { message: `workflow run ${unsettled.join(', ')} is about to end` });
    }
  }
  const decided = decideRuns({ scope: facts.scope, rules: rulesIn(ctx, facts.scope), workflows });
  return merge({ ...NOTHING, findings }, decided);
}

/** What a database has of them its tags hop says. */
async function missingInCatalog({ policy }: WalkContext, facts: PublishFacts): Promise<readonly Finding[]> {
  const [crawlers, workflows] = await Promise.all([facts.crawlers(), facts.workflows()]);
  const { account, region } = facts.scope;
  return policy.tags === null ? [] : runnerFindings(policy.tags, { account, region, crawlers, workflows });
}

/** Rules about a database; in the scope of the catalog's own those that leave the database open. */
function rulesAbout(ctx: WalkContext, scope: PublishScope): readonly TagRule[] {
  const { database } = scope;
  if (database === null) return rulesIn(ctx, scope).filter(isOpen);
  return rulesIn(ctx, scope).filter((rule) => rule.database === null || matches(rule.database, database));
}

function rulesIn({ policy }: WalkContext, { account, region }: PublishScope): readonly TagRule[] {
  return (policy.tags?.rules ?? []).filter((rule) => rule.account === account && rule.region === region);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
