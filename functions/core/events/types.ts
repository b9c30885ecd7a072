/** What an event asks for: a place to look at, never a thing to do. */

import type { Envelope } from '#contracts/events.ts';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';

/** Something only a call can tell; the handler makes it with the reader's rights and asks again. */
export interface Lookup {
  readonly crawler: string;
  readonly account: string;
  readonly region: string;
}

export type Route =
  | { readonly kind: 'ignore'; readonly why: string }
  | { readonly kind: 'scopes'; readonly scopes: readonly Scope[] }
  | { readonly kind: 'lookup'; readonly lookup: Lookup };

/** One file per event type makes one of these. */
export type EventRoute = (event: Envelope, policy: Policy) => Route;

export function ignore(why: string): Route {
  return { kind: 'ignore', why };
}

/** Scopes in one order and each once, whatever order the policy has; without any there is a reason to say. */
export function scopesOr(scopes: readonly Scope[], why: string): Route {
  const unique = new Map(scopes.map((scope) => [JSON.stringify(scope), scope]));
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope);
  return sorted.length === 0 ? ignore(why) : { kind: 'scopes', scopes: sorted };
}

/** Scopes of the products of one account and Region, all databases or the one named (any case: Glue folds names). */
export function publishScopes(
  policy: Policy,
  place: { account: string; region: string; database?: string },
): PublishScope[] {
  const database = place.database?.toLowerCase();
  return policy.products
    .filter((product) => product.account === place.account && product.region === place.region)
    .filter((product) => database === undefined || product.database === database)
    .map(({ account, region, database: name }) => ({ half: 'publish', account, region, database: name }));
}
