/** Where a Glue catalog policy exists it lets RAM share. */

import { catalogPolicyDue, type MergeCatalogPolicy } from '#changes/catalog-policy/change.ts';
import { openedText, rewriting, sentStatements } from '#changes/policy-statements.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { type Assessment, assessed, found, NOTHING } from '#core/assessment.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { sidFor } from '#core/sids.ts';
import { openedFinding, strangersFinding } from '../statements.ts';

export interface CatalogPolicyQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  readonly products: readonly string[];
  readonly facts: Observed<CatalogPolicyFacts>;
  /** What the ledger has on the document. */
  readonly entry?: Entry | undefined;
  /** Whether this scope tells what is in no scope's name. */
  readonly tells?: boolean;
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
  const { policy, account, region, products, facts, entry } = question;
  const where = { hop: 'catalog-policy' as const, account, region, resource: `Glue catalog policy of ${account}` };
  if (!facts.known) return found(unreadable(where, facts.why));
  // Without any policy nothing is in RAM's way, and a policy that isn't there need not be made.
  if (facts.value.text === null) return NOTHING;
  const wanted = [shareStatement(policy, account, region)];
  const merged = catalogPolicyDue(policy, wanted, facts.value.text, entry);
  const { changed, replaced, strangers, next: statements } = merged;
  const about = { replaced, statements, sent: sentStatements(entry) };
  const findings = [
    ...openedFinding(where, question.tells ? (openedText(about) ?? entry?.opened) : null),
    ...strangersFinding(where, question.tells ? strangers : []),
  ];
  const { difference } = rewriting(about);
  const change: MergeCatalogPolicy = {
    kind: 'merge-catalog-policy',
    hop: 'catalog-policy',
    account,
    region,
    effect: 'widens',
    products,
    difference,
    statements,
  };
  return assessed({ changes: changed ? [change] : [], findings });
}
