/** Roles of a consumer that its products and its grants by tag are about. */

import { arnParts, nameIn } from '#contracts/arn.ts';
import type { Product } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { isCandidate } from '#core/admission.ts';
import { type Assessment, found } from '#core/assessment.ts';
import type { RoleFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { known, mapKnown, type Observed, type Trouble } from '#core/observed.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { savedByPages } from '#core/role-calls.ts';
import { productsFor } from '#core/selectors.ts';
import { consumerGrants } from '#core/tags/grants.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { type Arrivals, observeArrivals, type TagSource } from './arrivals.ts';
import { askEach } from './ask-each.ts';
import { MANY_ROLES, ROLE, ROLES } from './queries.ts';

type Asked = Pick<Question<OnboardScope>, 'scope' | 'policy'>;

/** Roles whose name some product's pattern matches, with trust, tags and policies. */
export async function observeJobRoles(read: Reads, { policy, scope }: Asked): Promise<Observed<readonly RoleFacts[]>> {
  const products: readonly Product[] = productsFor(policy, scope);
  if (products.length === 0) return known([]);
  const place = read.in(scope.account, scope.region);
  const listed = await place.ask(ROLES, {});
  if (!listed.known) return listed;
  const candidates = listed.value.filter((role) => isCandidate(products, role));
  const [names, all] = [candidates.map(({ name }) => name), listed.value.length];
  if (savedByPages({ matching: names.length, all }) > 0) return place.ask(MANY_ROLES, { names, all });
  const roles = await askEach(candidates, ({ name }) => place.ask(ROLE, { name }));
  return roles.known ? known(roles.value.filter((role) => role !== null)) : roles;
}

/** By ARN, the roles that grants by tag name; null: the account has none of that name. */
export type TagRoles = ReadonlyMap<string, Observed<RoleFacts | null>>;

export async function observeTagRoles(read: Reads, asked: Asked, { sources }: Arrivals): Promise<TagRoles> {
  const { account, region } = asked.scope;
  const grants = sources.flatMap(({ catalog }) => consumerGrants(asked.policy, catalog, account));
  const roles = [...new Set(grants.map(({ grant }) => grant.principal))].filter(isRole).sort();
  const place = read.in(account, region);
  const jobRoles = await observeJobRoles(read, asked);
  const seen = roles.map(async (arn) => {
    const job = mapKnown(jobRoles, (value) => value.find((role) => role.arn === arn) ?? null);
    return [arn, job.known && job.value ? job : await place.ask(ROLE, { name: nameIn(arn) })] as const;
  });
  return new Map(await Promise.all(seen));
}

/** What a consumer's roles read by, and who they are. */
export interface ReadersObservation {
  readonly arrivals: Arrivals;
  /** Roles that products' patterns match. */
  readonly roles: Observed<readonly RoleFacts[]>;
  /** Roles that grants by tag name. */
  readonly tagRoles: TagRoles;
}

/** All roles of a consumer that its products and its grants by tag are about, and what arrives there for them. */
export async function observeReaders(read: Reads, asked: Asked): Promise<ReadersObservation> {
  const arrivals = await observeArrivals(read, asked);
  const [roles, tagRoles] = await Promise.all([observeJobRoles(read, asked), observeTagRoles(read, asked, arrivals)]);
  return { arrivals, roles, tagRoles };
}

function isRole(arn: string): boolean {
  return arnParts(arn)?.resource.startsWith('role/') ?? false;
}

/** Principals that are roles of this account and do not exist; unreadable ones are left to AWS's own answer. */
export function missingRoles(roles: TagRoles): ReadonlySet<string> {
  return new Set([...roles].flatMap(([arn, role]) => (role.known && role.value?.arn !== arn ? [arn] : [])));
}

/** Of a source's grants, those that its owner has made by the same expression: all others would be refused. */
export function passedOn(
  { policy, scope: { account } }: Asked,
  { told, catalog }: TagSource,
  expression: (grant: DesiredGrant['grant']) => string | null,
): readonly DesiredGrant[] {
  const shared = new Set(
    (told?.tagged ?? []).flatMap((share) => (share.shared.includes(account) ? [`${share.on} ${share.where}`] : [])),
  );
  return consumerGrants(policy, catalog, account).filter(({ grant }) => {
    const text = expression(grant);
    return text === null || shared.has(text);
  });
}

/** The roles of an account could not be read: told as the role hop's, whoever needs them first. */
export function unreadableRoles(account: string, region: string, why: Trouble): Assessment {
  return found(unreadable({ hop: 'role', account, region, resource: `roles of ${account}` }, why));
}
