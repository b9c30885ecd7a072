/** Which accounts and Regions the policy is about. */

import { arnParts } from '#contracts/arn.ts';
import type { Catalog, Policy, Product } from '#contracts/policy.ts';
import { type Foundation, keysOf } from './constructs/member-permissions.ts';
import type { Needs } from './constructs/patterns.ts';

/** Ids of the accounts the policy names, sorted. */
export function accountIds(policy: Policy): readonly string[] {
  return [...new Set(policy.accounts.map((account) => account.id))].sort();
}

/** Of these, the ones the policy calls external, sorted. */
export function externalIds(policy: Policy): readonly string[] {
  return accountIds(policy).filter((id) => policy.accounts.some((account) => account.id === id && account.external));
}

/** Regions in which something happens in this account: those it lists (default: the hub's), its products' and its tags'. */
export function dataRegions(policy: Policy, id: string): readonly string[] {
  const listed = policy.accounts.filter((account) => account.id === id).flatMap((account) => account.regions ?? []);
  const concerned = policy.products.filter((product) => product.account === id || mayRead(product, id));
  const own = listed.length > 0 ? listed : [policy.hub.region];
  return [...new Set([...own, ...[...concerned, ...taggedFor(policy, id)].map(({ region }) => region)])].sort();
}

/** Which accounts parts of the organization have is not known while stacks are made: any may be among them. */
function mayRead({ audience, parts }: Product, id: string): boolean {
  return audience.includes(id) || parts.length > 0;
}

/** What is tagged in this account, or granted by tag to it or to somebody in it. */
function taggedFor({ tags, dataLocations }: Policy, id: string): readonly Catalog[] {
  const isAbout = (to: readonly string[]) => to.some((grantee) => grantee === id || arnParts(grantee)?.account === id);
  return [
    ...[...(tags?.catalogs ?? []), ...dataLocations].filter(({ account }) => account === id),
    ...[...(tags?.grants ?? []), ...dataLocations].filter(({ to }) => isAbout(to)),
  ];
}

/** What tag rules have to hear of, in one account and Region or anywhere. */
export function eventNeeds({ tags }: Policy, place?: Catalog): Needs {
  const rules = (tags?.rules ?? []).filter(
    ({ account, region }) => place === undefined || (account === place.account && region === place.region),
  );
  return {
    crawlers: rules.some(({ crawler }) => crawler !== null),
    workflows: rules.some(({ workflow }) => workflow !== null),
  };
}

/** Buckets and keys of this account that products lie in and whose policies we may write. */
export function managedStorage(policy: Policy, id: string): { buckets: readonly string[]; keys: readonly string[] } {
  const stores = policy.products.map((product) => product.storage).filter((storage) => storage.account === id);
  const managed = stores.filter((storage) => storage.bucketPolicy === 'manage');
  return {
    buckets: [...new Set(managed.map((storage) => storage.bucket))].sort(),
    keys: [...new Set(managed.flatMap((storage) => storage.key ?? []))].sort(),
  };
}

/** Buckets and keys of this account that products lie in, managed by us or not: read for every check. */
export function observedStorage(policy: Policy, id: string): { buckets: readonly string[]; keys: readonly string[] } {
  const stores = policy.products.map((product) => product.storage).filter((storage) => storage.account === id);
  return {
    buckets: [...new Set(stores.map((storage) => storage.bucket))].sort(),
    keys: [...new Set(stores.flatMap((storage) => storage.key ?? []))].sort(),
  };
}

/** What our roles need in this account for the lake's foundation, and only if the policy asks for it. */
export function foundationOf(policy: Policy, id: string): Foundation {
  const { defaults, createDatabase } = policy.settings;
  const registered = policy.products.filter(({ account, storage }) => account === id && storage.access !== 'iam');
  const wanted = registered.map(({ storage }) => storage.registration ?? 'service-linked');
  const shares = policy.products.some(
    ({ account, audience, parts }) => account === id && (audience.some((to) => to !== id) || parts.length > 0),
  );
  const tags = policy.tags?.catalogs.some(({ account }) => account === id) ?? false;
  return {
    tags,
    registrationRoles: [...new Set(wanted.filter((role) => role !== 'service-linked'))].sort(),
    serviceLinked: wanted.includes('service-linked'),
    // Who would lose what is told of accounts in which something is shared or tagged.
    identities: (defaults !== undefined || createDatabase !== undefined) && (shares || tags),
    catalogKeys: catalogKeys(policy, id),
  };
}

/** Keys of the account's own Data Catalog, and of the catalogs it reads from. */
function catalogKeys(policy: Policy, id: string): readonly string[] {
  const read = [...policy.products.filter((product) => mayRead(product, id)), ...taggedFor(policy, id)];
  const accounts = [...new Set([id, ...read.map(({ account }) => account)])].sort();
  const named = (one: string) => policy.accounts.find((account) => account.id === one)?.catalogKey;
  return accounts.map((one) => named(one) ?? keysOf(one));
}
