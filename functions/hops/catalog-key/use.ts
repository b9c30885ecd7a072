/** Using a catalog's key: always through Glue, and always for that catalog. */

import { arnParts } from '#contracts/arn.ts';
import { domainOf } from '#contracts/names.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { KeyFacts } from '#core/facts.ts';
import { evaluateResource, type Verdict } from '#core/iam/evaluate.ts';
import { isExternal } from '#core/selectors.ts';

export interface Use {
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly key: KeyFacts;
  /** ARN of who wants to. */
  readonly role: string;
  readonly action: string;
}

/** What a request to KMS carries when Glue makes it for somebody. */
export function contextOf({ account, region }: Catalog): Readonly<Record<string, string>> {
  return { 'kms:ViaService': `glue.${region}.${domainOf(region)}`, 'kms:EncryptionContext:glue_catalog_id': account };
}

/** What the key's policy says. Letting the account counts: whether its role may is for the role's own policies. */
export function mayUse({ policy, catalog, key, role, action }: Use): Verdict {
  const account = arnParts(role)?.account ?? catalog.account;
  const organization = isExternal(policy, account) ? {} : { organization: policy.organization.id };
  return evaluateResource(key.text, {
    principal: { type: 'role', arn: role, account, tags: null, ...organization },
    action,
    resource: key.arn,
    context: { ...contextOf(catalog), 'kms:CallerAccount': account },
  }).verdict;
}

/** A statement for a key's policy. */
export function throughGlue(principal: object, actions: readonly string[], condition: object = {}): object {
  return {
    Effect: 'Allow',
    Principal: principal,
    Action: actions.length === 1 ? actions[0] : actions,
    Resource: '*',
    Condition: { StringLike: { 'kms:ViaService': 'glue.*.amazonaws.com*' }, ...condition },
  };
}
