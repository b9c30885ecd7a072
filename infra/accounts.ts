/** Which accounts and Regions the policy is about. */

import type { Policy } from '#contracts/policy.ts';

/** Ids of the accounts the policy names, sorted. */
export function accountIds(policy: Policy): readonly string[] {
  return [...new Set(policy.accounts.map((account) => account.id))].sort();
}

/** Regions in which something happens in this account: those it lists (default: the hub's) and its products'. */
export function dataRegions(policy: Policy, id: string): readonly string[] {
  const listed = policy.accounts.filter((account) => account.id === id).flatMap((account) => account.regions ?? []);
  const concerned = policy.products.filter((product) => product.account === id || product.audience.includes(id));
  const own = listed.length > 0 ? listed : [policy.hub.region];
  return [...new Set([...own, ...concerned.map((product) => product.region)])].sort();
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
