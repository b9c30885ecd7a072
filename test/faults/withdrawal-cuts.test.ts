/** Law 4 backwards: a product that left, and trouble at any call of the looks that take it back: the same end, nothing of ours left. */

import { beforeAll, expect, test } from 'vitest';
import { CUR } from '../../infra/local/scenes/places.ts';
import { everywhere, struck, type Trouble } from '../support/cutting.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { type State, stateOf } from '../support/state.ts';
import { openIn, standingOf, sweepUntilClean } from '../support/sweeping.ts';

const policy = demoPolicy('demo-share');
const none = demoPolicy('demo-share', (document) => {
  document.products = {};
});

const begin = () => scenario(policy, [crawled, published], { mortal: true });
const endOf = async (cloud: InProcess) => ({
  state: await stateOf(cloud.stage),
  standing: (await standingOf(cloud, 'grant', 'link', 'statements')).map(({ target }) => target),
  open: await openIn(cloud, none),
});

/** `revocations`: which calls of the clean withdrawal took grants back. */
let clean: { readonly state: State; readonly calls: number; readonly revocations: readonly number[] };
beforeAll(async () => {
  const cloud = await begin();
  try {
    cloud.line?.mend();
    const revocations: number[] = [];
    cloud.watch(async (command) => {
      if (command === 'BatchRevokePermissionsCommand') revocations.push(cloud.line?.count ?? 0);
    });
    await sweepUntilClean(cloud, none);
    const calls = cloud.line?.count ?? 0;
    clean = { state: (await endOf(cloud)).state, calls, revocations };
  } finally {
    await cloud.close();
  }
});

test('a clean withdrawal leaves no grant of ours and no link', () => {
  expect(clean.calls).toBeGreaterThan(20);
  expect(clean.state.links.filter((text) => text.includes(CUR.link))).toEqual([]);
});

async function recovers(nth: number, trouble: Trouble): Promise<void> {
  const cloud = await begin();
  try {
    await struck(cloud, { nth, trouble }, () => sweepUntilClean(cloud, none));
    expect(await endOf(cloud)).toEqual({ state: clean.state, standing: [], open: [] });
  } finally {
    await cloud.close();
  }
}

test('killed when AWS has revoked and the ledger does not say so yet: the entries end, and the link goes', async () => {
  expect(clean.revocations.length).toBeGreaterThan(1);
  for (const nth of clean.revocations) await recovers(nth, 'killed after');
});

everywhere(() => clean.calls, recovers);
