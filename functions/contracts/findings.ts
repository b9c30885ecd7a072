/** A finding: one thing on an access path that does not hold, or can't be told. */

import * as z from 'zod/mini';

/** What AWS answered, kept for people: never rewritten. */
export interface AwsWords {
  readonly code: string;
  readonly message: string;
}
export const AwsWordsSchema: z.ZodMiniType<AwsWords> = z.object({ code: z.string(), message: z.string() });

/** `waiting`: the other half's hop does not hold yet. Said in plans, never recorded nor alerted. */
export type FindingState = 'broken' | 'unknown' | 'waiting';

export interface Finding {
  /** Its identity across runs: same trouble, same key. */
  readonly key: string;
  /** Name of the hop of the access path that does not hold; `run`: of no hop, the run itself. */
  readonly hop: string;
  readonly state: FindingState;
  /** Stable code of the cause, kebab-case: the runbook's section. */
  readonly cause: string;
  readonly account: string;
  readonly region: string;
  readonly product: string | null;
  /** Who can't read, where one principal is meant. */
  readonly principal: string | null;
  /** The table, database, bucket, share… in words. */
  readonly resource: string;
  /** One sentence: what was found. */
  readonly message: string;
  /** What to do, exactly. */
  readonly remedy: string;
  /** AWS's own answer; null when nothing was attempted. */
  readonly aws: AwsWords | null;
  /** What it opens and closes with, whatever becomes of products meanwhile: the ARN of a share. Absent: its product. */
  readonly about?: string | undefined;
}

export const FindingSchema: z.ZodMiniType<Finding> = z.object({
  key: z.string(),
  hop: z.string(),
  state: z.enum(['broken', 'unknown', 'waiting']),
  cause: z.string(),
  account: z.string(),
  region: z.string(),
  product: z.nullable(z.string()),
  principal: z.nullable(z.string()),
  resource: z.string(),
  message: z.string(),
  remedy: z.string(),
  aws: z.nullable(AwsWordsSchema),
  about: z.optional(z.string()),
});
