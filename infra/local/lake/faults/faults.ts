/** Faults of single entries inside a batch, as the batch operations ask for them. */

import type { SignedCall } from '../caller.ts';

export interface EntryFault {
  readonly code: string;
  readonly message: string;
}

export interface EntryFaults {
  /** The error one entry of `call` must answer with in `Failures[]`, when a test has asked for it. */
  entry(call: SignedCall, index: number, entry: unknown): EntryFault | undefined;
}
