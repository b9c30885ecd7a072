/** Runs of workflows: a run that ended badly has left tables unmade. */

import type { TagRule } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, assessed, NOTHING } from '#core/assessment.ts';
import type { WorkflowFacts, WorkflowRunFacts } from '#core/facts.ts';
import { finding, listed, unreadable } from '#core/findings.ts';
import { matches } from '#core/iam/pattern.ts';
import type { Observed } from '#core/observed.ts';
import { reportingDatabase } from '#core/tags/scopes.ts';

/** Milliseconds in which Glue may still say RUNNING though a run's last action has ended. */
const SETTLES_WITHIN_MS = 60_000;

export interface RunsQuestion {
  readonly scope: PublishScope;
  /** All of the scope's catalog. */
  readonly rules: readonly TagRule[];
  readonly workflows: Observed<readonly WorkflowFacts[]>;
}

/** A run that ended badly stays a finding until one ends well that started when the bad one was over. */
export function assessRuns({ scope, rules, workflows }: RunsQuestion): Assessment {
  const { account, region } = scope;
  if (!workflows.known) {
    const where = { hop: 'tags' as const, account, region, resource: `workflows of ${account} in ${region}` };
    return assessed({ findings: [unreadable(where, workflows.why)] });
  }
  const ours = workflows.value.filter(({ name }) => {
    const naming = rules.filter(({ workflow }) => workflow !== null && matches(workflow, name));
    return naming.length > 0 && reportingDatabase(naming) === scope.database;
  });
  return { ...NOTHING, findings: ours.flatMap((workflow) => failureOf(scope, workflow)) };
}

/** Runs that must be ending: all that has started has ended, moments ago. */
export function unsettledRuns(workflows: readonly WorkflowFacts[], now: number): readonly string[] {
  const unsettled = ({ idleSince }: WorkflowRunFacts) => idleSince !== null && now - idleSince < SETTLES_WITHIN_MS;
  return workflows.flatMap(({ runs }) => runs.filter(unsettled).map(({ id }) => id));
}

/** Runs may go on side by side: one that started before the bad one was over says nothing of it. */
function failureOf({ account, region }: PublishScope, { name, runs }: WorkflowFacts) {
  const ended = runs.filter(({ status }) => status === 'COMPLETED' || status === 'STOPPED' || status === 'ERROR');
  const isClean = ({ status, failed }: WorkflowRunFacts) => status === 'COMPLETED' && failed === 0;
  const lastGood = Math.max(...ended.filter(isClean).map(({ startedAt }) => startedAt));
  const [last] = ended
    .filter((run) => !isClean(run) && endOf(run) > lastGood)
    .toSorted((a, b) => endOf(b) - endOf(a) || (a.id < b.id ? -1 : 1));
  if (last === undefined) return [];
  return [
    finding({
      hop: 'tags',
      state: 'broken',
      cause: 'workflow-run-failed',
      account,
      region,
      resource: `workflow ${name}`,
      message: `run ${last.id} of workflow ${name} ended ${last.status} with ${last.failed} action(s) that did not succeed${failuresText(last)}`,
      remedy: `Open run ${last.id} of the workflow in the Glue console, look at the logs of what failed, and resume or run it again. What did succeed is tagged all the same; a run that starts now and ends without failures closes this.`,
    }),
  ];
}

function failuresText({ failures }: WorkflowRunFacts): string {
  return failures.length === 0 ? '' : `: ${listed(failures)}`;
}

function endOf({ startedAt, endedAt }: WorkflowRunFacts): number {
  return endedAt ?? startedAt;
}
