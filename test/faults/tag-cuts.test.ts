/**
 * Law 4 for tags, grants by tag and places: whatever goes wrong at any AWS call, the next run reaches the same end. A
 * sample of the calls; every nth of them, at every trouble, with ONRAMP_CUT_EVERY=n.
 */

import { beforeAll, expect, test } from 'vitest';
import { mayStand } from '#core/ownership.ts';
import { ANALYTICS, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { type LakeView, lookAtLake } from '../../infra/local/scenes/sales-looking.ts';
import { LAKE_ADMIN, LAKE_TABLES } from '../../infra/local/scenes/sales-places.ts';
import { expectReady, expectTagged, lookAround } from '../../infra/local/scenes/sales-story.ts';
import { importTable } from '../../infra/local/scenes/workflow.ts';
import { type Blueprint, CATALOG, failed, LAKE, openBlueprint } from '../support/blueprint.ts';
import { everywhere, struck, type Trouble } from '../support/cutting.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { Step } from '../support/scenario.ts';
import { play } from '../support/waking.ts';

const policy = demoPolicy('demo-blueprint', (document) => {
  document.products = {};
});
const CONSUMER = { half: 'onboard' as const, account: ANALYTICS, region: REGION };
const SCOPES = [CATALOG, LAKE];

interface End {
  readonly view: LakeView;
  readonly ours: readonly string[];
  readonly open: readonly string[];
  readonly calls: number;
}

let clean: End;
beforeAll(async () => {
  const story = await begin();
  try {
    await play(story.cloud, policy, SCOPES);
    clean = await endOf(story);
  } finally {
    await story.cloud.close();
  }
});

/** The tables are there already, so that one publish does all that there is to do. */
function begin(): Promise<Blueprint> {
  return openBlueprint({ mortal: true }, policy, imported);
}

const imported: Step = async ({ stage }) => {
  for (const table of LAKE_TABLES) await importTable(stage, table, false, LAKE_ADMIN);
};

async function endOf({ cloud, openIn }: Blueprint): Promise<End> {
  const calls = cloud.line?.count ?? 0;
  const lists = await Promise.all([SALES_LAKE, ANALYTICS].map((account) => entriesIn(cloud.ledger, account, REGION)));
  const ours = lists.flat().filter(mayStand);
  const entries = ours.map(({ kind, account, target, principal, before }) =>
    JSON.stringify({
      kind,
      account,
      about: kind === 'acceptance' ? 'a share' : target,
      principal,
      before: Object.entries(before).sort(),
    }),
  );
  const open = (await openIn(...SCOPES, CONSUMER)).map(({ key }) => key).sort();
  return { calls, view: await lookAtLake(cloud.stage), ours: entries.sort(), open };
}

test('a clean run leaves everything tagged and granted, nothing open, and all of it in the ledger', () => {
  expect(clean.calls).toBeGreaterThan(50);
  expect(clean.ours.length).toBeGreaterThan(15);
  expect(clean.open).toEqual([]);
});

async function recovers(nth: number, trouble: Trouble): Promise<void> {
  const story = await begin();
  const { cloud } = story;
  try {
    await struck(cloud, { nth, trouble }, () => play(cloud, policy, SCOPES));
    const look = await lookAround(cloud.stage);
    expect(failed([...expectReady(look), ...expectTagged(look)])).toEqual([]);
    expect(await endOf(story)).toEqual({ ...clean, calls: expect.any(Number) });
  } finally {
    await cloud.close();
  }
}

everywhere(() => clean.calls, recovers);
