/**
 * From grants to accounts to one grant to the part of the organization that they are in, and back, without a gap: the new
 * one is made, seen by another run than the one that made it, and only then the old ones are withdrawn.
 */

import type { RevokeChange } from '#changes/revoke/change.ts';
import { isOrganizationPart } from '#contracts/arn.ts';
import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy, Product, Whole } from '#contracts/policy.ts';
import { mayStand } from '#core/ownership.ts';
import { covers, type DesiredGrant, grantText, heldBy, resourceText } from '#core/permissions.ts';
import { wholesShared } from '#core/wholes.ts';

interface MovesQuestion {
  readonly policy: Pick<Policy, 'wholes' | 'limits'>;
  readonly products: readonly Product[];
  readonly entries: readonly Entry[];
  readonly desired: readonly DesiredGrant[];
  readonly listed: readonly ListedGrant[];
  readonly execution: string;
}

interface Moves {
  /** What nobody wants as such, and stays until what replaces it is seen. */
  readonly waiting: readonly DesiredGrant[];
  /**
   * A withdrawal, which takes nothing from an account that has the same by the part it is in; and from a part, however
   * little it looks, takes it from as many accounts as it has.
   */
  told(change: RevokeChange): RevokeChange;
}

/** Which grants of ours stay for now though nobody wants them as such, and how a withdrawal that replaces one is told. */
export function movesOf({ policy, products, entries, desired, listed, execution }: MovesQuestion): Moves {
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
  const told = (change: RevokeChange): RevokeChange => {
    if (isReplaced(change.grant)) return { ...change, effect: 'neutral', replaced: true, empties: [] };
    if (change.gone === true || !isOrganizationPart(change.grant.principal)) return change;
    const staying = wanted.get(resourceText(change.grant.resource)) ?? [];
    const asks = asksFor(change.grant, policy, holdersOf(change.grant, { policy, staying, listed }));
    return asks === null ? change : { ...change, asks };
  };
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

/** Accounts that have the same as a grant by what is still wanted and is there already. */
function holdersOf(
  { resource, permissions }: Grant,
  { policy, staying, listed }: Pick<MovesQuestion, 'policy' | 'listed'> & { readonly staying: readonly DesiredGrant[] },
): ReadonlySet<string> {
  const covering = staying.filter(
    ({ grant }) =>
      covers(grant.permissions, permissions) &&
      covers(heldBy(listed, grant.principal, resource).permissions, permissions),
  );
  return new Set(covering.flatMap(({ grant }) => partCalled(policy, grant.principal)?.accounts ?? [grant.principal]));
}

/** Why a person is asked before a part of the organization loses a grant (law 10); null: few enough accounts lose it. */
function asksFor(
  { principal, resource }: Grant,
  policy: MovesQuestion['policy'],
  holders: ReadonlySet<string>,
): string | null {
  const part = partCalled(policy, principal);
  const what = `${resourceText(resource)} from ${principal}`;
  if (part === undefined) return `${what}, of which it is not known any longer which accounts it has`;
  const owner = 'catalog' in resource ? resource.catalog : null;
  const accounts = part.accounts.filter((account) => account !== owner);
  const lost = accounts.filter((account) => !holders.has(account)).length;
  const isMuch = lost > policy.limits.withdraw.accounts || lost * 2 > accounts.length;
  return isMuch ? `${what}, by which ${lost} of its ${accounts.length} accounts lose it` : null;
}

function partCalled({ wholes }: MovesQuestion['policy'], called: string): Whole | undefined {
  return wholes.find(({ principal }) => principal === called);
}
