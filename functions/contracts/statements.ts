/** One IAM policy statement of ours inside somebody's document. */

import * as z from 'zod/mini';

type Values = string | readonly string[];

export interface Statement {
  /** Starts with what the namespace becomes in Sids. */
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: string | Readonly<Record<string, Values>>;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

const list = z.array(z.string());
const values = z.union([z.string(), list]);
export const StatementSchema: z.ZodMiniType<Statement> = z.object({
  Sid: z.string(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.string(), z.record(z.string(), values)]),
  Action: list,
  Resource: list,
  Condition: z.optional(z.record(z.string(), z.record(z.string(), values))),
}) as unknown as z.ZodMiniType<Statement>;
