import { describe, expect, test } from 'vitest';
import type { TagRule } from '#contracts/policy.ts';
import type { WorkflowFacts, WorkflowRunFacts } from '#core/facts.ts';
import { known, unknown } from '#core/observed.ts';
import { assessRuns, unsettledRuns } from '#hops/tags/runs.ts';

const place = { account: '444444444444', region: 'ap-northeast-1' };

function rule(changes: Partial<TagRule>): TagRule {
  return {
    ...{ ...place, index: 0, database: null, table: null, column: null, crawler: null, workflow: 'w*', prefix: null },
    ...{ parameters: {}, classification: null, on: 'tables', assign: {}, apply: 'enforce' },
    ...changes,
  };
}

function run(changes: Partial<WorkflowRunFacts> = {}): WorkflowRunFacts {
  const times = { startedAt: 1000, endedAt: 2000, idleSince: null };
  return { id: 'wr_1', status: 'COMPLETED', ...times, failed: 0, failures: [], ...changes };
}

const failed = run({ id: 'wr_bad', failed: 2, failures: ['job a FAILED: no route', 'job b TIMEOUT'] });
const workflow = (runs: readonly WorkflowRunFacts[], changes: Partial<WorkflowFacts> = {}): WorkflowFacts => ({
  ...{ name: 'w1', crawlers: ['c'], jobs: ['a', 'b'], runs },
  ...changes,
});

interface Given {
  readonly database?: string | null;
  readonly rules?: readonly TagRule[];
  readonly workflows?: readonly WorkflowFacts[];
}

function assess({ database = 'd1', rules = [rule({ database: 'd1' })], workflows = [] }: Given) {
  const scope = { half: 'publish' as const, ...place, database };
  return assessRuns({ scope, rules, workflows: known(workflows) });
}

describe('a run that has ended', () => {
  test('without failures is nothing to say', () => {
    const older = { ...failed, startedAt: 1, endedAt: 999 };
    expect(assess({ workflows: [workflow([older, run()])] }).findings).toEqual([]);
    expect(assess({ workflows: [workflow([])] }).findings).toEqual([]);
  });

  test('with failures says which run, what failed and why, and what to do', () => {
    const [found] = assess({ workflows: [workflow([failed])] }).findings;
    expect(found).toMatchObject({ cause: 'workflow-run-failed', state: 'broken', resource: 'workflow w1' });
    expect(found?.message).toBe(
      'run wr_bad of workflow w1 ended COMPLETED with 2 action(s) that did not succeed: job a FAILED: no route, job b TIMEOUT',
    );
    expect(found?.remedy).toContain('What did succeed is tagged all the same');
  });

  test('with failures stays one until a run ends well that started when it was over: others at once hide nothing', () => {
    const long = { ...failed, startedAt: 1000, endedAt: 9000 };
    const beside = run({ id: 'wr_beside', startedAt: 2000, endedAt: 3000 });
    const after = run({ id: 'wr_after', startedAt: 9000, endedAt: 9500 });
    const found = (...runs: readonly WorkflowRunFacts[]) => assess({ workflows: [workflow(runs)] }).findings;
    expect(found(beside, long)).toHaveLength(1);
    expect(found(long, beside)).toHaveLength(1);
    expect(found(after, beside, long)).toEqual([]);
    // One that failed later is told first; one whose end nobody knows counts from its start.
    const open = { ...failed, id: 'wr_open', status: 'STOPPED' as const, startedAt: 9100, endedAt: null };
    expect(found(after, open, long)).toMatchObject([{ message: expect.stringContaining('wr_open') }]);
  });

  test('is the same trouble whichever run it was, and in whatever order AWS lists them', () => {
    const keyOf = (...runs: readonly WorkflowRunFacts[]) => assess({ workflows: [workflow(runs)] }).findings[0]?.key;
    const later = { ...failed, id: 'wr_worse', startedAt: 5000, endedAt: 6000 };
    expect(keyOf(later, failed)).toBe(keyOf(failed, later));
    expect(keyOf(later)).toBe(keyOf(failed));
  });

  test.each(['RUNNING', 'STOPPING'] as const)('is not one that says %s', (status) => {
    const ongoing = run({ id: 'wr_now', status, startedAt: 9000, endedAt: null });
    expect(assess({ workflows: [workflow([ongoing, failed])] }).findings).toHaveLength(1);
  });
});

describe('one failure is one finding (law 5)', () => {
  const told = (given: Given) =>
    ['d1', 'd2', 'd3', null].filter(
      (database) => assess({ ...given, database, workflows: [workflow([failed])] }).findings.length > 0,
    );

  test('told with the first database that rules name', () => {
    expect(told({ rules: [rule({ database: 'd2' }), rule({ database: 'd1' })] })).toEqual(['d1']);
  });

  // Once it was told in every database that nothing ruled out: 200 databases, 200 alerts of one failure.
  test('or in the scope of the catalog, where a rule leaves the database open or has a pattern', () => {
    expect(told({ rules: [rule({})] })).toEqual([null]);
    expect(told({ rules: [rule({ database: 'd?' })] })).toEqual([null]);
    expect(told({ rules: [rule({ database: 'd3' }), rule({})] })).toEqual([null]);
  });

  test('a workflow that no rule names is nobody’s here', () => {
    expect(told({ rules: [rule({ workflow: 'x*' })] })).toEqual([]);
  });
});

describe('what could not be read (law 6)', () => {
  const why = { code: 'Transient', message: 'throttled' };
  const scope = { half: 'publish' as const, ...place, database: 'd1' };

  test('workflows: one finding that says so', () => {
    const assessment = assessRuns({ scope, rules: [rule({})], workflows: unknown(why) });
    expect(assessment.findings).toMatchObject([{ state: 'unknown', cause: 'not-readable', hop: 'tags' }]);
  });
});

test('a run must be ending for a minute after its last action', () => {
  const running = (idleSince: number | null) => [workflow([run({ status: 'RUNNING', idleSince })])];
  expect(unsettledRuns(running(100_000), 159_999)).toEqual(['wr_1']);
  expect(unsettledRuns(running(100_000), 160_000)).toEqual([]);
  expect(unsettledRuns(running(null), 100_000)).toEqual([]);
});
