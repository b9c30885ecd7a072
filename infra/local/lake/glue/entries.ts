/** Batches: entry by entry, where one that fails stops no other and the answer says 200 all the same. */

import type { ErrorDetail } from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';

export interface Outcome<T, R> {
  readonly done: R[];
  readonly failed: { readonly entry: T; readonly ErrorDetail: ErrorDetail }[];
}

/** Does each entry of a batch by itself: what was done, and AWS's error of each that failed. */
export function eachEntry<T, R>(call: Call, entries: readonly T[], act: (entry: T) => R): Outcome<T, R> {
  const outcome: Outcome<T, R> = { done: [], failed: [] };
  entries.forEach((entry, index) => {
    try {
      const fault = call.world.faults.entry(call, index, entry);
      if (fault) throw new AwsError(fault.code, fault.message);
      outcome.done.push(act(entry));
    } catch (error) {
      // What is no answer of AWS's is a mistake of the lake's own, and not to be hidden in a list.
      if (!(error instanceof AwsError)) throw error;
      outcome.failed.push({ entry, ErrorDetail: { ErrorCode: error.name, ErrorMessage: error.message } });
    }
  });
  return outcome;
}
