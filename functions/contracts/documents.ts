/** Documents people's programs read: alerts, `plan --json`, `demo --json`. Readers must allow unknown keys. */

import * as z from 'zod/mini';
import { HopStateSchema } from './evidence.ts';
import { FindingSchema } from './findings.ts';

/** Detail of `Onramp Access Failed` and `Onramp Access Recovered`. */
export const AlertSchema = z.object({
  schema: z.literal('onramp.alert/1'),
  finding: FindingSchema,
  scope: z.string(),
  /** ARN of the execution and a link to it in the console. */
  execution: z.string(),
  executionUrl: z.string(),
  at: z.string(),
});
export type Alert = z.infer<typeof AlertSchema>;

export const PlannedChangeSchema = z.object({
  hop: z.string(),
  kind: z.string(),
  account: z.string(),
  region: z.string(),
  products: z.array(z.string()),
  operation: z.enum(['add', 'change', 'remove']),
  effect: z.enum(['widens', 'narrows', 'neutral']),
  /** One line a person reads. */
  text: z.string(),
  /** A line each: which rule gave a tag, and over which others. */
  why: z.optional(z.array(z.string())),
});

export const PlanSchema = z.object({
  schema: z.literal('onramp.plan/2'),
  policy: z.string(),
  scopes: z.array(
    z.object({
      scope: z.string(),
      mode: z.enum(['report', 'enforce']),
      /** How far the proof goes: always by permissions for `plan`. */
      proof: z.literal('by permissions'),
      changes: z.array(PlannedChangeSchema),
      findings: z.array(FindingSchema),
      /** What is not ours and is left alone. */
      foreign: z.array(z.string()),
      /** Each hop of the scope, in the order of the path. Of a scope that is listed twice, in its first part. */
      hops: z.array(HopStateSchema),
    }),
  ),
});
export type PlanDocument = z.infer<typeof PlanSchema>;

/** `run --json`: runs that a person has started, and what came of each. */
export const RunsSchema = z.object({
  schema: z.literal('onramp.run/1'),
  runs: z.array(
    z.object({
      scope: z.string(),
      /** The execution's name. */
      execution: z.string(),
      /** As Step Functions says it; without `--wait` it is RUNNING. */
      status: z.string(),
      /** What is open in the scope once the run is over. */
      findings: z.array(FindingSchema),
    }),
  ),
});
export type RunsDocument = z.infer<typeof RunsSchema>;
export type StartedRun = RunsDocument['runs'][number];

export const DemoSchema = z.object({
  schema: z.literal('onramp.demo/1'),
  ok: z.boolean(),
  scenes: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      eventToReadableMs: z.nullable(z.number()),
      calls: z.object({ read: z.number(), write: z.number(), byAction: z.record(z.string(), z.number()) }),
      access: z.array(z.object({ principal: z.string(), table: z.string(), before: z.string(), after: z.string() })),
      findings: z.array(FindingSchema),
      expectations: z.array(z.object({ text: z.string(), held: z.boolean(), saw: z.optional(z.string()) })),
    }),
  ),
});
export type DemoDocument = z.infer<typeof DemoSchema>;
