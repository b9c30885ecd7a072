/**
 * From grants to accounts to one grant to the part of the organization that they are in, and back, without a gap: the new
 * one is made, seen by another run than the one that made it, and only then the old ones are withdrawn.
 */

import type { RevokeChange } from '#changes/revoke/change.ts';
import { isOrganizationPart } from '#contracts/arn.ts';
import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import { mayStand } from '#core/ownership.ts';
import { covers, type DesiredGrant, grantText, heldBy, resourceText } from '#core/permissions.ts';
import { wholesShared } from '#core/wholes.ts';

interface MovesQuestion {
  readonly products: readonly Product[];
  readonly entries: readonly Entry[];
  readonly desired: readonly DesiredGrant[];
  readonly listed: readonly ListedGrant[];
  readonly execution: string;
}

interface Moves {
  /** What nobody wants as such, and stays until what replaces it is seen. */
  readonly waiting: readonly DesiredGrant[];
  /** A withdrawal, which takes nothing from an account that has the same by the part it is in. */
  told(change: RevokeChange): RevokeChange;
}

/** Which grants of ours stay for now though nobody wants them as such, and how a withdrawal that replaces one is told. */
export function movesOf({ products, entries, desired, listed, execution }: MovesQuestion): Moves {
  const wanted = Map.groupBy(desired, ({ grant }) => resourceText(grant.resource));
  const made = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'grant' && entry.execution === execution ? [grantText(entry.sent)] : [],
    ),
  );
  const isSeen = ({ grant }: DesiredGrant) => {
    const held = heldBy(listed, grant.principal, grant.resource);
    const isThere = covers(held.permissions, grant.permissions) && covers(held.grantable, grant.grantable);
    return isThere && !made.has(grantText(grant));
  };
  const isReplaced = ({ principal, resource }: Grant) => coversAccount(products, wanted, principal, resource);
  const waiting = entries.flatMap((entry): readonly DesiredGrant[] => {
    if (entry.kind !== 'grant' || !mayStand(entry)) return [];
    const { sent } = entry;
    const instead = wanted.get(resourceText(sent.resource)) ?? [];
    if (instead.length === 0 || instead.some(({ grant }) => grant.principal === sent.principal)) return [];
    if (!isOrganizationPart(sent.principal) && !isReplaced(sent)) return [];
    return instead.every(isSeen) ? [] : [{ grant: sent, products: entry.products }];
  });
  const told = (change: RevokeChange): RevokeChange =>
    isReplaced(change.grant) ? { ...change, effect: 'neutral', replaced: true, empties: [] } : change;
  return { waiting, told };
}

/** Whether a part that an account is in is to be granted the resource. */
function coversAccount(
  products: readonly Product[],
  wanted: ReadonlyMap<string, readonly DesiredGrant[]>,
  account: string,
  resource: Grant['resource'],
): boolean {
  const grantees = new Set((wanted.get(resourceText(resource)) ?? []).map(({ grant }) => grant.principal));
  return products.some((product) =>
    wholesShared(product).some(({ principal, accounts }) => grantees.has(principal) && accounts.includes(account)),
  );
}
