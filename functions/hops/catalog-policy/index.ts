/** Catalog policy: RAM may share what is in the catalog. */

import { catalogPolicyEntry } from '#changes/catalog-policy/change.ts';
import type { Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { NOTHING } from '#core/assessment.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import { productsOf, receivers, tagReceivers } from '#core/selectors.ts';
import type { PublishHop, Question } from '#engine/hop.ts';
import { CATALOG_POLICY } from '../queries.ts';
import { assessCatalogPolicy } from './assess.ts';
import { PERMISSIONS } from './permissions.ts';

/** Null: nothing is shared here. */
type CatalogPolicyObservation = Observed<CatalogPolicyFacts> | null;

export const catalogPolicy: PublishHop<CatalogPolicyObservation> = {
  name: 'catalog-policy',
  half: 'publish',
  stage: 'share',
  scopes: ['database', 'catalog'],
  after: [],
  permissions: PERMISSIONS,
  documents: ({ scope }) => [catalogPolicyEntry(scope)],
  observe: async (read, question) => {
    const { account, region } = question.scope;
    return sharesHere(question) ? read.in(account, region).ask(CATALOG_POLICY, {}) : null;
  },
  assess: (facts, question) => {
    if (facts === null) return NOTHING;
    const { policy, scope } = question;
    const products = shared(question).map(({ name }) => name);
    return assessCatalogPolicy({ policy, account: scope.account, region: scope.region, products, facts });
  },
};

type Asked = Pick<Question<PublishScope>, 'scope' | 'policy'>;

function shared({ policy, scope }: Asked): readonly Product[] {
  return productsOf(policy, scope).filter((product) => receivers(product).length > 0);
}

/** What belongs to no database is shared by tag, which RAM and the settings know as the whole catalog. */
function sharesHere(asked: Asked): boolean {
  const { policy, scope } = asked;
  return shared(asked).length > 0 || (scope.database === null && tagReceivers(policy, scope).length > 0);
}
