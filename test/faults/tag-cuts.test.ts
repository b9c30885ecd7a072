/**
 * Law 4 for tags, grants by tag and places: whatever goes wrong at any AWS call, the next run reaches the same end. A
 * sample of the calls; every nth of them, at every trouble, with ONRAMP_CUT_EVERY=n.
 */

import { beforeAll, expect, test } from 'vitest';
import { mayStand } from '#core/entries.ts';
import { ANALYTICS, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { type LakeView, lookAtLake } from '../../infra/local/scenes/sales-looking.ts';
import { LAKE_ADMIN, LAKE_TABLES } from '../../infra/local/scenes/sales-places.ts';
import { expectReady, expectTagged, lookAround } from '../../infra/local/scenes/sales-story.ts';
import { importTable } from '../../infra/local/scenes/workflow.ts';
import { type Blueprint, CATALOG, failed, LAKE, openBlueprint } from '../support/blueprint.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { play } from '../support/waking.ts';

const policy = demoPolicy('demo-blueprint', (document) => {
  document.products = {};
});
const CONSUMER = { half: 'onboard' as const, account: ANALYTICS, region: REGION };
const SCOPES = [CATALOG, LAKE];
const TROUBLES = ['killed before', 'killed after', 'refused at', 'cut at'] as const;
type Trouble = (typeof TROUBLES)[number];
const SAMPLES = 8;
/** Longer than the leases of a run that died. */
const LATER_MS = 21 * 60_000;

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
async function begin(): Promise<Blueprint> {
  const story = await openBlueprint({ mortal: true }, policy);
  for (const table of LAKE_TABLES) await importTable(story.cloud.stage, table, false, LAKE_ADMIN);
  story.cloud.line?.mend();
  return story;
}

async function endOf({ cloud, openIn }: Blueprint): Promise<End> {
  const calls = cloud.line?.count ?? 0;
  const lists = await Promise.all([SALES_LAKE, ANALYTICS].map((account) => cloud.ledger.entries(account, REGION)));
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

async function strike({ cloud }: Blueprint, nth: number, trouble: Trouble): Promise<void> {
  const { control } = cloud.stage;
  const ours = { principal: 'onramp-', nth };
  if (trouble === 'killed before') cloud.line?.die(nth, 'before');
  else if (trouble === 'killed after') cloud.line?.die(nth, 'after');
  else if (trouble === 'cut at') await control.fault({ kind: 'cut', ...ours });
  else await control.fault({ kind: 'error', code: 'AccessDeniedException', status: 403, ...ours });
}

async function recovers(nth: number, trouble: Trouble): Promise<void> {
  const story = await begin();
  const { cloud } = story;
  try {
    await strike(story, nth, trouble);
    await play(cloud, policy, SCOPES).catch(() => undefined);
    cloud.line?.mend();
    await cloud.stage.control.clearFaults();
    cloud.queue.length = 0;
    await cloud.later(LATER_MS);
    await play(cloud, policy, SCOPES);
    const look = await lookAround(cloud.stage);
    expect(failed([...expectReady(look), ...expectTagged(look)])).toEqual([]);
    expect(await endOf(story)).toEqual({ ...clean, calls: expect.any(Number) });
  } finally {
    await cloud.close();
  }
}

/** Spread over the whole run, each trouble at places of its own. */
const samples = Array.from({ length: SAMPLES }, (_, i) => ({
  percent: Math.round(((i + 0.5) / SAMPLES) * 100),
  trouble: TROUBLES[i % TROUBLES.length] ?? 'cut at',
}));

const every = Number(process.env['ONRAMP_CUT_EVERY'] ?? 0);
if (every > 0) {
  test.each(TROUBLES)(
    `%s every call that ${every} divides`,
    async (trouble) => {
      const lost: string[] = [];
      for (let nth = every; nth <= clean.calls; nth += every) {
        await recovers(nth, trouble).catch((error: unknown) => lost.push(`call ${nth}: ${String(error)}`));
      }
      expect(lost).toEqual([]);
    },
    3_600_000,
  );
} else {
  test.each(samples)('$trouble the call $percent % into the run', ({ percent, trouble }) =>
    recovers(Math.max(1, Math.round((percent / 100) * clean.calls)), trouble),
  );
}
