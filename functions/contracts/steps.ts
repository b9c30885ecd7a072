/** The state machines' data contract: names and counts, never facts (256 KiB). Step N's input is step N-1's output. */

import * as z from 'zod/mini';

/** The producer half: one database, or (null) what belongs to the catalog and to no database: tags, grants by tag. */
const databaseScope = z.object({
  half: z.literal('publish'),
  account: z.string(),
  region: z.string(),
  database: z.nullable(z.string()),
});
/** The consumer half: one account and Region. */
const accountScope = z.object({ half: z.literal('onboard'), account: z.string(), region: z.string() });
export const ScopeSchema = z.union([databaseScope, accountScope]);
export type PublishScope = z.infer<typeof databaseScope>;
/** The producer half of one database. */
export type DatabaseScope = PublishScope & { readonly database: string };
export type OnboardScope = z.infer<typeof accountScope>;
export type Scope = z.infer<typeof ScopeSchema>;

/** What StartExecution sends: a pure function of the execution's name. */
export const StartSchema = z.object({
  scope: ScopeSchema,
  /** The window's number, or what stands for it when debounce is 0. */
  window: z.string(),
  /** ISO 8601: when the window has surely closed. */
  lookAt: z.iso.datetime(),
});
export type Start = z.infer<typeof StartSchema>;

/** What every stage gets; `execution` is the execution's ARN, from the context object. */
export const StageInputSchema = z.object({
  stage: z.string(),
  execution: z.string(),
  startedAt: z.string(),
  /** Retries of this state before this call, of whatever kind. */
  attempt: z._default(z.number(), 0),
  scope: ScopeSchema,
  /** Hash of the pinned policy; absent only in `begin`. */
  policy: z.optional(z.string()),
  error: z.optional(z.unknown()),
});
export type StageInput = z.infer<typeof StageInputSchema>;

/** What `begin` answers: the pinned policy and whether the scope's lease is ours. */
export const BeginOutputSchema = z.object({ policy: z.string(), lease: z.enum(['taken', 'held', 'gave-up']) });
export type BeginOutput = z.infer<typeof BeginOutputSchema>;

/** What a stage answers. */
export const StageOutputSchema = z.object({
  stage: z.string(),
  /** Changes due, made and failed. */
  due: z.number(),
  done: z.number(),
  failed: z.number(),
  /** Findings seen by this stage, before acting where it acts. */
  findings: z.number(),
  /** Somebody can read by what was written. */
  readable: z.optional(z.boolean()),
  /** Whether what others share has arrived: of the stage that waits for it. */
  arrival: z.optional(z.enum(['visible', 'waiting', 'gave-up'])),
  /** Of that stage, ISO 8601: from then on the run may wait for its lease again. */
  lookedAt: z.optional(z.iso.datetime()),
});
export type StageOutput = z.infer<typeof StageOutputSchema>;

/** What `report` answers. */
export const ReportOutputSchema = z.object({ opened: z.number(), known: z.number(), recovered: z.number() });
export type ReportOutput = z.infer<typeof ReportOutputSchema>;
