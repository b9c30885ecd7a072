/** Catalog policies, seen from where tables are read: none denies it, the account's own nor the producers'. */

import type { Finding } from '#contracts/findings.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { admittedTo } from '#core/admission.ts';
import { assessed, found } from '#core/assessment.ts';
import { uniqueBy } from '#core/collections.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { denialsIn } from '#core/iam/denials.ts';
import type { Observed } from '#core/observed.ts';
import { productsFor } from '#core/selectors.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { type Arrivals, arrivedSources, producersOf, reachedLinks } from '../arrivals.ts';
import { denialFindings, type Readers } from '../denials.ts';
import { observeReaders, type ReadersObservation } from '../job-roles.ts';
import { linkNeeds, needsOf } from '../needs.ts';
import { CATALOG_POLICY } from '../queries.ts';
import { READ_CATALOG_POLICY, READ_ROLES, READ_SHARES } from '../reader-rows.ts';

/** What denies in a catalog's policy. */
interface Denying extends Catalog {
  readonly text: string;
}

interface ConsumerObservation extends ReadersObservation {
  /** Null: nothing is read here. */
  readonly own: Observed<CatalogPolicyFacts> | null;
  /** Of other accounts' catalogs, by their owners' last publish. */
  readonly others: readonly Denying[];
}

type Asked = Question<OnboardScope>;

export const consumerCatalogPolicy: OnboardHop<ConsumerObservation> = {
  name: 'catalog-policy',
  half: 'onboard',
  stage: 'check',
  scopes: ['account'],
  after: ['membership'],
  permissions: [READ_CATALOG_POLICY, READ_SHARES, ...READ_ROLES],
  observe,
  assess: (observed, question) => {
    const { account, region } = question.scope;
    const { own, others } = observed;
    if (own === null) return assessed({});
    const where = { hop: 'catalog-policy', account, region, resource: `Glue catalog policy of ${account}` };
    if (!own.known) return found(unreadable(where, own.why));
    const text = denialsIn(own.value.text, () => false);
    const documents = text === null ? others : [{ account, region, text }, ...others];
    return assessed({ findings: documents.flatMap((document) => findingsOn(document, observed, question)) });
  },
  // The documents are their owners' to change, and no run of a producer mends them.
  owner: () => 'theirs',
};

async function observe(read: Reads, asked: Asked): Promise<ConsumerObservation> {
  const { policy, scope } = asked;
  const readers = await observeReaders(read, asked);
  const { arrivals } = readers;
  const reads = productsFor(policy, scope).length > 0 || arrivals.sources.length > 0;
  const [own, others] = await Promise.all([
    reads ? read.in(scope.account, scope.region).ask(CATALOG_POLICY, {}) : null,
    othersOf(read, scope, arrivals),
  ]);
  return { ...readers, own, others };
}

async function othersOf(read: Reads, { account, region }: OnboardScope, arrivals: Arrivals): Promise<Denying[]> {
  const isOwn = sameAccountRegion({ account, region });
  const scopes = producersOf(arrivals).flatMap(({ scope }) => (isOwn(scope) ? [] : [scope]));
  const told = await Promise.all(scopes.map((scope) => read.snapshot(scope)));
  const denying = told.flatMap((one) =>
    one?.catalogDenials === undefined ? [] : [{ account: one.account, region: one.region, text: one.catalogDenials }],
  );
  return uniqueBy(denying, (one) => `${one.account} ${one.region} ${one.text}`);
}

function findingsOn(document: Denying, observed: ConsumerObservation, { policy, scope, planning }: Asked): Finding[] {
  const { account, region, text } = document;
  const prefix = `arn:${policy.partition}:glue:${region}:${account}:`;
  const concerned = ({ needs, ...rest }: Readers): Readers => ({
    ...rest,
    // What a database is asked for is not asked of its tables.
    needs: needs.filter(
      ({ action, resource }) =>
        resource.startsWith(prefix) && !(action === 'glue:GetDatabase' && resource.startsWith(`${prefix}table/`)),
    ),
  });
  const readers = [...byName(observed, policy, scope), ...byTag(observed, policy, scope, planning)].map(concerned);
  const name = `policy of the Data Catalog of ${account} in ${region}`;
  const about = { hop: 'catalog-policy', kind: 'catalog' as const, name, account, region, text };
  return [...denialFindings(policy, scope.account, about, readers)];
}

function byName({ roles }: ConsumerObservation, policy: Policy, scope: OnboardScope): readonly Readers[] {
  if (!roles.known) return [];
  return productsFor(policy, scope).map((product) => ({
    product: product.name,
    roles: admittedTo(policy, product, roles.value),
    needs: needsOf(policy, scope.account, scope.region, product).all,
  }));
}

function byTag(
  { arrivals, tagRoles }: ConsumerObservation,
  policy: Policy,
  scope: OnboardScope,
  planning: boolean,
): readonly Readers[] {
  const roles = [...tagRoles].flatMap(([arn, seen]) => (seen.known && seen.value?.arn === arn ? [seen.value] : []));
  const links = roles.length === 0 ? [] : reachedLinks(arrivals, arrivedSources(arrivals, planning));
  return links.map(({ source }) => ({
    product: null,
    roles,
    needs: linkNeeds(policy, scope, source).all,
  }));
}
