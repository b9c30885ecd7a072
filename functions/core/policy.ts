/** The policy with every name resolved, its hash, and which mode holds where. Pure. */

import { LakeError } from '#contracts/errors.ts';
import { sha256 } from '#contracts/hash.ts';
import { partitionOf } from '#contracts/names.ts';
import type { Mode, Policy, PolicyAccount, PolicyDocument, Product } from '#contracts/policy.ts';
import { pinOf, type Resolution, type StoredResolution } from '#contracts/resolution.ts';
import { sortedSet } from './collections.ts';
import { resolveAccounts } from './policy/accounts.ts';
import { accountsTold, partsMissing, partsUsed, resolveAudience, wholesTold } from './policy/audiences.ts';
import { findAccount, parseLocation } from './policy/names.ts';
import { resolveDataLocations, resolveTags } from './policy/resolve-tags.ts';
import { resolveSchedule } from './policy/schedule.ts';
import { accountWithId } from './policy-index.ts';

type ProductEntry = PolicyDocument['products'][string];

/** SHA-256, in hexadecimal, of the document as canonical JSON: keys sorted, so that their order in the file is nothing. */
export function policyHash(document: PolicyDocument): string {
  return sha256(canonical(document));
}

/**
 * Resolves a document that `checkPolicy` has nothing against. Without a resolution parts of the organization come to
 * nobody: so only while a file is judged or synthesized; what is in force is resolved by `resolvePinned`. A name that is no account throws: a policy stored by
 * other means than our own must not be half understood.
 */
export function resolvePolicy(document: PolicyDocument, hash: string, resolution: Resolution | null = null): Policy {
  const named = resolveAccounts(document);
  const accounts = [...named, ...accountsTold(named, resolution)];
  const products = Object.entries(document.products).map(([name, entry]) =>
    resolveProduct(document, { accounts, resolution }, name, entry),
  );
  return {
    hash,
    namespace: document.namespace,
    mode: document.mode,
    partition: partitionOf(document.hub.region),
    organization: document.organization,
    hub: document.hub,
    accounts,
    parts: partsUsed(document),
    wholes: wholesTold(resolution, { ...document.organization, partition: partitionOf(document.hub.region) }),
    departed: [],
    members: sortedSet(Object.keys(resolution?.names ?? {})),
    settings: document.settings,
    protectedPaths: sortedSet(document.roleProof.protectedPaths),
    products: products.sort(byName),
    tags: resolveTags(document, accounts, resolution),
    dataLocations: resolveDataLocations(document, accounts),
    limits: document.limits,
    reconcile: resolveSchedule(document),
    retention: document.retention,
    debounce: document.debounce,
    alerts: document.alerts,
  };
}

/** The policy that a run is pinned to. @throws PolicyInvalid when the resolution lacks a part that it is written with. */
export function resolvePinned(document: PolicyDocument, hash: string, stored: StoredResolution | null): Policy {
  const missing = partsMissing(document, stored?.resolution ?? null);
  if (missing.length > 0) {
    throw new LakeError('PolicyInvalid', {
      message: `policy ${hash} is for ${missing.join(', ')}, and which accounts that is has not been told`,
      remedy: 'deploy the hub again: it asks the organization before the policy is in force',
    });
  }
  // Whatever else is pinned is nothing to a policy that names its accounts.
  if (partsUsed(document).length === 0) return resolvePolicy(document, hash);
  const policy = resolvePolicy(document, pinOf(hash, stored?.hash ?? null), stored?.resolution ?? null);
  return { ...policy, departed: stored?.departed ?? [] };
}

/** Whether a product may be written in an account: only where neither says `report`. */
export function modeIn(policy: Policy, product: Product, account: string): Mode {
  return accountWithId(policy, account)?.mode === 'report' ? 'report' : product.mode;
}

function resolveProduct(
  document: PolicyDocument,
  { accounts, resolution }: { accounts: readonly PolicyAccount[]; resolution: Resolution | null },
  name: string,
  entry: ProductEntry,
): Product {
  const find = (accountName: string) => findAccount(accounts, accountName, `product ${name}`);
  const producer = find(entry.account);
  const database = entry.database.toLowerCase();
  const organization = { ...document.organization, partition: partitionOf(document.hub.region) };
  const audience = resolveAudience(entry.audience, { accounts, resolution, who: `product ${name}`, organization });
  return {
    name,
    mode: entry.mode ?? producer.mode ?? document.mode,
    account: producer.id,
    region: entry.region ?? document.hub.region,
    database,
    tables: entry.tables === 'all' ? 'all' : sortedSet(entry.tables.map((table) => table.toLowerCase())),
    exposure: entry.exposure,
    storage: resolveStorage(
      entry.storage,
      entry.storage.account === undefined ? producer : find(entry.storage.account),
    ),
    audience: audience.accounts,
    parts: audience.parts,
    wholes: audience.wholes,
    link: (entry.consumers.link ?? database).toLowerCase(),
    jobRoles: [...entry.consumers.jobRoles].sort((a, b) => (a.match + a.proof < b.match + b.proof ? -1 : 1)),
    // SELECT alone leaves the table invisible to GetTable, so DESCRIBE always comes with it.
    permissions: sortedSet([...entry.consumers.permissions, 'DESCRIBE' as const]),
  };
}

function resolveStorage(storage: ProductEntry['storage'], owner: PolicyAccount): Product['storage'] {
  const { bucket, prefix } = parseLocation(storage.location);
  return {
    bucket,
    prefix,
    account: owner.id,
    access: storage.access,
    registration: storage.registration,
    key: storage.key ?? null,
    bucketPolicy: storage.bucketPolicy,
    widen: storage.widen,
  };
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}

/** SHA-256, in hexadecimal, of a resolution as canonical JSON. */
export function resolutionHash(resolution: Resolution): string {
  return sha256(canonical(resolution));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
