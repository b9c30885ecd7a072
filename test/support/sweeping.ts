/** The schedule's looks, and a person who confirms what the brake asks for, until nothing is left to do. */

import type { Finding } from '#contracts/findings.ts';
import type { Entry, EntryKind } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import { mayStand } from '#core/ownership.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import { ACCOUNTS } from '../../infra/local/scenes/places.ts';
import type { InProcess } from './in-process.ts';
import { play, wokenBySchedule } from './waking.ts';

/** One look of the schedule at all that is in sight. */
export async function sweep(cloud: InProcess, policy: Policy): Promise<readonly string[]> {
  await cloud.later(3_600_000);
  const scopes = await wokenBySchedule(cloud, policy);
  await play(cloud, policy, scopes);
  return scopes.map(scopeText);
}

/** What is open, in all scopes that anything is known of. */
export async function openIn(cloud: InProcess, policy: Policy): Promise<readonly Finding[]> {
  const scopes = new Set([...scopesOf(policy, await cloud.ledger.standing()).map(scopeText)]);
  const records = await Promise.all([...scopes].map((scope) => cloud.ledger.findings(scope)));
  return records.flat().flatMap(({ state, finding }) => (state === 'open' ? [finding] : []));
}

/** Looks until a look asks for nothing more; whatever the brake asks for is confirmed. */
export async function sweepUntilClean(cloud: InProcess, policy: Policy): Promise<void> {
  for (let look = 0; look < 8; look += 1) {
    await sweep(cloud, policy);
    const asked = (await openIn(cloud, policy)).filter(({ cause }) => cause === 'brake-pulled');
    for (const { resource } of asked)
      await cloud.ledger.confirm(resource.replace('withdrawal ', ''), { by: 'a person', at: cloud.clock.now() });
    if (asked.length === 0 && look > 0) return;
  }
}

/** What of ours stands in AWS by the ledger, of these kinds. */
export async function standingOf(cloud: InProcess, ...kinds: readonly EntryKind[]): Promise<readonly Entry[]> {
  const all = await Promise.all(ACCOUNTS.map((account) => cloud.ledger.allEntries(account)));
  return all.flat().filter((entry) => kinds.includes(entry.kind) && mayStand(entry));
}
