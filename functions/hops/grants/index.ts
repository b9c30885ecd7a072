/** Grants: admitted job roles may see link and target and read the target's tables, by name and by tag. */

import type { Product } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { admit } from '#core/admission.ts';
import { type Assessment, assessed, merge, NO_PRODUCT, NOTHING, skipped } from '#core/assessment.ts';
import type { ReadyProduct } from '#core/consumer-grants.ts';
import type { RoleFacts } from '#core/facts.ts';
import { linkTarget, sameTarget } from '#core/links.ts';
import { locationResource } from '#core/locations.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { expressionText } from '#core/permissions.ts';
import { modeIn } from '#core/policy.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import { type ArrivedProduct, arrivedSources, namesBut, type ReachedLink, reachedLinks } from '../arrivals.ts';
import { missingRoles, passedOn, unreadableRoles } from '../job-roles.ts';
import { assessGrants, unreadableGrants } from './by-name.ts';
import { assessLinkReaders, assessTagGrants, linkReaders } from './by-tag.ts';
import { assessPassingOn } from './data-locations.ts';
import { linkedProducts } from './linked.ts';
import { type GrantsObservation, observeGrants, type TagGrantsSeen } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { unwantedGrants } from './unwanted.ts';

export const grants: OnboardHop<GrantsObservation> = {
  name: 'grants',
  half: 'onboard',
  stage: 'grant',
  opens: true,
  scopes: ['account'],
  after: ['membership', 'link'],
  permissions: PERMISSIONS,
  observe: observeGrants,
  // Grants by tag before those by name (G-L20); of one and the same for both, the product's counts.
  assess: (observed, question) =>
    merge(
      places(observed, question),
      byTag(observed, question),
      byName(observed, question),
      unwanted(observed, question),
    ),
};

type Asked = Question<OnboardScope>;

/** Principals of this account on places of others; those its account was not granted yet wait for their owner. */
function places({ arrivals, places: listed }: GrantsObservation, question: Asked): Assessment {
  if (listed === null) return NOTHING;
  const { policy, scope, entries, recent } = question;
  const { account, region } = scope;
  const received = arrivals.places.filter(({ entry, told }) => {
    const resource = locationResource(policy, entry);
    return 'arn' in resource && told?.places?.[resource.arn]?.includes(account);
  });
  const assessment = assessPassingOn({
    policy,
    account,
    region,
    received: received.map(({ entry }) => entry),
    listed,
    entries,
    recent,
  });
  return received.length < arrivals.places.length ? merge(assessment, skipped('grants', [NO_PRODUCT])) : assessment;
}

function byTag(observed: GrantsObservation, question: Asked): Assessment {
  const { arrivals, byTag: seen } = observed;
  if (seen === null) return NOTHING;
  const { policy, scope, entries, recent, planning } = question;
  const { account } = scope;
  const sources = arrivedSources(arrivals, planning);
  const missing = missingRoles(seen.roles);
  const perRegion = seen.regions.map((region) => {
    const here = sources.filter(({ catalog }) => catalog.region === region);
    const desired = here
      .flatMap((source) => passedOn(question, source, expressionOf))
      .filter(({ grant }) => !missing.has(grant.principal));
    const listed = seen.listed.get(region);
    if (listed === undefined) return NOTHING;
    return assessTagGrants({ policy, account, region, desired, listed, entries, recent });
  });
  const silent = sources.length < arrivals.sources.length ? skipped('grants', [NO_PRODUCT]) : NOTHING;
  return merge(...perRegion, readersOfLinks(observed, seen, question), silent);
}

/** `database source=product`; null for grants that no expression gives. */
function expressionOf({ resource }: DesiredGrant['grant']): string | null {
  return resource.type === 'tag-policy' ? `${resource.on} ${expressionText(resource.expression)}` : null;
}

/** DESCRIBE on the links of what a principal's grants reach, and on `default` (G-L28). */
function readersOfLinks(observed: GrantsObservation, seen: TagGrantsSeen, question: Asked): Assessment {
  const { arrivals, hasDefault } = observed;
  const { scope, planning, recent } = question;
  const { account, region } = scope;
  const sources = arrivedSources(arrivals, planning);
  const missing = missingRoles(seen.roles);
  const desired = sources
    .flatMap((source) => passedOn(question, source, expressionOf))
    .filter(({ grant }) => !missing.has(grant.principal));
  const links = reachedLinks(arrivals, sources).filter((one) => planning || isStanding(seen, one));
  const readers = linkReaders(
    desired,
    links.map(({ source, by }) => ({ catalog: source.account, link: source.link, by })),
  );
  if (readers.length === 0) return NOTHING;
  return assessLinkReaders({ account, region, readers, hasDefault, listed: seen.onLinks, recent });
}

/** DESCRIBE on a link that isn't there would be refused; when planning it counts as made. */
function isStanding({ links }: TagGrantsSeen, { source }: ReachedLink): boolean {
  const seen = links.get(source.link);
  const target = seen?.known ? seen.value.database?.target : null;
  return !!target && sameTarget(target, linkTarget(source));
}

function byName({ arrivals, roles, listed, hasDefault }: GrantsObservation, question: Asked): Assessment {
  const { policy, scope, recent } = question;
  const { account, region } = scope;
  const ready = linkedProducts(arrivals, question);
  const silent = skipped('grants', namesBut(arrivals, ready));
  if (ready.length === 0) return silent;
  if (!roles.known) return merge(unreadableRoles(account, region, roles.why), skipped('grants', [null]));
  const admitted = admittedTo(question, ready, roles.value);
  const byMode = Object.values(Object.groupBy(admitted, ({ product }) => modeIn(policy, product, account)));
  const assessments = byMode.map((group: readonly ReadyProduct[] = []) =>
    assessGrants({ account, region, ready: group, listed, hasDefault, recent }),
  );
  return merge(...assessments, silent);
}

/** Who is admitted to what. */
function admittedTo(
  { policy }: Asked,
  ready: readonly ArrivedProduct[],
  roles: readonly RoleFacts[],
): readonly ReadyProduct[] {
  const isAdmitted = (product: Product) => (role: RoleFacts) => admit(policy, product, role).kind === 'admitted';
  return ready.map(({ product, snapshot }) => {
    const arns = roles.filter(isAdmitted(product)).map(({ arn }) => arn);
    return { product, snapshot, roles: arns.sort() };
  });
}

/** What was granted by us and nothing wants any longer. */
function unwanted({ suspects, roles }: GrantsObservation, { scope, entries }: Asked): Assessment {
  const { account } = scope;
  if (entries.every(({ kind }) => kind !== 'grant')) return NOTHING;
  // Which roles there are is not known, and the role hop says so.
  if (!roles.known) return skipped('grants', [null]);
  const assessments = suspects.map(({ question, why }) => {
    const [first] = why;
    const found = first === undefined ? [] : [unreadableGrants(account, question.where, first)];
    const trouble = first === undefined ? NOTHING : merge(assessed({ findings: found }), skipped('grants', [null]));
    return merge(assessed({ changes: unwantedGrants(question) }), trouble);
  });
  return merge(...assessments);
}
