/** Hop 5, as far as runs of workflows are concerned: a run that ended badly has left tables unmade. */

import type { TagRule } from '../../contracts/policy.ts';
import type { PublishScope } from '../../contracts/steps.ts';
import { type Decision, NOTHING, unjudged } from '../actions.ts';
import type { CrawlerFacts, WorkflowFacts, WorkflowRunFacts } from '../facts.ts';
import { finding, listed, unreadable } from '../findings.ts';
import { matches } from '../iam/pattern.ts';
import type { Observed } from '../lake.ts';
import { isPattern } from '../policy/patterns.ts';

/** Milliseconds in which Glue may still say RUNNING though a run's last action has ended. */
const SETTLES_WITHIN_MS = 60_000;

export interface RunsQuestion {
  readonly scope: PublishScope;
  /** All of the scope's catalog. */
  readonly rules: readonly TagRule[];
  readonly crawlers: Observed<readonly CrawlerFacts[]>;
  readonly workflows: Observed<readonly WorkflowFacts[]>;
}

/** The newest-started run that has ended decides: a later clean one is the recovery. */
export function decideRuns(question: RunsQuestion): Decision {
  const { scope, crawlers, workflows } = question;
  const { account, region } = scope;
  if (!workflows.known) {
    const where = { hop: 'tags' as const, account, region, resource: `workflows of ${account} in ${region}` };
    return { ...NOTHING, findings: [unreadable(where, workflows.why)] };
  }
  if (!crawlers.known) return unjudged('tags', [null]);
  const ours = workflows.value.filter((workflow) => isToldHere(question, workflow, crawlers.value));
  return { ...NOTHING, findings: ours.flatMap((workflow) => failureOf(scope, workflow)) };
}

/** Runs that must be ending: all that has started has ended, moments ago. */
export function unsettledRuns(workflows: readonly WorkflowFacts[], now: number): readonly string[] {
  const unsettled = ({ idleSince }: WorkflowRunFacts) => idleSince !== null && now - idleSince < SETTLES_WITHIN_MS;
  return workflows.flatMap(({ runs }) => runs.filter(unsettled).map(({ id }) => id));
}

/**
 * A workflow may concern several databases, and its failure is one fault (law 5). It is told with the first of them:
 * those that rules name, and where a rule leaves the database open, those that the workflow's crawlers fill.
 */
function isToldHere(
  { scope, rules }: RunsQuestion,
  { name, crawlers }: WorkflowFacts,
  known: readonly CrawlerFacts[],
): boolean {
  const naming = rules.filter(({ workflow }) => workflow !== null && matches(workflow, name));
  const filled = known.filter((crawler) => crawlers.includes(crawler.name)).map(({ database }) => database);
  const databases = naming.flatMap(({ database }) => {
    if (database !== null && !isPattern(database)) return [database];
    return filled.filter((each) => database === null || matches(database, each));
  });
  const [first] = databases.filter((database) => database !== '').sort();
  return naming.length > 0 && (first === undefined || first === scope.database);
}

function failureOf({ account, region }: PublishScope, { name, runs }: WorkflowFacts) {
  const last = runs
    .filter(({ status }) => status === 'COMPLETED' || status === 'STOPPED' || status === 'ERROR')
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1))[0];
  if (last === undefined || (last.status === 'COMPLETED' && last.failed === 0)) return [];
  return [
    finding({
      hop: 'tags',
      state: 'broken',
      cause: 'workflow-run-failed',
      account,
      region,
      resource: `workflow ${name}`,
      message: `run ${last.id} of workflow ${name} ended ${last.status} with ${last.failed} action(s) that did not succeed${failuresText(last)}`,
      remedy: `Open run ${last.id} of the workflow in the Glue console, look at the logs of what failed, and resume or run it again. What did succeed is tagged all the same; a later run without failures closes this.`,
    }),
  ];
}

function failuresText({ failures }: WorkflowRunFacts): string {
  return failures.length === 0 ? '' : `: ${listed(failures)}`;
}
