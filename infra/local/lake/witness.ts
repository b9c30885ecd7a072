/** Somebody in the lake's own process who is told of every call as it is answered: what was asked, and what came of it. */

import type { JournalEntry } from './journal.ts';

export interface Exchange extends Omit<JournalEntry, 'sequence'> {
  /** Milliseconds of the process's own clock, with fractions: one call followed another if it started after that ended. */
  readonly started: number;
  readonly ended: number;
  /** The request with the API's member names. Throws where it was not understood. */
  readonly input: () => Readonly<Record<string, unknown>>;
  /** As sent, or as it would have been had the connection not been cut. */
  readonly answer: string | Uint8Array;
}

/** Called in the order of answers, before the caller has his. */
export type Witness = (exchange: Exchange) => void;
