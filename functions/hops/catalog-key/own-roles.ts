/** Whether our own roles may use the key of a catalog, as far as key policy, settings and our policy tell. */

import { isAccountId } from '#contracts/arn.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { KeyFacts } from '#core/facts.ts';
import { finding, pasteable, type Where } from '#core/findings.ts';
import { accountWithId } from '#core/policy-index.ts';
import { nameOfAccount } from '#core/selectors.ts';
import type { CatalogKey } from './observe.ts';
import { mayUse, throughGlue } from './use.ts';
import { atCatalog } from './where.ts';

export interface OwnRolesQuestion {
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly key: CatalogKey;
  /** ARNs of our roles in the catalog's account. */
  readonly reader: string;
  readonly operator: string;
}

/** What a reader and what a writer of an encrypted catalog needs of its key. */
export const READS = ['kms:Decrypt'];
export const WRITES = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

/** At most one: a key that is gone or disabled is nobody's, and which one it is comes before who may use it. */
export function ownRolesFinding(question: OwnRolesQuestion): Finding | null {
  const { catalog, key } = question;
  const where = atCatalog(catalog);
  if (key.facts.known && (key.facts.value === null || !key.facts.value.enabled)) return unusable(where, key);
  if (key.facts.known && key.facts.value?.managedByAws) return null;
  return notNamed(where, question) ?? closed(where, question);
}

function unusable(where: Where, { named, facts }: CatalogKey): Finding {
  const key = facts.known ? facts.value : null;
  const gone = key === null;
  return finding({
    ...where,
    state: 'broken',
    cause: 'catalog-key-unusable',
    message: `the Data Catalog is encrypted with key ${named}, which ${gone ? 'does not exist' : 'is disabled'}: nobody can read it`,
    remedy: gone
      ? `Restore the key (a deletion can be cancelled while it is pending), or encrypt the catalog of ${where.account} with another one in Glue > Data Catalog settings.`
      : `Enable it: aws kms enable-key --key-id ${key.arn}`,
  });
}

/** Our roles may use keys of their own account, or the one that the policy names for it. */
function notNamed(where: Where, { policy, catalog, key }: OwnRolesQuestion): Finding | null {
  const account = accountWithId(policy, catalog.account);
  const arn = key.facts.known ? (key.facts.value?.arn ?? null) : key.named;
  const allowed = account?.catalogKey === undefined ? key.owner === catalog.account : account.catalogKey === arn;
  if (allowed || arn === null || isAccountId(arn)) return null;
  const name = nameOfAccount(policy, catalog.account);
  const instead = account?.catalogKey === undefined ? `a key of account ${key.owner}` : `not ${account.catalogKey}`;
  return finding({
    ...where,
    state: 'broken',
    cause: 'catalog-key-not-named',
    message: `the Data Catalog is encrypted with ${arn}, ${instead}: our roles there have no right to it`,
    remedy: `Write accounts.${name}: { id: "${catalog.account}", catalogKey: "${arn}" }, and deploy the member stack of ${catalog.account} and of the accounts that read from it.`,
  });
}

function closed(where: Where, question: OwnRolesQuestion): Finding | null {
  const { policy, catalog, key, reader, operator } = question;
  if (!key.facts.known || key.facts.value === null) return null;
  const facts: KeyFacts = key.facts.value;
  const lacks = [
    ...READS.map((action) => ({ role: reader, action })),
    ...WRITES.map((action) => ({ role: operator, action })),
  ].filter(({ role, action }) => mayUse({ policy, catalog, key: facts, role, action }) === 'denied');
  const [first] = lacks;
  if (first === undefined) return null;
  const statements = [reader, operator].flatMap((role) => {
    const actions = lacks.filter((lack) => lack.role === role).map(({ action }) => action);
    return actions.length === 0 ? [] : [throughGlue({ AWS: role }, actions)];
  });
  return finding({
    ...where,
    state: 'broken',
    cause: 'catalog-key-closed',
    message: `the policy of key ${facts.arn}, with which the Data Catalog is encrypted, does not let our roles use it`,
    remedy: `Add to the key's policy: ${pasteable(statements)}`,
  });
}
