/** What `onramp validate --json` prints. Readers must allow unknown keys. */

import * as z from 'zod/mini';

const PolicyMistakeSchema = z.object({
  /** `products.cur.account` */
  path: z.string(),
  line: z.number(),
  column: z.number(),
  found: z.string(),
  message: z.string(),
  instead: z.string(),
  code: z.enum(['invalid', 'not-yet']),
});
export type PolicyMistake = z.infer<typeof PolicyMistakeSchema>;

export const ValidateSchema = z.object({
  schema: z.literal('onramp.validate/1'),
  ok: z.boolean(),
  file: z.string(),
  /** The policy's hash; null when it has mistakes. */
  hash: z.nullable(z.string()),
  mistakes: z.array(PolicyMistakeSchema),
});
export type ValidateDocument = z.infer<typeof ValidateSchema>;
