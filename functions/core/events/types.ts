/** What an event asks for: a place to look at, never a thing to do. */

import type { Envelope } from '#contracts/events.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { Scope, Wake } from '#contracts/steps.ts';
import { sortedSet, sortedSetBy } from '../collections.ts';

/** Something only a call can tell; the handler makes it with the reader's rights and asks again. */
export type Lookup =
  /** What a crawler fills. */
  | (Catalog & { readonly kind: 'crawler'; readonly crawler: string })
  /** Which of the workflows so named (names or patterns) have this crawler or job in their graph. */
  | (Catalog & {
      readonly kind: 'workflows';
      readonly node: { readonly kind: 'crawler' | 'job'; readonly name: string };
      readonly named: readonly string[];
    })
  /** Whether a database is somebody's link. */
  | (Catalog & { readonly kind: 'database'; readonly database: string })
  /** Which databases a catalog has: those that rules about these workflows may concern; null: any rule. */
  | (Catalog & { readonly kind: 'databases'; readonly workflows: readonly string[] | null });

/** What a lookup's call told. `untold`: it could not be made, so all that could be meant is looked at. */
export type Found =
  | { readonly kind: 'unavailable' }
  /** Null: no such crawler, or one that fills no database. */
  | { readonly kind: 'crawler'; readonly database: string | null }
  | { readonly kind: 'workflows'; readonly names: readonly string[] }
  /** Null: there is none of this name, or none any more. */
  | { readonly kind: 'database'; readonly isLink: boolean | null }
  /** Without links. */
  | { readonly kind: 'databases'; readonly names: readonly string[] };

export type Route =
  | { readonly kind: 'ignore'; readonly why: string }
  | { readonly kind: 'scopes'; readonly scopes: readonly Wake[] }
  /** `scopes` are looked at whatever the lookups tell. */
  | { readonly kind: 'lookup'; readonly scopes: readonly Wake[]; readonly lookups: readonly Lookup[] };

/** One file per event type makes one of these. `standing`: scopes that the policy names no longer, where something of ours stands. */
export type EventRoute = (event: Envelope, policy: Policy, standing: readonly Scope[]) => Route;

/** Nothing to run, and why. */
export function ignore(why: string): Route {
  return { kind: 'ignore', why };
}

/** What has to be read before it can be said which scopes an event is about. */
export function lookFor(...lookups: readonly Lookup[]): Route {
  return { kind: 'lookup', scopes: [], lookups };
}

/** Scopes in one order and each once, whatever order the policy has; without any there is a reason to say. */
export function scopesOr(scopes: readonly Wake[], why: string): Route {
  return scopes.length === 0 ? ignore(why) : { kind: 'scopes', scopes: eachOnce(scopes) };
}

/** Several answers as one: what any of them wants looked at. */
export function mergeRoutes(...routes: readonly Route[]): Route {
  const scopes = eachOnce(routes.flatMap((route) => (route.kind === 'ignore' ? [] : route.scopes)));
  const lookups = eachOnce(routes.flatMap((route) => (route.kind === 'lookup' ? route.lookups : [])));
  if (lookups.length > 0) return { kind: 'lookup', scopes, lookups };
  const reasons = routes.flatMap((route) => (route.kind === 'ignore' ? [route.why] : []));
  return scopesOr(scopes, sortedSet(reasons).join('; '));
}

function eachOnce<T>(all: readonly T[]): readonly T[] {
  return sortedSetBy(all, (one) => JSON.stringify(one));
}
