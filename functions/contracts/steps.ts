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

/** All scopes of one account and Region, to be looked at together. */
const surveyScope = z.object({ half: z.literal('survey'), account: z.string(), region: z.string() });
export type SurveyScope = z.infer<typeof surveyScope>;
/** Whatever has a machine of its own. */
export const WakeSchema = z.union([databaseScope, accountScope, surveyScope]);
export type Wake = z.infer<typeof WakeSchema>;

/** What StartExecution sends: a pure function of the execution's name. */
export const StartSchema = z.object({
  scope: WakeSchema,
  /** The window's number, or what stands for it when debounce is 0. */
  window: z.string(),
  /** ISO 8601: when the window has surely closed. */
  lookAt: z.iso.datetime(),
});
export type Start = z.infer<typeof StartSchema>;

/** What a run carries from state to state, from `begin` on. */
export const RunStateSchema = z.object({
  /** Hash of the pinned policy. */
  policy: z.string(),
  /** SHA-256 of what the run has seen so far, as it is kept; empty: nothing is. */
  observation: z._default(z.string(), ''),
  /** Stages that are due and still to be entered, in the machine's order. Of a survey: the last scope it has looked at. */
  stages: z._default(z.array(z.string()), []),
  /** What was written since: `ACCOUNT/REGION/ASPECT`, sorted. `verify` asks for it anew. */
  altered: z._default(z.array(z.string()), []),
  /** When the run began to look, milliseconds since the epoch; 0: it has not yet. */
  since: z._default(z.number(), 0),
  /** How often the whole half was assessed. */
  assessed: z._default(z.number(), 0),
  /** Assessments in a row that trouble which passes has cut short. */
  tries: z._default(z.number(), 0),
  /** The scope was given up to others since the last assessment. */
  waited: z._default(z.boolean(), false),
});
export type RunState = z.infer<typeof RunStateSchema>;

/** A run that has done nothing yet, pinned to the policy of this hash. */
export function newRun(policy: string): RunState {
  return RunStateSchema.parse({ policy });
}

/** What every stage gets; `execution` is the execution's ARN, from the context object. */
export const StageInputSchema = z.object({
  stage: z.string(),
  execution: z.string(),
  startedAt: z.string(),
  /** Retries of this state before this call, of whatever kind. */
  attempt: z._default(z.number(), 0),
  scope: WakeSchema,
  /** Of `begin`: the window of the execution's name, and when it has surely closed. */
  window: z.optional(z.string()),
  lookAt: z.optional(z.string()),
  /** Absent in the first `begin`, and in `end` when none was reached. */
  run: z.optional(RunStateSchema),
  error: z.optional(z.unknown()),
});
export type StageInput = z.infer<typeof StageInputSchema>;
/** Of a stage of a half's machine. */
export type RunInput = StageInput & { readonly scope: Scope };

/**
 * What `begin` answers: whether the scope's lease is ours, or (`covered`) another run has seen all that this one was to
 * look at; and what the run begins with.
 */
export const BeginOutputSchema = z.object({
  lease: z.enum(['taken', 'held', 'gave-up', 'covered']),
  run: RunStateSchema,
});
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
  /** The state to go on in: a stage, `assess`, `assess-later`, `verify`, `wait`, `report` or `end`; `survey`, `survey-later`. */
  next: z.optional(z.string()),
  /** Of `assess` and `survey`: seconds until then, with `assess-later` and `survey-later`. */
  pause: z.optional(z.number()),
  run: z.optional(RunStateSchema),
});
export type StageOutput = z.infer<typeof StageOutputSchema>;

/** What `report` answers. */
export const ReportOutputSchema = z.object({ opened: z.number(), known: z.number(), recovered: z.number() });
export type ReportOutput = z.infer<typeof ReportOutputSchema>;
