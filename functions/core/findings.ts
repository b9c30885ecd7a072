/** Making findings. Same trouble, same key: that is how a finding is reported once and seen to recover. */

import type { Finding } from '#contracts/findings.ts';
import { shortHash } from '#contracts/hash.ts';
import type { Assessment } from './assessment.ts';
import type { Trouble } from './observed.ts';

type Draft = Omit<Finding, 'key' | 'principal' | 'aws' | 'product'> & {
  readonly product?: string | null;
  readonly principal?: string | null;
  readonly aws?: Finding['aws'];
  /** What tells this trouble from its like; the resource unless that text varies while the trouble stays. */
  readonly identity?: string;
};

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
  return { ...full, key: `${full.hop}.${full.cause}.${hash}` };
}

/** Where something was found: what every finding of one place has in common. */
export type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { readonly product?: string | null };

/** By the code of the error: what has its own remedy. Everything else is `not-readable`. */
export const UNREAD: Readonly<Record<string, string>> = {
  AccountNotEntered: 'account-not-entered',
  EncryptionDenied: 'key-denied',
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
    skipped: [...assessment.skipped, ...unknown.map(({ hop, product }) => ({ hop, product }))],
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

/** A permission statement a person can paste into a role's or key's policy. */
export function pasteable(document: unknown): string {
  return JSON.stringify(document);
}
