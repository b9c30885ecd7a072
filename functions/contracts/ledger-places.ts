/** What the ledger keeps beside entries: where they stand, what people let pass, who is at work. */

import * as z from 'zod/mini';

/** Where something of ours stands: the entries of one run's scope, or one shared document. */
export interface StandingPlace {
  readonly part: 'database' | 'catalog' | 'account' | 'document';
  readonly account: string;
  readonly region: string;
  /** The database of `part: 'database'`, else null. */
  readonly database: string | null;
  /** `bucket cur-export`: the target of `part: 'document'`, else null. */
  readonly document: string | null;
}
export const StandingPlaceSchema: z.ZodMiniType<StandingPlace> = z.object({
  part: z.enum(['database', 'catalog', 'account', 'document']),
  account: z.string(),
  region: z.string(),
  database: z.nullable(z.string()),
  document: z.nullable(z.string()),
});

/** Who confirmed the withdrawals of one hash, and when (milliseconds since the epoch). */
export interface Confirmation {
  readonly by: string;
  readonly at: number;
}
export const ConfirmationSchema: z.ZodMiniType<Confirmation> = z.object({ by: z.string(), at: z.number() });

/** A run that is at work in an account and Region, and until when it counts (milliseconds since the epoch). */
export interface Turn {
  readonly holder: string;
  readonly until: number;
}
export const TurnsSchema: z.ZodMiniType<readonly Turn[]> = z.array(z.object({ holder: z.string(), until: z.number() }));

/** Withdrawals that a confirmation lets one scope make, each once: what a run that was cut had not got to, the next one does. */
export interface Passing extends Confirmation {
  /** A short hash of each. */
  readonly tickets: readonly string[];
  /** What was confirmed: used up with the first of them. */
  readonly hash?: string | undefined;
}
export const PassingSchema: z.ZodMiniType<Passing> = z.object({
  by: z.string(),
  at: z.number(),
  tickets: z.array(z.string()),
  hash: z.optional(z.string()),
});

/** Who has halted the hub and why, and since when (milliseconds since the epoch): no run writes into members meanwhile. */
export interface Halt {
  readonly by: string;
  readonly why: string;
  readonly at: number;
}
export const HaltSchema: z.ZodMiniType<Halt> = z.object({ by: z.string(), why: z.string(), at: z.number() });

/** The last run of a scope that went through to its end with nothing unknown, nothing refused and nothing left due. */
export interface FinishedRun {
  readonly scope: string;
  /** Hash of the policy it was pinned to. */
  readonly policy: string;
  /** When it began to look, milliseconds since the epoch: whatever was so before, it has seen. */
  readonly since: number;
  readonly execution: string;
}
export const FinishedRunSchema: z.ZodMiniType<FinishedRun> = z.object({
  scope: z.string(),
  policy: z.string(),
  since: z.number(),
  execution: z.string(),
});
