/** Making findings. Same trouble, same key: that is how a finding is reported once and seen to recover. */

import type { Finding } from '#contracts/findings.ts';
import { shortHash } from '#contracts/hash.ts';
import { shownIn } from '#contracts/shown.ts';
import type { Assessment } from './assessment.ts';
import { clip } from './clip.ts';
import { DENIED } from './denials.ts';
import type { Trouble } from './observed.ts';

type Draft = Omit<Finding, 'key' | 'principal' | 'aws' | 'product'> & {
  readonly product?: string | null;
  readonly principal?: string | null;
  readonly aws?: Finding['aws'];
  /** What tells this trouble from its like; the resource unless that text varies while the trouble stays. */
  readonly identity?: string;
};

/**
 * Bytes, as JSON, of what others choose the length of. All of them full, an alert is under 128 KB of the 256 KB that an
 * event and a message may have, and an item of the ledger under DynamoDB's 400 KB. A remedy holds two documents to paste.
 */
const MOST = {
  resource: 2048,
  principal: 2048,
  message: 8192,
  remedy: 98_304,
  awsCode: 256,
  awsMessage: 4096,
} as const;

/** Bounded in every part, and as it may be shown; the key is made of what was found, whole. */
export function finding(draft: Draft): Finding {
  const { identity, ...rest } = draft;
  const full = { product: null, principal: null, aws: null, ...rest };
  const parts = [
    full.hop,
    full.cause,
    full.account,
    full.region,
    full.product,
    full.principal,
    identity ?? full.resource,
  ];
  const hash = shortHash(JSON.stringify(parts), 16);
  return { ...bounded(shownIn(full)), key: `${full.hop}.${full.cause}.${hash}` };
}

function bounded<T extends Omit<Finding, 'key'>>(full: T): T {
  const { resource, principal, message, remedy, aws } = full;
  return {
    ...full,
    resource: clip(resource, MOST.resource),
    principal: principal === null ? null : clip(principal, MOST.principal),
    message: clip(message, MOST.message),
    remedy: clip(remedy, MOST.remedy),
    aws: aws === null ? null : { code: clip(aws.code, MOST.awsCode), message: clip(aws.message, MOST.awsMessage) },
  };
}

/** Where something was found: what every finding of one place has in common. */
export type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource' | 'about'> & {
  readonly product?: string | null;
};

/** By the code of the error: what has its own remedy. Everything else is `not-readable`. */
export const UNREAD: Readonly<Record<string, string>> = {
  AccountNotEntered: 'account-not-entered',
  EncryptionDenied: 'key-denied',
  ...DENIED,
};

/** A hop whose facts could not be read: never "missing", never a reason to write (law 6). */
export function unreadable(where: Where, why: Trouble): Finding {
  return finding({
    ...where,
    state: 'unknown',
    cause: UNREAD[why.code] ?? 'not-readable',
    message: `could not be read: ${why.message}`,
    remedy: why.remedy ?? 'Nothing was changed. Fix what AWS says, or wait for the next run if it was throttling.',
    aws: why.aws ?? null,
  });
}

/**
 * Whether a finding says that something could not be read or judged at all, so that silence beside it proves nothing. Of a
 * statement that may deny, the document was read and judged.
 */
export function isUnread({ state, cause }: Pick<Finding, 'state' | 'cause'>): boolean {
  return state === 'unknown' && !cause.endsWith('-may-deny');
}

/**
 * One fault is one finding (law 5): what could not be read for one reason in one account and Region is told where the
 * path first needs it, and the later hops that need it too are not judged.
 */
export function oneFindingPerFault(assessment: Assessment): Assessment {
  const isUnknown = ({ state }: Finding) => state === 'unknown';
  const unknown = assessment.findings.filter(isUnknown);
  const faults = Map.groupBy(unknown, (f) => JSON.stringify([f.account, f.region, f.cause, f.message, f.aws]));
  return {
    ...assessment,
    findings: [...[...faults.values()].flatMap(collapse), ...assessment.findings.filter((f) => !isUnknown(f))],
    skipped: [...assessment.skipped, ...unknown.filter(isUnread).map(({ hop, product }) => ({ hop, product }))],
  };
}

function collapse(same: readonly Finding[]): readonly Finding[] {
  const [first, ...others] = same;
  if (first === undefined || others.every((f) => f.key === first.key)) return same.slice(0, 1);
  const common = <K extends 'product' | 'principal'>(field: K) =>
    others.every((f) => f[field] === first[field]) ? first[field] : null;
  const { account, region } = first;
  const resource = `${account} in ${region}`;
  return [finding({ ...first, product: common('product'), principal: common('principal'), resource })];
}

/** The other half's hop does not hold yet: said in plans, never alerted from here. */
export function waiting(where: Where, message: string): Finding {
  return finding({
    ...where,
    state: 'waiting',
    cause: 'waiting',
    message,
    remedy:
      'Nothing to do here: the other half of the path reports its own findings and starts this one when it is done.',
  });
}

/** Names in a sentence: a few in full, the rest counted. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Bytes of what can be pasted: a bucket policy with all that is in it has 20 KB, the inline policies of a role have 10. */
const MOST_PASTEABLE = 20_480;

/**
 * Permission statements that a person can paste into a role's or key's policy, never cut in the middle: where they are
 * too long, whole resources of statements that allow are left out, then whole statements, and how many is said.
 */
export function pasteable(document: object | readonly object[]): string {
  const text = JSON.stringify(document);
  if (byteLength(text) <= MOST_PASTEABLE) return text;
  const statements: readonly object[] = [document].flat();
  for (const most of [100, 30, 10, 3]) {
    const fewer = statements.map((statement) => withResources(statement, most));
    const left = sum(fewer.map((one) => one.left));
    const shorter = JSON.stringify(fewer.map((one) => one.statement));
    if (byteLength(shorter) <= MOST_PASTEABLE) return `${shorter} (and the same for ${left} more resources)`;
  }
  const first = statements.map((statement) => withResources(statement, 1).statement);
  const fit = fitting(first);
  const rest = `${statements.length - fit.length} more statements, ${byteLength(text)} bytes in all`;
  return fit.length === 0 ? `(${rest}: more than a policy holds)` : `${JSON.stringify(fit)} (and ${rest})`;
}

/** Less of what is allowed is safe to paste; of what is denied, or except from what, nothing is left out. */
function withResources(statement: object, most: number): { readonly statement: object; readonly left: number } {
  const { Effect, Resource } = statement as { readonly Effect?: unknown; readonly Resource?: unknown };
  if (Effect !== 'Allow' || !Array.isArray(Resource) || Resource.length <= most) return { statement, left: 0 };
  return { statement: { ...statement, Resource: Resource.slice(0, most) }, left: Resource.length - most };
}

/** As many from the first on as may be pasted. */
function fitting(statements: readonly object[]): readonly object[] {
  let bytes = 2;
  const tooMuch = statements.findIndex((one) => {
    bytes += byteLength(JSON.stringify(one)) + 1;
    return bytes > MOST_PASTEABLE;
  });
  return tooMuch === -1 ? statements : statements.slice(0, tooMuch);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
