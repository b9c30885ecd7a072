/** Where a Glue catalog policy exists it lets RAM share, and the catalog's encryption can cross accounts. */

import type { MergeCatalogPolicy } from '#changes/catalog-policy/change.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Assessment } from '#core/assessment.ts';
import { assessed } from '#core/assessment.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import { finding, unreadable } from '#core/findings.ts';
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
  if (!facts.known) return assessed({ findings: [unreadable(where, facts.why)] });
  const findings = encryptionFindings(where, facts.value);
  // Without any policy nothing is in RAM's way, and a policy that isn't there need not be made.
  if (facts.value.text === null) return assessed({ findings });
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
  return assessed({ changes: merged.changed ? [change] : [], findings });
}

function encryptionFindings(
  where: Pick<Finding, 'hop' | 'account' | 'region' | 'resource'>,
  facts: CatalogPolicyFacts,
): readonly Finding[] {
  const { mode, key } = facts.encryption;
  if (mode === 'DISABLED') return [];
  const managed = key === null || key.endsWith('alias/aws/glue');
  if (!managed) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'catalog-key-not-shareable',
      message: 'the Data Catalog is encrypted with the AWS managed Glue key, which other accounts can never use',
      remedy:
        'Encrypt the Data Catalog with a customer managed key whose policy lets the consumer accounts decrypt through Glue.',
    }),
  ];
}
