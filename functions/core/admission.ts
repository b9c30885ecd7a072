/** Who is admitted as a job role: by pattern, proof and trust, never by the name alone (law 8). */

import { productTag } from '#contracts/names.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { RoleFacts } from './facts.ts';
import { listed } from './findings.ts';
import { judgeTrust } from './iam/trust.ts';
import { isProtected, means } from './role-patterns.ts';

/**
 * `no-match` roles are nobody's business. The others are findings, never grants (law 8); only what is `disproved` for
 * sure is also denied by name, what can't be told is `undecided`.
 */
export type Admission =
  | { readonly kind: 'no-match' }
  | {
      readonly kind: 'admitted';
      /** By its path, which documents say as a pattern; or by tag or list: documents then name the very role. */
      readonly by: 'pattern' | 'name';
    }
  | { readonly kind: 'unproven' | 'disproved' | 'undecided'; readonly why: string };

type JobRole = Product['jobRoles'][number];

/** Whether a name is worth reading the role for. */
export function isCandidate(products: readonly Product[], role: Pick<RoleFacts, 'arn' | 'path' | 'name'>): boolean {
  return products.some((product) => product.jobRoles.some((wanted) => means(wanted, role)));
}

/** Whether a role may read a product, and if not, why. Its trust is judged first: whom it disproves, no proof helps. */
export function admit(policy: Policy, product: Product, role: RoleFacts): Admission {
  const wanted = product.jobRoles.filter((w) => means(w, role));
  const first = wanted[0];
  if (first === undefined) return { kind: 'no-match' };
  const trust = judgeTrust(role.trust, { partition: policy.partition });
  if (trust.others.length > 0)
    return { kind: 'disproved', why: `its trust policy also admits ${listed(trust.others)}` };
  if (trust.admitsGlue === 'denied')
    return { kind: 'disproved', why: `its trust policy does not admit glue.amazonaws.com (${trust.because})` };
  const proven = wanted.filter((w) => isProven(policy, product, role, w));
  if (proven.length === 0) {
    const why = `its name matches ${first.match}, but ${missingProof(policy, product, first.proof)}`;
    return { kind: 'unproven', why };
  }
  const why = `whether its trust policy admits glue.amazonaws.com can't be told (${trust.because})`;
  if (trust.admitsGlue === 'unknown') return { kind: 'undecided', why };
  return { kind: 'admitted', by: proven.some(({ proof }) => proof === 'path') ? 'pattern' : 'name' };
}

/** Of these roles, those that may read a product. */
export function admittedTo(policy: Policy, product: Product, roles: readonly RoleFacts[]): readonly RoleFacts[] {
  return roles.filter((role) => admit(policy, product, role).kind === 'admitted');
}

function isProven(policy: Policy, product: Product, role: RoleFacts, wanted: JobRole): boolean {
  switch (wanted.proof) {
    case 'path':
      return isProtected(policy, role);
    case 'tag':
      return hasTag(role, productTag(policy.namespace), product.name);
    case 'listed':
      return true;
  }
}

/** IAM knows the keys of tags without their case, and a role has each once. Values keep theirs. */
function hasTag({ tags }: Pick<RoleFacts, 'tags'>, key: string, value: string): boolean {
  const name = key.toLowerCase();
  const found = Object.entries(tags).filter(([one]) => one.toLowerCase() === name);
  return found.length === 1 && found[0]?.[1] === value;
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
