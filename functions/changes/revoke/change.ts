/** A Lake Formation grant that is taken back, ours or that of IAM_ALLOWED_PRINCIPALS. */

import type { Grant } from '#contracts/lake-formation.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import type { EntryRecord } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';
import { aboutGrant, isOn } from '../grant/change.ts';

export interface RevokeChange extends Change {
  readonly kind: 'revoke';
  readonly grant: Grant;
  readonly reason: 'exposure' | 'link-exposure' | 'withdrawal';
  /** Products of which this withdrawal, with those beside it, leaves nothing: the brake asks. */
  readonly empties?: readonly string[];
  /** What of the grant is still wanted, and stands afterwards. */
  readonly keeps?: Grant;
  /** A revocation was sent that nobody has seen the end of, and AWS lists the grant no longer. */
  readonly gone?: true;
  /** The account has the same as one of a part of the organization: nobody loses anything. */
  readonly replaced?: boolean;
  /** Why a person is asked, however little it is beside the rest. */
  readonly asks?: string;
  /** Who loses what by it today, in words. */
  readonly loses?: string;
}

export function isRevoke(change: Change): change is RevokeChange {
  return change.kind === 'revoke';
}

/** Whether a change takes back what we granted. */
export function isWithdrawal(change: Change): boolean {
  return isRevoke(change) && change.reason === 'withdrawal';
}

export const revokeChange: ChangeKind<RevokeChange> = {
  kind: 'revoke',
  operation: 'remove',
  subject: ({ grant }) => resourceText(grant.resource),
  text: ({ grant, loses, gone, replaced }) => {
    if (gone)
      return `forget ${grant.permissions.join(', ')} on ${resourceText(grant.resource)} of ${grant.principal}: revoked already`;
    const why = replaced === true ? 'it has the same as one of the organization' : loses;
    const lost = why === undefined ? '' : ` (${why})`;
    return `revoke ${grant.permissions.join(', ')} on ${resourceText(grant.resource)} from ${grant.principal}${lost}`;
  },
  principal: ({ grant }) => grant.principal,
  ends: isWithdrawal,
  remains: ({ keeps }, entry) => (keeps === undefined || entry.kind !== 'grant' ? null : { ...entry, sent: keeps }),
  rank: 1,
  touches: ({ grant }, product) => isOn(grant, product),
  // What is gone already was let pass when it was sent; of what is replaced nobody loses anything.
  takes: (change) =>
    isWithdrawal(change) && !change.gone && change.replaced !== true
      ? {
          weight: 1,
          empties: change.empties ?? [],
          without: null,
          ...(change.asks === undefined ? {} : { asks: change.asks }),
        }
      : null,
  record: recordOf,
};

function recordOf(change: RevokeChange): EntryRecord {
  const { grant } = change;
  const before = Object.fromEntries(grant.permissions.map((permission) => [permission, 'theirs' as const]));
  // What undoes a grant is about the entry of that grant.
  const kind = isWithdrawal(change) ? ('grant' as const) : ('revoke' as const);
  return { kind, ...aboutGrant(grant), before, inverse: null };
}
