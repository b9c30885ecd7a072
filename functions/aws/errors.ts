/** Every AWS error becomes one of our codes, judged by whose view it is. AWS's own words are kept beside it. */

import { isAccountId } from '#contracts/arn.ts';
import { type AwsAnswer, type ErrorCode, isLakeError, LakeError } from '#contracts/errors.ts';
import { shown } from '#contracts/shown.ts';
import { clip } from '#core/clip.ts';
import { codeOf } from './error-codes.ts';
import { remedyFor } from './remedies.ts';

/** Who asked, and for what. */
export interface View {
  /** The account asked in: 12 digits, or words such as `the hub`. */
  readonly account: string;
  /** Whether that account owns the thing asked about: only then does "not found" mean missing (law 6). */
  readonly owner: boolean;
  /** Infinitive, lower case: `list permissions on database 111111111111/cur_org`. */
  readonly doing: string;
  /** A revoke: being told that there is nothing to revoke is then its own code. */
  readonly revoking?: boolean;
}

/** Bytes, as JSON: errors go into ledger items, findings and the cause of an execution, and AWS's words are of any length. */
const MOST_OF_AN_ANSWER = 4096;
/** What was asked for may name every column of a table. */
const MOST_OF_A_DOING = 2048;

/** What Lake Formation says of one entry of a batch. */
export interface EntryError {
  readonly ErrorCode?: string | undefined;
  readonly ErrorMessage?: string | undefined;
}

/** The same error if it is ours already; else one of our codes, with AWS's own words and the original as its cause. */
export function toLakeError(error: unknown, view: View): LakeError {
  if (error instanceof LakeError) return error;
  const answer = answerOf(error);
  const status = statusOf(error);
  return build(codeOf({ ...answer, status, answered: isAwsError(error) }, view), answer, view, error);
}

/** For one of `Failures[]`, which are not errors to the SDK (G-L10). */
export function errorFromEntry(entry: EntryError, view: View): LakeError {
  const answer = { code: entry.ErrorCode ?? 'Unknown', message: saidBy(entry.ErrorMessage ?? '') };
  return build(codeOf({ ...answer, status: undefined, answered: true }, view), answer, view);
}

/** Sends, and turns whatever goes wrong into a LakeError. */
export async function asked<T>(view: View, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toLakeError(error, view);
  }
}

/** Null where its owner says that there is none. */
export async function unlessMissing<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

/** Whether the SDK had sent the request before: its first try may have been taken, and the answer lost. */
function wasRepeated(error: unknown): boolean {
  return Number(field(field(error, '$metadata'), 'attempts') ?? 1) > 1;
}

function build(code: ErrorCode, aws: AwsAnswer, view: View, cause?: unknown): LakeError {
  const where = isAccountId(view.account) ? `account ${view.account}` : view.account;
  const remedy = remedyFor(code, where, aws.message);
  return new LakeError(code, {
    message: `could not ${clip(shown(view.doing), MOST_OF_A_DOING)} in ${where}: ${aws.message || aws.code}`,
    ...(remedy === undefined ? {} : { remedy }),
    aws,
    repeated: wasRepeated(cause),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** AWS's words hold what others named. */
function saidBy(words: string): string {
  return clip(shown(words), MOST_OF_AN_ANSWER);
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isAwsError(error: unknown): boolean {
  return field(error, '$fault') !== undefined || statusOf(error) !== undefined;
}

function statusOf(error: unknown): number | undefined {
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/** A cut connection carries its system code (`ECONNRESET`) beside a plain name. */
function answerOf(error: unknown): AwsAnswer {
  const system = field(error, 'code');
  const name = error instanceof Error ? error.name : 'Unknown';
  const code = typeof system === 'string' && /^E[A-Z_]+$/.test(system) ? system : name;
  const requestId = field(field(error, '$metadata'), 'requestId');
  return {
    code,
    message: saidBy(error instanceof Error ? error.message : String(error)),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}
