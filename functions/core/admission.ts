/** Who is admitted as a job role: by pattern, proof and trust, never by the name alone (law 8). */

import { productTag } from '#contracts/names.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { RoleFacts } from './facts.ts';
import { listed } from './findings.ts';
import { matches } from './iam/pattern.ts';
import { judgeTrust } from './iam/trust.ts';

/**
 * `no-match` roles are nobody's business. The others are findings, never grants (law 8); only what is `disproved` for
 * sure is also denied by name, what can't be told is `undecided`.
 */
export type Admission =
  | { readonly kind: 'no-match' }
  | { readonly kind: 'admitted' }
  | { readonly kind: 'unproven' | 'disproved' | 'undecided'; readonly why: string };

type JobRole = Product['jobRoles'][number];

/** The part of an ARN that patterns are about: `role`, path and name. */
export function roleText(role: Pick<RoleFacts, 'path' | 'name'>): string {
  return `role${role.path}${role.name}`;
}

/** Listed roles are written out with their account; patterns hold in every account of the audience. */
function means(wanted: JobRole, role: Pick<RoleFacts, 'arn' | 'path' | 'name'>): boolean {
  return wanted.proof === 'listed' ? wanted.match === role.arn : matches(wanted.match, roleText(role));
}

/** Whether a name is worth reading the role for. */
export function isCandidate(products: readonly Product[], role: Pick<RoleFacts, 'arn' | 'path' | 'name'>): boolean {
  return products.some((product) => product.jobRoles.some((wanted) => means(wanted, role)));
}

/** Whether a role may read a product, and if not, why. */
export function admit(policy: Policy, product: Product, role: RoleFacts): Admission {
  const wanted = product.jobRoles.filter((w) => means(w, role));
  const first = wanted[0];
  if (first === undefined) return { kind: 'no-match' };
  if (!wanted.some((w) => isProven(policy, product, role, w))) {
    const why = `its name matches ${first.match}, but ${missingProof(policy, product, first.proof)}`;
    return { kind: 'unproven', why };
  }
  const trust = judgeTrust(role.trust, { partition: policy.partition });
  if (trust.others.length > 0)
    return { kind: 'disproved', why: `its trust policy also admits ${listed(trust.others)}` };
  if (trust.admitsGlue === 'allowed') return { kind: 'admitted' };
  const why = `whether its trust policy admits glue.amazonaws.com can't be told (${trust.because})`;
  if (trust.admitsGlue === 'unknown') return { kind: 'undecided', why };
  return { kind: 'disproved', why: `its trust policy does not admit glue.amazonaws.com (${trust.because})` };
}

function isProven(policy: Policy, product: Product, role: RoleFacts, wanted: JobRole): boolean {
  switch (wanted.proof) {
    case 'path':
      return policy.protectedPaths.some((path) => role.path.startsWith(path));
    case 'tag':
      return role.tags[productTag(policy.namespace)] === product.name;
    case 'listed':
      return true;
  }
}

function missingProof(policy: Policy, product: Product, proof: 'path' | 'tag' | 'listed'): string {
  switch (proof) {
    case 'path':
      return `it does not lie under a protected path (${listed(policy.protectedPaths)})`;
    case 'tag':
      return `it has no tag ${productTag(policy.namespace)}=${product.name}`;
    case 'listed':
      return 'it is not the listed role';
  }
}
