/** Whether consumers may use the key of the catalog that is shared with them. The key's owner decides, nobody else can. */

import type { Finding } from '#contracts/findings.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { KeyFacts } from '#core/facts.ts';
import { finding, listed, pasteable } from '#core/findings.ts';
import { mayUse, throughGlue } from './use.ts';
import { atCatalog } from './where.ts';

export interface ConsumersQuestion {
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly key: KeyFacts;
  /** By account id, ARNs of those that read there: our reader, and a role as products describe them. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** Pattern of our operators' ARNs, any account's. */
  readonly operators: string;
}

/** Ids of accounts of which somebody is refused, sorted. */
export function closedTo({ policy, catalog, key, readers }: ConsumersQuestion): readonly string[] {
  const refused = (role: string) => mayUse({ policy, catalog, key, role, action: 'kms:Decrypt' }) === 'denied';
  return [...readers].flatMap(([account, roles]) => (roles.some(refused) ? [account] : [])).sort();
}

/** A key managed by AWS opens to no other account. */
export function notShareable(catalog: Catalog): Finding {
  return finding({
    ...atCatalog(catalog),
    state: 'broken',
    cause: 'catalog-key-not-shareable',
    message: 'the Data Catalog is encrypted with the AWS managed Glue key, which other accounts can never use',
    remedy:
      'Encrypt the Data Catalog with a customer managed key whose policy lets the consumer accounts decrypt through Glue.',
  });
}

/** Of more accounts than this a statement names the organization. */
const MOST_NAMED = 20;

/** The finding that names these accounts, with the statements to add. */
export function closedToConsumers(question: ConsumersQuestion, accounts: readonly string[]): Finding {
  const { policy, catalog, key, operators } = question;
  const roots = accounts.map((id) => `arn:${policy.partition}:iam::${id}:root`);
  const few = accounts.length <= MOST_NAMED;
  const principal = few ? { AWS: roots } : { AWS: '*' };
  const inside = few ? {} : { StringEquals: { 'aws:PrincipalOrgID': policy.organization.id } };
  const statements = [
    throughGlue(principal, ['kms:Decrypt'], inside),
    // Passing on what was shared counts as writing.
    throughGlue(principal, ['kms:Encrypt', 'kms:GenerateDataKey'], {
      ...inside,
      ArnLike: { 'aws:PrincipalArn': operators },
    }),
  ];
  return finding({
    ...atCatalog(catalog),
    state: 'broken',
    cause: CLOSED_TO_CONSUMERS,
    message: `the policy of key ${key.arn}, with which the Data Catalog is encrypted, does not let ${listed(accounts)} read what is shared with them`,
    remedy: `Add to the key's policy: ${pasteable(statements)}. The next run of each goes on from there.`,
  });
}

/** What some consumers can't do keeps nobody else from anything. */
export const CLOSED_TO_CONSUMERS = 'catalog-key-closed-to-consumers';
