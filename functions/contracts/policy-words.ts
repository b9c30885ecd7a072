/** Words that several parts of the policy file use. */

import * as z from 'zod/mini';

export const accountId = z
  .string()
  .check(z.regex(/^\d{12}$/, 'write an account id as 12 digits in quotes, e.g. "111111111111"'));
export const region = z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'write a Region such as ap-northeast-1'));
export const word = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, 'use 1-20 of a-z, 0-9 and -, starting with a letter'));
export const name = z.string().check(z.minLength(1), z.maxLength(255));
export const s3Location = z
  .string()
  .check(z.regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/, 'write s3://bucket/prefix/'));
export const mode = z.enum(['report', 'enforce']);
export const names = z.array(name).check(z.minLength(1));

const unit = z
  .string()
  .check(z.regex(/^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/, 'write the id of an organizational unit: ou-a1b2-11111111'));

const audienceGroup = z.strictObject({
  accounts: z.optional(names),
  organizationalUnits: z.optional(z.array(unit).check(z.minLength(1))),
  organization: z.optional(z.literal(true)),
  except: z.optional(names),
});

/** `organization` alone is short for `{ organization: true }`. */
export const audience = z.union([
  audienceGroup,
  z.pipe(
    z.literal('organization'),
    z.transform((): z.infer<typeof audienceGroup> => ({ organization: true })),
  ),
]);
