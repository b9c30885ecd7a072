/** What the server works on: the world, the services by signing name, the journal and where the rest goes. */

import type { EventEnvelope } from './events.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Services } from './modules.ts';
import type { Witness } from './witness.ts';
import type { OwnedWorld } from './world.ts';

/** The lake as it was at a moment; only `snapshot.ts` looks into it. */
export interface Snapshot {
  readonly now: number;
  /** What changes, by where it belongs. */
  readonly state: object;
  readonly randoms: readonly number[];
  readonly journal: readonly JournalEntry[];
  readonly events: readonly EventEnvelope[];
}

export interface Lake {
  /** Replaced by a reset. */
  world: OwnedWorld;
  readonly services: Services;
  readonly journal: Journal;
  /** Events delivered so far. */
  readonly events: EventEnvelope[];
  readonly deliver: (event: EventEnvelope) => void;
  /** Whether an account exists. Unless the lake was started with a list, every 12 digits do, from their first call on. */
  readonly hosts: (account: string) => boolean;
  /** Base URL of MiniStack; without it what the lake doesn't own answers 501. */
  readonly ministack: string | undefined;
  /** Kept for whoever asked by the control endpoint: their ids are their places. */
  readonly snapshots: Snapshot[];
  readonly witness: Witness | undefined;
  reset(): void;
}
