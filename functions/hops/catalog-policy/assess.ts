/** Where a Glue catalog policy exists it lets RAM share. */

import type { MergeCatalogPolicy } from '#changes/catalog-policy/change.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { type Assessment, due, found, NOTHING } from '#core/assessment.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import type { Observed } from '#core/observed.ts';
import { ownsSid, sidFor } from '#core/sids.ts';

export interface CatalogPolicyQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  readonly products: readonly string[];
  readonly facts: Observed<CatalogPolicyFacts>;
}

/** What Lake Formation's documentation asks for once a resource policy exists (without it grants succeed, but RAM blocks them). */
export function shareStatement(policy: Policy, account: string, region: string): Statement {
  const arn = (rest: string) => `arn:${policy.partition}:glue:${region}:${account}:${rest}`;
  return {
    Sid: sidFor(policy.namespace, 'RamShare', `${account}/${region}`),
    Effect: 'Allow',
    Principal: { Service: 'ram.amazonaws.com' },
    Action: ['glue:ShareResource'],
    Resource: [arn('catalog'), arn('database/*'), arn('table/*/*')],
  };
}

export function assessCatalogPolicy(question: CatalogPolicyQuestion): Assessment {
  const { policy, account, region, products, facts } = question;
  const where = { hop: 'catalog-policy' as const, account, region, resource: `Glue catalog policy of ${account}` };
  if (!facts.known) return found(unreadable(where, facts.why));
  // Without any policy nothing is in RAM's way, and a policy that isn't there need not be made.
  if (facts.value.text === null) return NOTHING;
  const statements = [shareStatement(policy, account, region)];
  const merged = mergeStatements(facts.value.text, statements, (sid) => ownsSid(policy.namespace, sid));
  const change: MergeCatalogPolicy = {
    kind: 'merge-catalog-policy',
    hop: 'catalog-policy',
    account,
    region,
    effect: 'widens',
    products,
    statements,
  };
  return merged.changed ? due(change) : NOTHING;
}
