/** Logs: one line per decision and per write, each with the same keys, so that one query follows a run anywhere. */

import { Logger } from '@aws-lambda-powertools/logger';
import { LakeError } from '#contracts/errors.ts';
import { shown } from '#contracts/shown.ts';

/** On every line; `-` where a line is not about one, since Powertools leaves nulls out. */
export interface LogKeys {
  readonly scope?: string | undefined;
  readonly account?: string | undefined;
  readonly product?: string | undefined;
  readonly execution?: string | undefined;
}

/** Names and counts. Never payloads, documents or settings. */
type LogDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface Log {
  /** What was decided and why. */
  decision(message: string, details?: LogDetails): void;
  /** What was written to AWS. */
  write(message: string, details?: LogDetails): void;
  /** What went wrong, by its code. */
  trouble(message: string, error: unknown, details?: LogDetails): void;
  /** The same log with keys filled in. */
  with(keys: LogKeys): Log;
}

/** A detail of this name would be a mistake of ours; it is left out rather than kept for years. */
const SECRET = /secret|token|password|credential|authorization|signature/i;

export function createLog(service: string): Log {
  return logOn(new Logger({ serviceName: service, logLevel: 'INFO' }), {});
}

function logOn(logger: Logger, keys: LogKeys): Log {
  const line = (kind: string, details: object = {}) =>
    loggable({ kind, ...fixedKeys(keys), ...withoutSecrets(details) });
  return {
    decision: (message, details) => logger.info(logged(message), line('decision', details)),
    write: (message, details) => logger.info(logged(message), line('write', details)),
    trouble: (message, error, details) =>
      logger.error(logged(message), line('trouble', { ...details, ...errorKeys(error) })),
    with: (more) => logOn(logger, { ...keys, ...more }),
  };
}

function fixedKeys(keys: LogKeys): Record<keyof LogKeys, string> {
  return {
    scope: keys.scope ?? '-',
    account: keys.account ?? '-',
    product: keys.product ?? '-',
    execution: keys.execution ?? '-',
  };
}

/** Characters of one value: an event's id and an error's words are of any length. */
const MOST_OF_A_VALUE = 8192;

/** What others named, on one line and bounded. */
function logged(text: string): string {
  const left = text.length - MOST_OF_A_VALUE;
  return shown(left > 0 ? `${text.slice(0, MOST_OF_A_VALUE)} … and ${left} more characters` : text);
}

function loggable(details: object): Record<string, unknown> {
  const values = Object.entries(details).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((one) => logged(String(one))) : typeof value === 'string' ? logged(value) : value,
  ]);
  return Object.fromEntries(values);
}

function withoutSecrets(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !SECRET.test(name)));
}

/** Our code and AWS's own; a foreign error keeps its name, and its stack, since it is a bug. */
function errorKeys(error: unknown): Record<string, string> {
  if (error instanceof LakeError) {
    return {
      code: error.code,
      cause: error.message,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      ...(error.aws === undefined ? {} : { awsCode: error.aws.code, awsMessage: error.aws.message }),
    };
  }
  if (error instanceof Error) return { code: error.name, cause: error.message, stack: error.stack ?? '' };
  return { code: 'Unexpected', cause: String(error) };
}
