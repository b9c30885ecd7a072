/** Faults of single entries inside a batch, as the batch operations ask for them. */

import type { Call } from '../service.ts';

export interface EntryFault {
  readonly code: string;
  readonly message: string;
}

export interface EntryFaults {
  /** The error one entry of `call` must answer with in `Failures[]`, when a test has asked for it. */
  entry(call: Call, index: number, entry: unknown): EntryFault | undefined;
}
