/**
 * Law 4: whatever goes wrong at any AWS call leaves a state from which the next run reaches the same end, and everything
 * we granted is in the ledger as ours. A sample of the calls; every nth of them, at every
 * trouble, with ONRAMP_CUT_EVERY=n (1: all, half an hour).
 */

import { beforeAll, expect, test } from 'vitest';
import type { Entry } from '#contracts/ledger.ts';
import { mayStand } from '#core/ownership.ts';
import { ANALYTICS, CUR, FINANCE, HR, JOB, REGION, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { everywhere, struck, type Trouble } from '../support/cutting.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, publishAll } from '../support/scopes.ts';
import { type State, stateOf } from '../support/state.ts';

/** All that a scene can do: closing tables and defaults, sharing, accepting, linking, granting, opening a bucket. */
const policy = demoPolicy('demo-revoke', ({ products }) => {
  if (products['sales']) products['sales'].tables = 'all';
});

interface End {
  readonly state: State;
  readonly ours: readonly string[];
  readonly open: readonly string[];
  readonly calls: number;
}

let clean: End;
beforeAll(async () => {
  const cloud = await begin();
  try {
    await publishAll(cloud, policy);
    clean = await endOf(cloud);
  } finally {
    await cloud.close();
  }
});

function begin(): Promise<InProcess> {
  return scenario(policy, [crawled], { mortal: true });
}

async function endOf(cloud: InProcess): Promise<End> {
  const calls = cloud.line?.count ?? 0;
  const lists = await Promise.all([FINANCE, ANALYTICS].map((account) => entriesIn(cloud.ledger, account, REGION)));
  const ours = lists.flat().filter(mayStand).map(entryText).sort();
  const open = (await openFindings(cloud)).map(({ key }) => key).sort();
  return { calls, state: await stateOf(cloud.stage), ours, open };
}

/** RAM numbers its shares anew in every world; which product came first to what several want may differ. */
function entryText({ kind, account, target, principal, before }: Entry): string {
  const about = kind === 'acceptance' ? 'a share' : target;
  return JSON.stringify({ kind, account, about, principal, before });
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
