/** The ways a run can go, each played with the real definitions. */

import { describe, expect, test } from 'vitest';
import { ERROR_KINDS, LakeError } from '#contracts/errors.ts';
import { type Call, definition, execute, type MachineFile, TaskFailed } from '../../support/asl.ts';
import { begin, stage, startOf, wellBehaved } from './answers.ts';

const FILES: MachineFile[] = ['publish-database', 'onboard-account'];
const HEAD = ['WaitForWindow', 'Begin', 'LeaseTaken', 'Assess', 'AssessedEnough'];
const through = (...stages: readonly string[]) => stages.flatMap((stage) => ['NextStage', stage]);

function run(file: MachineFile, instead?: Parameters<typeof wellBehaved>[0], lookAt?: string) {
  return execute(definition(file), startOf(file, lookAt), wellBehaved(instead));
}

/** Throws for the first `times` calls of a state. */
function failing(state: string, error: () => Error, times = Number.POSITIVE_INFINITY) {
  let left = times;
  return (call: Call) => {
    if (call.state !== state || left <= 0) return undefined;
    left -= 1;
    throw error();
  };
}

/** The name Step Functions sees is the name of what a function throws. */
const thrown = (code: keyof typeof ERROR_KINDS) => () =>
  new TaskFailed(new LakeError(code, { message: `${code} happened` }).name);

const RELEASED = ['ReleaseAfterFailure', 'Failed'];

test('publish-database goes through the producer half in order, where everything is due', () => {
  const stages = through('Settings', 'Location', 'Tags', 'Exposure', 'Share', 'Storage', 'Verify', 'Report');
  expect(run('publish-database').states).toEqual([...HEAD, ...stages, 'End', 'Done']);
});

test('onboard-account goes through the consumer half in order, where everything is due', () => {
  const stages = [
    ...through('Settings', 'Accept'),
    'Accepted',
    ...through('Link', 'Grant', 'Check', 'Verify', 'Report'),
  ];
  expect(run('onboard-account').states).toEqual([...HEAD, ...stages, 'End', 'Done']);
});

describe.each(FILES)('%s, the look at the beginning', (file) => {
  const assessed = (...nexts: readonly string[]) => {
    const left = [...nexts];
    return (call: Call) => {
      if (call.state !== 'Assess') return undefined;
      return { ...stage('assess', 'publish'), pause: 40, next: left.shift() ?? 'end' };
    };
  };

  test('with nothing due and nothing new is the run: three calls', () => {
    const { states, calls } = run(file, assessed('end'));
    expect(states).toEqual([...HEAD, 'NextStage', 'End', 'Done']);
    expect(calls).toHaveLength(3);
  });

  test('with something new and nothing due goes to its end', () => {
    expect(run(file, assessed('verify')).states).toEqual([...HEAD, ...through('Verify', 'Report'), 'End', 'Done']);
  });

  test('cut short by trouble that passes is taken up later, as long after as the function says', () => {
    const { states, calls } = run(file, assessed('assess-later', 'end'));
    expect(states.slice(3, 8)).toEqual(['Assess', 'AssessedEnough', 'WaitToAssess', 'Assess', 'AssessedEnough']);
    expect(calls.filter(({ state }) => state === 'Assess').map(({ at }) => at)).toEqual([0, 40]);
  });

  test('with more to read than one call has time for is called again', () => {
    expect(run(file, assessed('assess', 'assess', 'end')).calls.map(({ state }) => state)).toEqual([
      ...['Begin', 'Assess', 'Assess', 'Assess', 'End'],
    ]);
  });
});

test('looks only when the window has closed, and at once without debounce', () => {
  const [first] = run('publish-database', undefined, '2026-01-01T00:02:05Z').calls;
  expect(first).toMatchObject({ state: 'Begin', at: 125 });
  expect(run('publish-database').calls[0]).toMatchObject({ state: 'Begin', at: 0 });
});

describe.each(FILES)('%s, the lease', (file) => {
  const held = (rounds: number) => {
    let asked = 0;
    return ({ state }: Call) => {
      asked += state === 'Begin' ? 1 : 0;
      return state === 'Begin' && asked <= rounds ? { ...begin, lease: 'held' } : undefined;
    };
  };

  test('is waited for while somebody else has it', () => {
    const { states, calls, status } = run(file, held(3));
    expect(status).toBe('SUCCEEDED');
    expect(states.filter((name) => name === 'WaitForLease')).toHaveLength(3);
    expect(calls.find(({ state }) => state === 'Assess')?.at).toBe(15);
  });

  test('given up is a finding, told, and nothing else is done', () => {
    const { states, calls, status } = run(file, ({ state }) =>
      state === 'Begin' ? { ...begin, lease: 'gave-up' } : undefined,
    );
    expect(status).toBe('SUCCEEDED');
    expect(states.slice(3)).toEqual(['ReportLeaseHeld', 'TellLeaseHeld', 'LeaseHeld']);
    expect(calls.map(({ payload }) => payload['stage'])).toEqual(['begin', 'lease-held', 'lease-held']);
  });

  test('fits into the 25,000 events of a history, and waiting for acceptance after it too', () => {
    // 7,235 s is the longest wait for a window, 900 s our patience for each; 9 and 16 events a round of 5 s.
    expect(((900 + 7235) / 5) * 9 + (900 / 5) * 16).toBeLessThan(18_000);
  });
});

describe('acceptance', () => {
  const waiting = (rounds: number, last: string) => {
    let asked = 0;
    return ({ state }: Call) => {
      if (state !== 'Accept') return undefined;
      asked += 1;
      const arrival = asked <= rounds ? 'waiting' : last;
      const next = asked <= rounds ? 'wait' : 'link';
      return { ...stage('accept', 'onboard'), next, arrival, lookedAt: `2026-01-01T00:1${asked}:00.000Z` };
    };
  };

  test('is looked at again, each time with the lease taken again and the same policy', () => {
    const { states, calls } = run('onboard-account', waiting(2, 'visible'));
    const round = ['Accept', 'Accepted', 'WaitForAcceptance', 'TakeLeaseAgain', 'LeaseTakenAgain'];
    const first = states.indexOf('Accept');
    expect(states.slice(first, first + 14)).toEqual([...round, ...round, 'Accept', 'Accepted', 'NextStage', 'Link']);
    const again = calls.filter(({ state }) => state === 'TakeLeaseAgain');
    expect(again.map(({ payload }) => payload)).toMatchObject([
      { stage: 'begin', run: { policy: begin.run.policy }, startedAt: '2026-01-01T00:11:00.000Z' },
      { stage: 'begin', run: { policy: begin.run.policy }, startedAt: '2026-01-01T00:12:00.000Z' },
    ]);
  });

  test('keeps the policy pinned at the start when another became current meanwhile', () => {
    const accept = waiting(1, 'visible');
    const { calls } = run('onboard-account', (call) =>
      call.state === 'TakeLeaseAgain' ? { ...begin, run: { ...begin.run, policy: 'e'.repeat(64) } } : accept(call),
    );
    expect(calls.find(({ state }) => state === 'Link')?.payload['run']).toMatchObject({ policy: begin.run.policy });
  });

  test('given up goes on: the finding is opened by verification', () => {
    const { states, status } = run('onboard-account', waiting(3, 'gave-up'));
    expect(status).toBe('SUCCEEDED');
    expect(states).toContain('Link');
  });

  test('waits on when another run has the scope, and gives up when it keeps it', () => {
    const accept = waiting(1, 'visible');
    const leases = ['held', 'gave-up'];
    const { states, status } = run('onboard-account', (call) =>
      call.state === 'TakeLeaseAgain' ? { ...begin, lease: leases.shift() } : accept(call),
    );
    expect(status).toBe('SUCCEEDED');
    expect(states.filter((name) => name === 'WaitForAcceptance')).toHaveLength(2);
    expect(states.slice(-3)).toEqual(['ReportLeaseHeld', 'TellLeaseHeld', 'LeaseHeld']);
  });
});

describe.each(FILES)('%s, retries', (file) => {
  test('a transient error is tried six times more, within three and a half minutes (G-L3)', () => {
    const { status, calls } = run(file, failing('Settings', thrown('Transient'), 6));
    expect(status).toBe('SUCCEEDED');
    const tries = calls.filter(({ state }) => state === 'Settings');
    expect(tries.map(({ at }) => at)).toEqual([0, 5, 15, 35, 75, 135, 195]);
  });

  test('what is not yet visible is looked at for two minutes', () => {
    const { status, seconds } = run(file, failing('Verify', thrown('NotYetVisible'), 12));
    expect(status).toBe('SUCCEEDED');
    expect(seconds).toBe(120);
  });

  test("Lambda's own trouble is retried", () => {
    const { status } = run(
      file,
      failing('Report', () => new TaskFailed('Lambda.TooManyRequestsException'), 6),
    );
    expect(status).toBe('SUCCEEDED');
  });

  test.each(Object.entries(ERROR_KINDS).filter(([, kind]) => kind !== 'transient'))('%s is not retried', (code) => {
    const { calls } = run(
      file,
      failing('Verify', () => new TaskFailed(code)),
    );
    expect(calls.filter(({ state }) => state === 'Verify')).toHaveLength(1);
  });
});

describe.each(FILES)('%s, failure', (file) => {
  const stages = Object.entries(definition(file).States)
    .filter(([name, state]) => state.Type === 'Task' && !['ReleaseAfterFailure', 'End'].includes(name))
    .map(([name]) => name)
    .filter((name) => !['ReportLeaseHeld', 'TellLeaseHeld', 'TakeLeaseAgain'].includes(name));

  test.each(stages)('in %s releases the lease and fails with the error itself', (name) => {
    const { status, states, calls, error, cause } = run(file, failing(name, thrown('AccessDenied')));
    expect(status).toBe('FAILED');
    expect(states.slice(-2)).toEqual(RELEASED);
    expect([error, cause]).toEqual(['AccessDenied', 'AccessDenied happened']);
    expect(calls.at(-1)?.payload).toMatchObject({
      stage: 'end',
      scope: startOf(file)['scope'],
      error: { Error: 'AccessDenied' },
    });
  });

  test.each(stages)('a timeout in %s releases the lease too (G-E5)', (name) => {
    const { states, error } = run(
      file,
      failing(name, () => new TaskFailed('States.Timeout')),
    );
    expect(states.slice(-2)).toEqual(RELEASED);
    expect(error).toBe('States.Timeout');
  });

  test('a transient error that outlives its retries fails the run', () => {
    const { status, states, error } = run(file, failing('Settings', thrown('Transient')));
    expect([status, error]).toEqual(['FAILED', 'Transient']);
    expect(states.slice(-2)).toEqual(RELEASED);
  });

  test('that cannot be released still shows the first error', () => {
    const { status, error } = run(file, ({ state }) => {
      if (state === 'Settings') throw new TaskFailed('AccessDenied');
      if (state === 'ReleaseAfterFailure') throw new TaskFailed('Unexpected');
      return undefined;
    });
    expect([status, error]).toEqual(['FAILED', 'AccessDenied']);
  });

  test('to end is a failure', () => {
    const { status, states, error } = run(file, failing('End', thrown('Unexpected')));
    expect([status, error]).toEqual(['FAILED', 'Unexpected']);
    expect(states.slice(-2)).toEqual(['End', 'Failed']);
  });

  test('to report that the lease was kept is a failure', () => {
    const { status, error } = run(file, ({ state }) => {
      if (state === 'TellLeaseHeld') throw new TaskFailed('AccessDenied');
      return state === 'Begin' ? { ...begin, lease: 'gave-up' } : undefined;
    });
    expect([status, error]).toEqual(['FAILED', 'AccessDenied']);
  });
});

describe('survey-account', () => {
  const surveyed = (...nexts: readonly string[]) => {
    const left = [...nexts];
    return () => ({ ...stage('survey', 'survey'), pause: 20, next: left.shift() ?? 'end' });
  };

  test('is one call where all fits into it', () => {
    const { status, states, calls } = run('survey-account', surveyed('end'));
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual(['WaitForWindow', 'Survey', 'Surveyed', 'Done']);
    expect(calls).toHaveLength(1);
  });

  test('goes on where it is: at once with more to read, later when AWS asks for patience', () => {
    const { states, calls } = run('survey-account', surveyed('survey', 'survey-later', 'end'));
    expect(states.slice(1)).toEqual([
      ...['Survey', 'Surveyed', 'SurveyOn', 'Surveyed', 'WaitToSurvey', 'SurveyOn', 'Surveyed', 'Done'],
    ]);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 20]);
    expect(calls[0]?.payload).not.toHaveProperty('run');
    expect(calls[1]?.payload['run']).toMatchObject({ policy: begin.run.policy });
  });

  test('that fails shows the error itself', () => {
    const { status, error } = run('survey-account', failing('Survey', thrown('AccessDenied')));
    expect([status, error]).toEqual(['FAILED', 'AccessDenied']);
  });
});
