/** What an error looks like to a person, and which exit code it is. */

import { type ErrorKind, EXIT_CODES, isLakeError } from '#contracts/errors.ts';

const CODES: Readonly<Record<ErrorKind, number>> = {
  user: EXIT_CODES.usage,
  denied: EXIT_CODES.denied,
  missing: EXIT_CODES.broke,
  conflict: EXIT_CODES.broke,
  transient: EXIT_CODES.broke,
  bug: EXIT_CODES.broke,
};

export function exitCodeOf(error: unknown): number {
  return isLakeError(error) ? CODES[error.kind] : EXIT_CODES.broke;
}

/** `error: … (CODE)`, what to do, and with `--debug` where it came from. Never an environment, never a credential. */
export function failureLines(error: unknown, options: { readonly debug: boolean }): string[] {
  const lines = isLakeError(error)
    ? [withCode(error.message, error.code), ...(error.aws ? [`  AWS: ${error.aws.code}: ${error.aws.message}`] : [])]
    : [withCode(error instanceof Error ? error.message : String(error), 'Unexpected')];
  const remedy = isLakeError(error)
    ? error.remedy
    : 'a bug of ours: run it again with --debug and report what it prints';
  if (remedy !== undefined) lines.push(`  fix: ${remedy}`);
  if (options.debug && error instanceof Error) lines.push(...stackOf(error));
  return lines;
}

/** The code belongs to the first line: a policy's mistakes follow it. */
function withCode(message: string, code: string): string {
  const [first = '', ...rest] = message.split('\n');
  return [`error: ${first} (${code})`, ...rest.map((line) => `  ${line}`)].join('\n');
}

function stackOf(error: Error): string[] {
  const cause = error.cause instanceof Error ? ['caused by:', ...stackOf(error.cause)] : [];
  return [error.stack ?? error.message, ...cause];
}
