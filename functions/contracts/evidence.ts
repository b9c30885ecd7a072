/** What an assessment rests on, as programs read it. */

import * as z from 'zod/mini';

/** One question to AWS that a hop went by. */
export const EvidenceSchema = z.object({
  /** `glue:GetDatabase`: the calls with which it was asked. */
  calls: z.array(z.string()),
  /** What was asked about, in words; empty: all of it. */
  about: z.string(),
  account: z.string(),
  region: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** Why AWS did not tell; absent when it did. */
  unknown: z.optional(z.string()),
  /** What of the answer matters, in words, a few of many. */
  shows: z.optional(z.array(z.string())),
});
export type Evidence = z.infer<typeof EvidenceSchema>;

/** One hop of a scope, and whether it holds. `skipped`: not judged, since an earlier one does not hold. */
export const HopStateSchema = z.object({
  hop: z.string(),
  state: z.enum(['holds', 'due', 'broken', 'unknown', 'waiting', 'skipped']),
  evidence: z.array(EvidenceSchema),
});
export type HopState = z.infer<typeof HopStateSchema>;
