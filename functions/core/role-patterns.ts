/**
 * Which roles a pattern and the protected paths mean: one matcher for whoever is admitted and for the statements that let
 * them in, so that neither knows a role that the other does not.
 */

import type { Policy, Product } from '#contracts/policy.ts';
import type { RoleFacts } from './facts.ts';
import { matches } from './iam/pattern.ts';

type JobRole = Product['jobRoles'][number];
type Named = Pick<RoleFacts, 'arn' | 'path' | 'name'>;
type Protection = Pick<Policy, 'protectedPaths'>;

/** What IAM would read in a condition as something else than itself: wildcards, and the sign that begins a variable. */
export const NOT_LITERAL = /[*?$]/;

/** A pattern with a variable in it would mean another role to every caller: it means none. */
const VARIABLE = /\$/;

/** The part of an ARN that patterns are about: `role`, path and name. */
export function roleText(role: Pick<RoleFacts, 'path' | 'name'>): string {
  return `role${role.path}${role.name}`;
}

/** Listed roles are written out with their account; patterns hold in every account of the audience. */
export function means(wanted: JobRole, role: Named): boolean {
  if (wanted.proof === 'listed') return wanted.match === role.arn;
  return !VARIABLE.test(wanted.match) && matches(wanted.match, roleText(role));
}

/** Whether a role lies under a protected path. A path that is not literal protects nothing. */
export function isProtected(policy: Protection, { path }: Pick<RoleFacts, 'path'>): boolean {
  return literalPaths(policy).some((one) => path.startsWith(one));
}

function literalPaths({ protectedPaths }: Protection): readonly string[] {
  return protectedPaths.filter((path) => path !== '/' && !NOT_LITERAL.test(path));
}

/**
 * Twelve characters and no more: to a `*` here, a role under the path `/x:role/data-jobs/` would lie under `/data-jobs/`,
 * should the comparison reach across colons. Which accounts, aws:PrincipalAccount says.
 */
const ANY_ACCOUNT = '?'.repeat(12);

/** What `aws:PrincipalArn` has to fit. */
export interface PrincipalPatterns {
  /** One of these… */
  readonly match: readonly string[];
  /** …and one of these. */
  readonly under: readonly string[];
}

/** The roles that a product admits by their path, as patterns of ARNs; null where there are none. */
export function pathPatterns(
  policy: Pick<Policy, 'partition' | 'protectedPaths'>,
  { jobRoles }: Pick<Product, 'jobRoles'>,
): PrincipalPatterns | null {
  const arn = (text: string) => `arn:${policy.partition}:iam::${ANY_ACCOUNT}:${text}`;
  const wanted = jobRoles.filter(({ proof, match }) => proof === 'path' && !VARIABLE.test(match));
  const match = wanted.map((role) => arn(role.match)).sort();
  const under = literalPaths(policy).map((path) => arn(`role${path}*`));
  return match.length === 0 || under.length === 0 ? null : { match, under };
}

/** Whether the path patterns of a product mean the role of this ARN, proof and all. Whose account it is they don't say. */
export function isMeantByPath(policy: Protection, { jobRoles }: Pick<Product, 'jobRoles'>, arn: string): boolean {
  const [name = '', ...reversed] = arn.slice(arn.indexOf('/')).split('/').reverse();
  const role = { arn, name, path: `${reversed.reverse().join('/')}/` };
  return isProtected(policy, role) && jobRoles.some((wanted) => wanted.proof === 'path' && means(wanted, role));
}
