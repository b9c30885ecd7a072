/** Grants by tag of ours that nobody wants any longer. */

import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { grantsSent } from '#core/ownership.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { EVERY } from '#core/tags/grants.ts';
import type { RevokeChange } from './change.ts';
import { withdrawals } from './withdrawals.ts';

interface TaggedWithdrawals {
  readonly hop: 'share' | 'grants';
  readonly account: string;
  readonly region: string;
  readonly entries: readonly Entry[];
  readonly desired: readonly DesiredGrant[];
  readonly listed: readonly ListedGrant[];
  /** Whether a catalog's grants by tag are to be judged here. */
  readonly isOurs: (catalog: string) => boolean;
}

/** Grants by tag of ours that the policy no longer names. */
export function taggedWithdrawals(question: TaggedWithdrawals): readonly RevokeChange[] {
  const { desired, entries, isOurs, ...rest } = question;
  const inScope = ({ resource }: Grant) =>
    (resource.type === 'tag-policy' || resource.type === 'tag') && isOurs(resource.catalog);
  const sent = grantsSent(entries);
  // Of a key's values some are desired no longer on their own, because more of them are: taking them would take part of that.
  const within = sent.filter((old) => desired.some(({ grant }) => isPartOf(old, grant)));
  const kept = [...desired, ...within.map((grant) => ({ grant, products: [] }))];
  return withdrawals({ ...rest, entries, desired: kept, undecided: new Set(), inScope });
}

function isPartOf(old: Grant, desired: Grant): boolean {
  const [a, b] = [old.resource, desired.resource];
  if (a.type !== 'tag' || b.type !== 'tag' || old.principal !== desired.principal) return false;
  if (a.catalog !== b.catalog || a.key !== b.key) return false;
  return b.values.includes(EVERY) || a.values.every((value) => b.values.includes(value));
}
