/** Exposure: IAM_ALLOWED_PRINCIPALS stands in nobody's way, and gets back what sharing took from it. */

import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING } from '#core/assessment.ts';
import { ownsCatalogChecks, restoresCatalog, sharesAnything } from '#core/catalog-ownership.ts';
import { roleArn } from '#core/member-roles.ts';
import { productsOf, receivers } from '#core/selectors.ts';
import type { PublishHop, Question } from '#engine/hop.ts';
import { plannedAssignments, reachedBy, supposesTags, withAssigned } from '../reach.ts';
import { assessExposure } from './by-product.ts';
import { assessTagExposure } from './by-tag.ts';
import { assessCreateDatabase, createDatabaseEntry, restoreCreateDatabase } from './create-database.ts';
import { type ExposureObservation, observeExposure } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { assessRestore } from './restore.ts';

export const exposure: PublishHop<ExposureObservation> = {
  name: 'exposure',
  half: 'publish',
  stage: 'exposure',
  scopes: ['database', 'catalog'],
  after: ['settings'],
  supposes: supposesTags,
  permissions: PERMISSIONS,
  documents: ({ scope }) => [createDatabaseEntry(scope)],
  observe: observeExposure,
  assess: (observed, question) =>
    merge(
      byProduct(observed, question),
      restored(observed, question),
      byTag(observed, question),
      createDatabaseRestored(observed, question),
      createDatabase(observed, question),
    ),
};

type Asked = Question<PublishScope>;

function byProduct({ catalog, open, listed }: ExposureObservation, question: Asked): Assessment {
  const { policy, scope, recent } = question;
  const operator = roleArn(question, scope.account, 'Operator');
  const shared = productsOf(policy, scope).filter((product) => receivers(product).length > 0);
  return merge(...shared.map((product) => assessExposure({ product, operator, catalog, open, listed, recent })));
}

function restored({ catalog, open }: ExposureObservation, { policy, scope, entries }: Asked): Assessment {
  const { account, region, database } = scope;
  if (database === null) return NOTHING;
  const products = productsOf(policy, scope);
  return assessRestore({ scope: { account, region, database }, products, catalog, open, entries });
}

/** A database that products share tells of it by theirs. */
function byTag({ open, tagged, catalog }: ExposureObservation, question: Asked): Assessment {
  const { policy, scope } = question;
  const { account, region, database } = scope;
  if (database === null || productsOf(policy, scope).some((product) => receivers(product).length > 0)) return NOTHING;
  if (!tagged.known || !catalog.known || catalog.value.database === null || catalog.value.database.isLink)
    return NOTHING;
  const planned = plannedAssignments(question);
  if (reachedBy(policy, scope, withAssigned(tagged.value, planned)).length === 0) return NOTHING;
  return assessTagExposure({ account, region, database, open });
}

function createDatabase({ createDatabase: seen }: ExposureObservation, { policy, scope, recent }: Asked): Assessment {
  if (seen === null || policy.settings.createDatabase === undefined || !ownsCatalogChecks(policy, scope))
    return NOTHING;
  return assessCreateDatabase({ policy, account: scope.account, region: scope.region, ...seen, recent });
}

/** Put back once the policy does not say `revoke`, or the catalog has nothing that others read. */
function createDatabaseRestored(
  { createDatabase: seen }: ExposureObservation,
  { policy, scope, entries }: Asked,
): Assessment {
  const isTaken = policy.settings.createDatabase === 'revoke' && sharesAnything(policy, scope);
  if (seen === null || isTaken || !restoresCatalog(policy, scope)) return NOTHING;
  return restoreCreateDatabase(entries, scope.account, seen.grants);
}
