/** Principal and NotPrincipal of a resource's document, in every form they are found in (G-B6). */

import { arnParts, nameIn } from '#contracts/arn.ts';
import type { Claim } from './claim.ts';
import { anyOf, no, untold, yes } from './claim.ts';
import { asTexts, isMembers } from './document.ts';
import { matches } from './pattern.ts';
import type { Principal } from './request.ts';

/**
 * How a document reaches the principal. By its `account` it only delegates: the account's own policies must allow too.
 * `everyone` needs telling apart from `direct` because of permissions boundaries.
 */
export type Reach = 'direct' | 'everyone' | 'account';

export interface Named {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`. */
  readonly kind: string;
  readonly id: string;
}

interface Hit extends Claim {
  readonly reach: Reach;
}

/** Everybody a Principal member names; null when it can't be read. A bare text is an AWS principal. */
export function namedIn(member: unknown): readonly Named[] | null {
  if (typeof member === 'string') return [{ kind: 'AWS', id: member }];
  if (!isMembers(member)) return null;
  const named = Object.entries(member).map(([kind, ids]) => asTexts(ids)?.map((id) => ({ kind, id })) ?? null);
  return named.every((list) => list !== null) ? named.flat() : null;
}

/** Whether a statement's Principal means this caller. */
export function principalClaim(member: unknown, principal: Principal, reach: Reach): Claim {
  const named = namedIn(member);
  if (named === null) return untold("its Principal can't be read");
  const hits = named.map((one) => hitOf(one, principal)).filter((hit) => hit.reach === reach);
  return anyOf(hits, `it does not name ${principal.arn}`);
}

/**
 * NotPrincipal spares a role for certain only if session, role and account are all named, and a session's name is not
 * known here: whoever is named in any way is untold, everybody else is meant.
 */
export function notPrincipalClaim(member: unknown, principal: Principal): Claim {
  const named = namedIn(member);
  if (named === null) return untold("its NotPrincipal can't be read");
  const hits = named.map((one) => hitOf(one, principal));
  if (hits.some((hit) => hit.holds && hit.reach === 'everyone')) return no('its NotPrincipal spares everyone');
  if (principal.type === 'service' && hits.some((hit) => hit.holds))
    return no(`its NotPrincipal spares ${principal.arn}`);
  if (hits.some((hit) => hit.holds !== false)) return untold('whom its NotPrincipal spares depends on the session');
  return yes(`its NotPrincipal does not spare ${principal.arn}`);
}

function hitOf({ kind, id }: Named, principal: Principal): Hit {
  switch (kind) {
    case 'AWS':
      return awsHit(id, principal);
    case 'Service':
      return { ...serviceClaim(id, principal), reach: 'direct' };
    case 'Federated':
      return { ...no('a federated user is no role'), reach: 'direct' };
    default:
      return { ...untold(`whom ${kind} ${id} means can't be told`), reach: 'direct' };
  }
}

function awsHit(id: string, principal: Principal): Hit {
  if (id === '*') return { ...yes('it names everyone'), reach: 'everyone' };
  if (principal.type === 'service') return { ...no('a service is no AWS principal'), reach: 'direct' };
  const partition = arnParts(principal.arn)?.partition;
  if (id === principal.account || id === `arn:${partition}:iam::${principal.account}:root`) {
    return {
      ...yes(`it names account ${principal.account}`),
      reach: principal.type === 'account' ? 'direct' : 'account',
    };
  }
  return { ...identityClaim(id, principal), reach: 'direct' };
}

function identityClaim(id: string, principal: Principal): Claim {
  if (id === principal.arn) return yes(`it names ${id}`);
  // AWS shows a unique id only of what no longer exists (G-B4): of a role that does, it would show the ARN.
  if (id === principal.uniqueId) return yes(`it names ${id}`);
  if (isSessionOf(id, principal)) return untold(`it names the session ${id} and the name of the session is not known`);
  if (/[*?]/.test(id) && matches(id, principal.arn)) return untold(`AWS takes no wildcards in a principal: ${id}`);
  return no(`it names ${id}`);
}

/** `arn:aws:sts::<account>:assumed-role/<name without path>/<session>` */
function isSessionOf(id: string, principal: Principal): boolean {
  const { type, arn, account } = principal;
  const partition = arnParts(arn)?.partition;
  return type === 'role' && id.startsWith(`arn:${partition}:sts::${account}:assumed-role/${nameIn(arn)}/`);
}

function serviceClaim(id: string, principal: Principal): Claim {
  if (principal.type !== 'service') return no(`it names the service ${id}`);
  if (id === '*') return untold('AWS takes no wildcards in a service');
  return id === principal.service ? yes(`it names ${id}`) : no(`it names the service ${id}`);
}
