/** A role that a product would admit, made up: what documents of others are asked about. */

import { productTag } from '#contracts/names.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Principal } from '#core/iam/evaluate.ts';
import { isExternal, receivers } from '#core/selectors.ts';

/** Of one of its consumers; the first where none is named. */
export function sampleReader(
  policy: Policy,
  product: Product,
  account = receivers(product)[0] ?? product.account,
): Principal {
  const first = product.jobRoles[0];
  const match = first?.match ?? 'role/any';
  const arn = match.startsWith('arn:')
    ? match
    : `arn:${policy.partition}:iam::${account}:${filled(policy, match, first?.proof)}`;
  const tags = first?.proof === 'tag' ? { [productTag(policy.namespace)]: product.name } : null;
  const organization = isExternal(policy, account) ? null : policy.organization.id;
  return { type: 'role', arn, account, tags, organization };
}

/** The pattern's first wildcard stands for the protected path, where the path is the proof. */
function filled(policy: Policy, match: string, proof: string | undefined): string {
  const path = policy.protectedPaths[0]?.slice(1) ?? '';
  const under = proof === 'path' && match.startsWith('role/*') ? match.replace('*', `${path}any`) : match;
  return under.replaceAll('*', 'any').replaceAll('?', 'a');
}
