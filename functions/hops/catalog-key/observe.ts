import { arnParts } from '#contracts/arn.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { KeyFacts } from '#core/facts.ts';
import { known, type Observed, unknown } from '#core/observed.ts';
import type { Reads } from '#engine/query.ts';
import { CATALOG_ENCRYPTION, KEY } from '../queries.ts';

/** The key with which a Data Catalog is encrypted, where its callers need it. */
export interface CatalogKey {
  /** ARN of the key or alias that the catalog's settings name; null: the key that AWS manages. */
  readonly named: string | null;
  /** Whose it is. */
  readonly owner: string;
  /** Known and null: there is no such key. */
  readonly facts: Observed<KeyFacts | null>;
}

/** Null: the catalog is not encrypted, or Glue uses a role of its own for it, and nobody needs a key. */
export async function observeCatalogKey(
  read: Reads,
  policy: Policy,
  { account, region }: Catalog,
): Promise<Observed<CatalogKey | null>> {
  const encryption = await read.in(account, region).ask(CATALOG_ENCRYPTION, {});
  if (!encryption.known) return encryption;
  const { mode, key } = encryption.value;
  if (mode !== 'SSE-KMS') return known(null);
  const named = key === null ? null : keyArn(policy, { account, region }, key);
  const owner = arnParts(named ?? '')?.account ?? account;
  return known({ named, owner, facts: await factsOf(read, policy, { named, owner, region }) });
}

/** Settings hold what somebody wrote there: an ARN, an alias or an id. */
function keyArn({ partition }: Policy, { account, region }: Catalog, key: string): string {
  if (key.startsWith('arn:')) return key;
  return `arn:${partition}:kms:${region}:${account}:${key.startsWith('alias/') ? key : `key/${key}`}`;
}

/** A key's policy is shown to its own account only. */
async function factsOf(
  read: Reads,
  policy: Policy,
  { named, owner, region }: { readonly named: string | null; readonly owner: string; readonly region: string },
): Promise<Observed<KeyFacts | null>> {
  if (!policy.accounts.some(({ id }) => id === owner))
    return unknown({ code: 'NotVisible', message: `account ${owner} has no name in the policy` });
  return read.in(owner, arnParts(named ?? '')?.region ?? region).ask(KEY, { key: named ?? 'alias/aws/glue' });
}
