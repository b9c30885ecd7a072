/** A run that waited for its scope has nothing to do when another one has looked at all of it since, and only then. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { CUR } from '../../infra/local/scenes/places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const SCOPE = scopeOf(CUR);
const KEY = `scope/${scopeText(SCOPE)}`;
const OTHER = 'another execution';

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled]);
});
afterEach(() => cloud.close());

/** Another run has the scope, and ends `seconds` after the one that is asked about has begun. */
async function heldFor(seconds: number): Promise<void> {
  const now = cloud.clock.now();
  await cloud.ledger.take({ key: KEY, holder: OTHER, until: now + seconds * 1000 }, now);
}
const finished = (more: object = {}) =>
  cloud.ledger.putFinished({
    ...{ scope: scopeText(SCOPE), policy: policy.hash, since: cloud.clock.now() + 6000, execution: OTHER },
    ...more,
  });
const entered = async () => {
  let states: readonly string[] = [];
  const made = await calls(cloud, async () => {
    ({ states } = await cloud.run(SCOPE));
  });
  return { states, asked: made.length };
};

test('one that began to look after this one was started has seen it all: nothing is asked', async () => {
  await heldFor(20);
  await finished();
  const { states, asked } = await entered();
  expect(states.slice(-3)).toEqual(['Begin', 'LeaseTaken', 'Done']);
  expect(asked).toBe(0);
  expect(await cloud.ledger.take({ key: KEY, holder: 'the next', until: 0 }, cloud.clock.now())).toBe(true);
});

test.for([
  ['began to look before this one was started, or as good as then', { since: 4000 }],
  ['went by another policy', { policy: 'f'.repeat(64) }],
] as const)('one that %s has not', async ([, more]) => {
  await heldFor(20);
  await finished('since' in more ? { since: cloud.clock.now() + more.since } : more);
  expect((await entered()).states).toContain('Assess');
});

test('a run that went through to its end says so, also one with nothing to do; one with something unknown does not', async () => {
  const since = async () => (await cloud.ledger.finished(scopeText(SCOPE)))?.since ?? 0;
  const first = cloud.clock.now();
  await cloud.run(SCOPE);
  expect(await since()).toBeGreaterThanOrEqual(first);
  await cloud.later(60_000);
  const second = cloud.clock.now();
  await cloud.run(SCOPE);
  expect(await since()).toBeGreaterThanOrEqual(second);
  await cloud.later(60_000);
  const third = cloud.clock.now();
  const refused = { code: 'AccessDeniedException', message: 'not now' };
  await cloud.stage.control.fault({ kind: 'error', service: 'glue', operation: 'GetTables', ...refused });
  await cloud.run(SCOPE);
  expect(await since()).toBeLessThan(third);
});

test('one that was refused, or killed before its end, has done nothing for those in line', async () => {
  const refused = { code: 'AccessDeniedException', message: 'no' };
  await cloud.stage.control.fault({ kind: 'error', service: 's3', operation: 'PutBucketPolicy', ...refused });
  await cloud.run(SCOPE);
  expect(await cloud.ledger.finished(scopeText(SCOPE))).toBeNull();
});
