/** One run of a workflow as Glue tells it, in our words. */

import type { Node, WorkflowRun } from '@aws-sdk/client-glue';
import type { WorkflowRunFacts } from '#core/facts.ts';
import { required } from './paging.ts';

/** A job's or crawler's run inside the workflow's. */
interface Action {
  readonly text: string;
  readonly state: string;
  /** Milliseconds since the epoch; null while it runs, or where Glue does not say. */
  readonly endedAt: number | null;
  readonly error: string | undefined;
}

/** Of a job: FAILED, TIMEOUT, STOPPED, ERROR, EXPIRED. Of a crawler: FAILED, CANCELLED, ERROR. */
const FAILED = /^(FAILED|TIMEOUT|STOPPED|ERROR|EXPIRED|CANCELLED)$/;
const ENDED = /^(SUCCEEDED|FAILED|TIMEOUT|STOPPED|ERROR|EXPIRED|CANCELLED)$/;

/** What a run tells, times in milliseconds since the epoch. */
export function runFacts(run: WorkflowRun): WorkflowRunFacts {
  const actions = (run.Graph?.Nodes ?? []).flatMap(lastOf);
  const failures = actions.filter(({ state }) => FAILED.test(state)).map(failureText);
  const { Status: status = 'RUNNING', Statistics: counts } = run;
  const counted = [counts?.FailedActions, counts?.TimeoutActions, counts?.StoppedActions, counts?.ErroredActions];
  const failed = counted.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return {
    id: required(run.WorkflowRunId, 'the id of a workflow run'),
    status,
    startedAt: run.StartedOn?.getTime() ?? 0,
    endedAt: run.CompletedOn?.getTime() ?? null,
    failed: counts === undefined ? failures.length : failed,
    failures: [...failures, ...(run.ErrorMessage ? [run.ErrorMessage] : [])],
    idleSince: status === 'RUNNING' && !counts?.RunningActions && !counts?.WaitingActions ? idleSince(actions) : null,
  };
}

/** Attempts of one job are several runs of its node: the last one counts. A node that has not run has none. */
function lastOf(node: Node): readonly Action[] {
  const runs = (node.JobDetails?.JobRuns ?? []).map((run) => ({
    text: `job ${node.Name}`,
    state: run.JobRunState ?? '',
    startedAt: run.StartedOn?.getTime() ?? 0,
    endedAt: run.CompletedOn?.getTime() ?? null,
    error: run.ErrorMessage,
  }));
  const crawls = (node.CrawlerDetails?.Crawls ?? []).map((crawl) => ({
    text: `crawler ${node.Name}`,
    state: crawl.State ?? '',
    startedAt: crawl.StartedOn?.getTime() ?? 0,
    endedAt: crawl.CompletedOn?.getTime() ?? null,
    error: crawl.ErrorMessage,
  }));
  return [...runs, ...crawls].toSorted((a, b) => b.startedAt - a.startedAt).slice(0, 1);
}

function failureText({ text, state, error }: Action): string {
  return `${text} ${state}${error ? `: ${error}` : ''}`;
}

function idleSince(actions: readonly Action[]): number | null {
  if (actions.some(({ state }) => !ENDED.test(state))) return null;
  const ends = actions.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt]));
  return ends.length === 0 ? null : Math.max(...ends);
}
