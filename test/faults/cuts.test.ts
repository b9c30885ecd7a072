/**
 * Law 4: whatever goes wrong at any AWS call leaves a state from which the next run reaches the same end, and everything
 * we granted is in the ledger as ours. A sample of the calls; every nth of them, at every
 * trouble, with ONRAMP_CUT_EVERY=n (1: all, half an hour).
 */

import { beforeAll, expect, test } from 'vitest';
import { CUR, HR, JOB, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { everywhere, struck, type Trouble } from '../support/cutting.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type End, endOf } from '../support/end.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { publishAll } from '../support/scopes.ts';

/** All that a scene can do: closing tables and defaults, sharing, accepting, linking, granting, opening a bucket. */
const policy = demoPolicy('demo-revoke', ({ products }) => {
  if (products['sales']) products['sales'].tables = 'all';
});

let clean: End & { readonly calls: number };
beforeAll(async () => {
  const cloud = await begin();
  try {
    await publishAll(cloud, policy);
    clean = { ...(await endOf(cloud)), calls: cloud.line?.count ?? 0 };
  } finally {
    await cloud.close();
  }
});

function begin(): Promise<InProcess> {
  return scenario(policy, [crawled], { mortal: true });
}

test('a clean run of three products is readable, and in the ledger', async () => {
  expect(clean.calls).toBeGreaterThan(100);
  expect(clean.ours.length).toBeGreaterThan(15);
});

async function recovers(nth: number, trouble: Trouble): Promise<void> {
  const cloud = await begin();
  try {
    await struck(cloud, { nth, trouble }, () => publishAll(cloud, policy));
    const end = await endOf(cloud);
    expect(end.state).toEqual(clean.state);
    expect(end.ours).toEqual(clean.ours);
    expect(end.open).toEqual(clean.open);
    for (const table of [CUR, SALES, HR]) expect(await readAs(cloud.stage, JOB, table)).toEqual(READ);
  } finally {
    await cloud.close();
  }
}

everywhere(() => clean.calls, recovers);
