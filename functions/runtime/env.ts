/** The process's environment: read here and nowhere else. */

import type * as z from 'zod/mini';
import { parseEnv } from '#contracts/env.ts';
import { LakeError } from '#contracts/errors.ts';

/** Parses a function's environment at its cold start; errors name variables, never values. */
export function readEnv<T extends z.ZodMiniType>(schema: T): z.infer<T> {
  return parseEnv(schema, process.env);
}

/** The Region a function runs in: Lambda always sets it. */
export function ownRegion(): string {
  const region = process.env['AWS_REGION'];
  if (region !== undefined && region !== '') return region;
  throw new LakeError('EnvironmentInvalid', { message: 'environment variables missing or wrong: AWS_REGION' });
}

/** A setting in seconds, such as a timeout. */
export function seconds(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new LakeError('EnvironmentInvalid', { message: `environment variable ${name} is not a number of seconds` });
}
