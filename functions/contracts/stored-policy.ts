/** A policy as it comes out of the bucket: it was checked when it went in, perhaps by another version of us. */

import * as z from 'zod/mini';
import { LakeError } from './errors.ts';
import { type PolicyDocument, PolicySchema } from './policy.ts';

export function parseStoredPolicy(stored: { readonly hash: string; readonly document: unknown }): PolicyDocument {
  const parsed = z.safeParse(PolicySchema, stored.document);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole document').join(', ');
  throw new LakeError('PolicyInvalid', {
    message: `stored policy ${stored.hash} is not of the shape this version reads: ${paths}`,
    remedy: 'deploy the hub again with its policy file: that checks it and stores it anew',
  });
}
