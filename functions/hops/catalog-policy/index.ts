/** Catalog policy: RAM may share what is in the catalog. */

import { catalogPolicyEntry } from '#changes/catalog-policy/change.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { NOTHING } from '#core/assessment.ts';
import { reportsForCatalog } from '#core/catalog-ownership.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import { denialsIn } from '#core/iam/denials.ts';
import type { Observed } from '#core/observed.ts';
import { entryId } from '#core/ownership.ts';
import { productsOf, receivers, tagReceivers } from '#core/selectors.ts';
import type { PublishHop, Question, SeenDocuments } from '#engine/hop.ts';
import { CATALOG_POLICY } from '../queries.ts';
import { isShown } from '../statements.ts';
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
    const { account, region } = scope;
    const entry = entryIn(question);
    const tells = reportsForCatalog(policy, scope);
    return assessCatalogPolicy({ policy, account, region, products, facts, entry, tells });
  },
  seen: seenPolicy,
  snapshot: ({ observed, last }) => {
    // What is not known this time stays as it was told.
    const denials =
      observed?.known === false ? last?.catalogDenials : denialsIn(observed?.value.text ?? null, () => false);
    return denials == null ? {} : { catalogDenials: denials };
  },
};

function entryIn({ scope, entries }: Question<PublishScope>): Entry | undefined {
  const id = entryId(catalogPolicyEntry(scope));
  return entries.find((entry) => entry.id === id);
}

function seenPolicy(facts: CatalogPolicyObservation, question: Question<PublishScope>): SeenDocuments {
  const entry = entryIn(question);
  if (!facts?.known || entry === undefined) return { confirmed: [], told: [] };
  const tells = reportsForCatalog(question.policy, question.scope);
  return { confirmed: isShown(entry, facts.value.text) ? [entry.id] : [], told: tells ? [entry.id] : [] };
}

type Asked = Pick<Question<PublishScope>, 'scope' | 'policy'>;

function shared({ policy, scope }: Asked): readonly Product[] {
  return productsOf(policy, scope).filter((product) => receivers(product).length > 0);
}

/** What belongs to no database is shared by tag, which RAM and the settings know as the whole catalog. */
function sharesHere(asked: Asked): boolean {
  const { policy, scope } = asked;
  return shared(asked).length > 0 || (scope.database === null && tagReceivers(policy, scope).length > 0);
}
