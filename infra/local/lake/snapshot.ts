/** The lake as it was at a moment, kept apart from it: to be put back, or into another lake of the same options. */

import { type Copy, createCopy, refill } from './copy.ts';
import type { Lake, Snapshot } from './lake.ts';

/** Everything of the lake that changes: records of collections and plain values. */
function stateOf({ world }: Lake) {
  const { state: backend } = world.backend;
  if (backend === undefined) throw new Error('what MiniStack keeps can not be copied');
  const { accounts, asked, glue, lakeFormation, ram, organizations, sessions } = world;
  return { world: { accounts, asked, sessions: sessions.issued }, glue, lakeFormation, ram, organizations, backend };
}

/** A copy. Throws while faults, delays or held events are set: they are a test's own, and count what passes. */
export function takeSnapshot(lake: Lake): Snapshot {
  const { faults, visibility, randoms, now } = lake.world;
  if (faults.isSet() || visibility.isSet()) throw new Error('a lake with faults or delays in it can not be copied');
  return {
    now: now(),
    state: copied(stateOf(lake)),
    randoms: randoms.map(({ position }) => position),
    journal: lake.journal.since(0),
    events: [...lake.events],
  };
}

/** The lake is what it was then, and its clock goes on from there; the snapshot may be put back again. */
export function restoreSnapshot(lake: Lake, { now, state, randoms, journal, events }: Snapshot): void {
  lake.reset();
  const { world } = lake;
  const fresh = copied(state) as ReturnType<typeof stateOf>;
  for (const [name, part] of Object.entries(stateOf(lake))) refill(part, fresh[name as keyof typeof fresh]);
  for (const [i, random] of world.randoms.entries()) random.position = randoms[i] ?? 0;
  world.moveClock(now - world.now());
  lake.journal.refill(journal);
  lake.events.push(...events);
}

function copied<T>(state: T): T {
  const copy: Copy = createCopy();
  return copy(state);
}
