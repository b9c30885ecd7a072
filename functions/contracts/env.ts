/** Each function's environment: parsed by the handler at cold start, typed into the CDK construct that sets it. */

import * as z from 'zod/mini';
import { LakeError } from './errors.ts';

const common = {
  NAMESPACE: z.string(),
  /** Where the policy, its versions and the snapshots are. */
  POLICY_BUCKET: z.string(),
  LEDGER_TABLE: z.string(),
};

export const OnEventEnvSchema = z.object({
  ...common,
  PUBLISH_MACHINE_ARN: z.string(),
  ONBOARD_MACHINE_ARN: z.string(),
  SURVEY_MACHINE_ARN: z.string(),
  MEMBER_ROLE_PATH: z.string(),
  /** Seconds this function may run: part of when a window has surely closed. */
  HANDLER_TIMEOUT: z.string(),
});
export type OnEventEnv = z.infer<typeof OnEventEnvSchema>;

export const ReconcileEnvSchema = z.object({
  ...common,
  PUBLISH_MACHINE_ARN: z.string(),
  ONBOARD_MACHINE_ARN: z.string(),
  SURVEY_MACHINE_ARN: z.string(),
  MEMBER_ROLE_PATH: z.string(),
  HANDLER_TIMEOUT: z.string(),
  /** Where lines of ledger entries that have ended are kept. */
  AUDIT_BUCKET: z.string(),
  /** Where a run keeps what it has seen for its next stages. */
  OBSERVATION_BUCKET: z.string(),
  /** Seconds to wait for a share to become visible before it is a finding. */
  ACCEPT_WITHIN: z.string(),
  /** Seconds to wait for somebody else's lease before giving up. */
  LEASE_WITHIN: z.string(),
});
export type ReconcileEnv = z.infer<typeof ReconcileEnvSchema>;

export const ReportEnvSchema = z.object({ ...common, TOPIC_ARN: z.string(), BUS_NAME: z.string() });
export type ReportEnv = z.infer<typeof ReportEnvSchema>;

export const OrganizationEnvSchema = z.object({
  ...common,
  MEMBER_ROLE_PATH: z.string(),
  TOPIC_ARN: z.string(),
  BUS_NAME: z.string(),
});
export type OrganizationEnv = z.infer<typeof OrganizationEnvSchema>;

export const StorePolicyEnvSchema = z.object({
  NAMESPACE: z.string(),
  POLICY_BUCKET: z.string(),
  BUS_NAME: z.string(),
});
export type StorePolicyEnv = z.infer<typeof StorePolicyEnvSchema>;

/** Parses an environment; the error names the variable, never a value. */
export function parseEnv<T extends z.ZodMiniType>(
  schema: T,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<T> {
  const parsed = z.safeParse(schema, env);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new LakeError('EnvironmentInvalid', { message: `environment variables missing or wrong: ${names}` });
}
