/** What a scope may do, and what the ledger knows of where it does it. */

import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Action, Finding } from '#core/actions.ts';
import { endsEntry } from '#core/entries.ts';
import { modeIn } from '#core/policy.ts';
import { brakeRetags, retags } from '#core/retags.ts';
import { tagCatalogsFor } from '#core/wanted.ts';
import { brake, CONFIRMED_FOR_MS, withdrawalHash } from '#core/withdraw.ts';
import type { WalkContext } from './context.ts';

/** What the ledger has on every account and Region a scope's actions may touch. */
export async function entriesOf(ctx: WalkContext, scope: Scope): Promise<readonly Entry[]> {
  const places = new Map([[`${scope.account}/${scope.region}`, { account: scope.account, region: scope.region }]]);
  for (const product of ctx.policy.products) {
    if (scope.half === 'publish' && product.account === scope.account && product.database === scope.database) {
      places.set(`${product.storage.account}/${product.region}`, {
        account: product.storage.account,
        region: product.region,
      });
    }
    if (scope.half === 'onboard' && product.audience.includes(scope.account)) {
      places.set(`${scope.account}/${product.region}`, { account: scope.account, region: product.region });
    }
  }
  for (const { region } of scope.half === 'onboard' ? tagCatalogsFor(ctx.policy, scope) : [])
    places.set(`${scope.account}/${region}`, { account: scope.account, region });
  const lists = await Promise.all([...places.values()].map((place) => ctx.ledger.entries(place.account, place.region)));
  return lists.flat();
}

/**
 * Done only where policy, product and account all say `enforce` (law 11): what opens, for one product that does; what
 * takes back or puts back, if none says otherwise. A product the policy no longer names says nothing: its account and neighbours do.
 */
export function isEnforced(ctx: Pick<WalkContext, 'policy'>, action: Action): boolean {
  const { policy } = ctx;
  // Nobody's product: tags, data locations and account-wide settings go by their account, or the policy's own mode.
  const ofAccount = (policy.accounts.find(({ id }) => id === action.account)?.mode ?? policy.mode) === 'enforce';
  if (action.products.length === 0) return ofAccount;
  const enforced = (product: Product) => modeIn(policy, product, action.account) === 'enforce';
  const owners = policy.products.filter((product) => action.products.includes(product.name));
  if (!endsEntry(action)) return owners.some(enforced);
  if (owners.length > 0) return owners.every(enforced);
  const neighbours = policy.products.filter((product) => isOn(product, action));
  return ofAccount && (neighbours.length === 0 || neighbours.some(enforced));
}

function isOn(product: Product, action: Action): boolean {
  if (action.kind === 'reopen-table-defaults') {
    return product.account === action.account && product.database === action.database;
  }
  const resource = 'grant' in action ? action.grant.resource : null;
  if (resource === null || !('database' in resource)) return false;
  return product.account === resource.catalog && product.database === resource.database;
}

interface Braked {
  readonly actions: readonly Action[];
  readonly findings: readonly Finding[];
}

/** Withdrawals, hop by hop as stages do them, only as far as the brake lets them or a person has confirmed exactly these. */
export async function withBrake(
  ctx: WalkContext,
  actions: readonly Action[],
  entries: readonly Entry[],
): Promise<Braked> {
  const hops = [...Map.groupBy(actions, ({ hop }) => hop).values()];
  const isConfirmed = async (hash: string) => {
    const confirmed = await ctx.ledger.confirmation(hash);
    return confirmed !== null && ctx.now() - confirmed.at < CONFIRMED_FOR_MS;
  };
  const braked = await Promise.all(
    hops.map(async (ofHop): Promise<Braked> => {
      const retagged = brakeRetags(ctx.policy, ofHop, entries, await confirmedOf(retagHashes(ofHop), isConfirmed));
      const judged = brake(ctx.policy, retagged.actions, entries, false);
      if (judged.finding === null) return retagged;
      return (await isConfirmed(withdrawalHash(retagged.actions)))
        ? retagged
        : { actions: judged.actions, findings: [...retagged.findings, judged.finding] };
    }),
  );
  return { actions: braked.flatMap((b) => b.actions), findings: braked.flatMap((b) => b.findings) };
}

function retagHashes(actions: readonly Action[]): readonly string[] {
  return retags(actions).map(({ hash }) => hash);
}

async function confirmedOf(
  hashes: readonly string[],
  isConfirmed: (hash: string) => Promise<boolean>,
): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(hashes.map(isConfirmed));
  return new Set(hashes.filter((_, i) => answers[i]));
}
