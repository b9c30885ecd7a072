/** `tags` of the policy file: keys, rules and grants. */

import * as z from 'zod/mini';
import { audience, name, names, region, s3Location } from './policy-words.ts';

const tagValues = z.record(z.string(), z.array(name).check(z.minLength(1)));

const tagRule = z.strictObject({
  match: z.strictObject({
    account: name,
    region: z.optional(region),
    database: z.optional(name),
    table: z.optional(name),
    column: z.optional(name),
    crawler: z.optional(name),
    workflow: z.optional(name),
    prefix: z.optional(s3Location),
    parameters: z.optional(z.record(z.string(), z.string())),
    classification: z.optional(name),
  }),
  on: z.enum(['database', 'tables', 'columns']),
  assign: z.record(z.string(), name),
  apply: z._default(z.enum(['enforce', 'only-if-absent']), 'only-if-absent'),
});

const tagGrant = z.strictObject({
  to: z.union([z.strictObject({ account: name, principal: name }), audience]),
  where: tagValues,
  database: z.optional(names),
  tables: z.optional(names),
  associate: z.optional(names),
});

export const tags = z.strictObject({
  in: z.array(z.strictObject({ account: name, region: z.optional(region) })),
  keys: tagValues,
  rules: z._default(z.array(tagRule), []),
  grants: z._default(z.array(tagGrant), []),
});
