/** What reading answered: a value, or why there is none. Unknown is never "missing" and never a reason to write (law 6). */

import type { LakeError } from '#contracts/errors.ts';
import type { AwsWords } from '#contracts/findings.ts';

/** Why something is unknown or failed: our code and AWS's own words. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** Absent when AWS did not answer. */
  readonly aws?: AwsWords | undefined;
}

/** Where a fact comes from: what was asked, where and when (milliseconds since the epoch). */
export interface Source {
  readonly query: string;
  readonly account: string;
  readonly region: string;
  readonly at: number;
}

export type Observed<T> =
  | { readonly known: true; readonly value: T; readonly source?: Source }
  | { readonly known: false; readonly why: Trouble; readonly source?: Source };

/** A fact that was read. */
export function known<T>(value: T): Observed<T> {
  return { known: true, value };
}

/** A fact that could not be read, and why. */
export function unknown(why: Trouble): Observed<never> {
  return { known: false, why };
}

/** A known value as another; what is unknown stays so, for the same reason. */
export function mapKnown<T, R>(observed: Observed<T>, map: (value: T) => R): Observed<R> {
  return observed.known ? { ...observed, value: map(observed.value) } : observed;
}

/** An error of ours as facts and ledger entries keep it. */
export function troubleOf(error: LakeError): Trouble {
  const { code, message, remedy, aws } = error;
  return { code, message, remedy, aws: aws && { code: aws.code, message: aws.message } };
}
