/** Grants and revocations as Lake Formation takes them: up to twenty in one call, one call at a time. */

import { BATCH, type grantBatch, type revokeBatch } from '#aws/grants.ts';
import { isAccountId } from '#contracts/arn.ts';
import { isLakeError } from '#contracts/errors.ts';
import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import type { Aspect } from '#contracts/observation.ts';
import type { Policy } from '#contracts/policy.ts';
import type { ChangeWriter, WriteSession } from '#engine/change-writer.ts';
import type { GrantChange } from './grant/change.ts';
import { SHARE_OUTWARD, WRITE_GRANTS } from './grant/permissions.ts';
import type { RevokeChange } from './revoke/change.ts';

/**
 * AWS takes no two grants to one principal at once (G-L1), and two databases of one account are shared with the same
 * consumers: one batch at a time per granting account and Region. Longer than one call with its retries.
 */
const LEASE_MS = 2 * 60_000;

type Permission = GrantChange | RevokeChange;

/** What both kinds have in common; `send` is the call. */
export function permissionWriter(send: typeof grantBatch | typeof revokeBatch): Omit<ChangeWriter<Permission>, 'kind'> {
  return {
    permissions: { role: 'Operator', rows: [...WRITE_GRANTS, ...SHARE_OUTWARD] },
    // Lake Formation keeps a RAM share for what leaves the account.
    alters: (change) => ['grants', ...(isOutward(change) ? ['shares' as const] : []), ...openOf(change)],
    session: sessionOf,
    batch: {
      key: (change) => `${change.account}/${change.region}/${change.hop}/${isOutward(change)}`,
      most: () => BATCH,
    },
    repeats: true,
    write: async ({ clients, turn, withLease }, changes) => {
      const [first] = changes;
      if (first === undefined) return [];
      const { account, region } = first;
      await turn();
      const grants = changes.map(({ grant }) => grant);
      const lease = { key: `grants/${account}/${region}`, ms: LEASE_MS };
      const results = await withLease(lease, () => send(clients, account, grants));
      return results.map((error, i) =>
        isGone(changes[i]) && isLakeError(error, 'Missing', 'NotVisible') ? null : error,
      );
    },
  };
}

/** Its resource may be gone with it. */
function isGone(change: Permission | undefined): boolean {
  return change?.kind === 'revoke' && change.gone === true;
}

function sessionOf(change: Permission, _policy: Policy): WriteSession {
  return { role: 'Operator', rows: isOutward(change) ? [...WRITE_GRANTS, ...SHARE_OUTWARD] : WRITE_GRANTS };
}

/** What everybody whom IAM lets may do is listed for itself. */
export function openOf({ grant: { principal } }: Permission): readonly Aspect[] {
  return principal === IAM_ALLOWED_PRINCIPALS ? ['open-grants'] : [];
}

/** To another account, or the organization: Lake Formation calls RAM, Glue and Organizations with our rights. */
function isOutward({ grant: { principal }, account }: Permission): boolean {
  if (isAccountId(principal)) return principal !== account;
  const [, , service, , owner = ''] = principal.split(':');
  return service === 'organizations' || (owner !== '' && owner !== account);
}
