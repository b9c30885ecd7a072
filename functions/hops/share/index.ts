/** Share: granted to the audience with grant option, by name and by tag, exactly as wanted. */

import type { Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, assessed, found, merge, NOTHING, skipped } from '#core/assessment.ts';
import { modeIn } from '#core/policy.ts';
import { productsOf, tagReceivers } from '#core/selectors.ts';
import { before, type PublishHop, type Question, type SnapshotPart, type Told } from '#engine/hop.ts';
import { blockedProducts, inTheWay } from '../blocked.ts';
import { plannedAssignments, reachedBy, supposesTags, tagShares, withAssigned } from '../reach.ts';
import { assessShare, brokenAssociations, unwantedShares } from './by-name.ts';
import { assessTagShares, tagVersionLow } from './by-tag.ts';
import { observeShare, type ShareObservation, type SharesByTag, sharesByName } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { productSnapshot } from './snapshot.ts';

/** What Lake Formation needs before it shares anything. */
const BEFORE = ['catalog-key', 'catalog-policy', 'exposure'] as const;

export const share: PublishHop<ShareObservation> = {
  name: 'share',
  half: 'publish',
  stage: 'share',
  scopes: ['database', 'catalog'],
  after: BEFORE,
  supposes: supposesTags,
  // What was closed for the sake of sharing can only be opened again once nothing is shared.
  again: ['exposure'],
  permissions: PERMISSIONS,
  observe: observeShare,
  assess: (observed, question) => merge(byName(observed, question), byTag(observed, question)),
  snapshot: snapshotPart,
};

type Asked = Question<PublishScope>;

function byName({ byName: seen, held }: ShareObservation, question: Asked): Assessment {
  if (!sharesByName(question)) return NOTHING;
  const { policy, scope, entries, recent, execution } = question;
  const products = productsOf(policy, scope);
  const blocked = blockedProducts(question, products, BEFORE);
  const byMode = Object.values(Object.groupBy(products, (product) => modeIn(policy, product, product.account)));
  const assessments = byMode.map((group: readonly Product[] = []) =>
    assessShare({ ...seen, blocked, held, products: group, recent }),
  );
  const unwanted = unwantedShares({ ...seen, blocked, scope, policy, products, entries, execution });
  return merge(...assessments, unwanted, skipped('share', [...blocked]));
}

/** The cross-account version from which grants by tag go through RAM. */
const BY_RAM = 3;

function byTag({ byTag: seen, held }: ShareObservation, question: Asked): Assessment {
  if (seen === null) return NOTHING;
  const { policy, scope, planning, entries, recent } = question;
  const { account, region } = scope;
  // Tags that can be granted by: those the catalog shows, and when planning those about to be made. The tags hop says why.
  const there = seen.keys.known ? seen.keys.value : [];
  const keys = planning ? (policy.tags?.keys ?? []) : there;
  const blocked = ramIsInTheWay(seen, question);
  const { listed } = seen;
  return merge(
    assessTagShares({ policy, account, region, listed, keys, blocked, held, entries, recent }),
    versionTooLow(seen, question),
    failedShares(seen, question),
  );
}

/**
 * RAM takes a share that the catalog's policy or encryption forbids, and fails; and a grant made below version 3 goes by
 * the catalog's policy for good, however the version is raised: nothing is granted to accounts before.
 */
function ramIsInTheWay({ settings }: SharesByTag, question: Asked): boolean {
  const { policy, scope, planning } = question;
  if (tagReceivers(policy, scope).length === 0) return false;
  const { changes, findings } = before(question, 'catalog-policy');
  if (findings.length > 0 || (!planning && changes.length > 0)) return true;
  const { raise } = policy.settings.crossAccountVersion;
  return !(planning && raise) && (!settings.known || settings.value.crossAccountVersion < BY_RAM);
}

/** Where the policy is content with an older version, the settings hop says nothing, and this is what waits for it. */
function versionTooLow({ settings }: SharesByTag, { policy, scope }: Asked): Assessment {
  const content = policy.settings.crossAccountVersion.atLeast < BY_RAM;
  if (!content || tagReceivers(policy, scope).length === 0 || !settings.known) return NOTHING;
  const version = settings.value.crossAccountVersion;
  return version >= BY_RAM ? NOTHING : found(tagVersionLow(scope, version));
}

/** What the grants hang on, where RAM could not associate it. */
function failedShares({ listed, associations }: SharesByTag, { policy, scope }: Asked): Assessment {
  if (!listed.known) return NOTHING;
  const { account, region } = scope;
  const receivers = tagReceivers(policy, scope);
  const rows = listed.value.grants.filter(({ principal }) => receivers.includes(principal));
  const where = { hop: 'share', account, region, resource: `grants by tag of ${account}` };
  return assessed({ findings: brokenAssociations(where, { associations, products: [] }, rows) });
}

/** Null when a fact it rests on is unknown: consumers keep what they have. */
function snapshotPart({ observed, question }: Told<ShareObservation, PublishScope>): SnapshotPart | null {
  const { policy, scope, planning } = question;
  const { catalog, listed } = observed.byName;
  if (!catalog.known || !listed.known) return null;
  if (inTheWay(question, BEFORE).some(({ state }) => state === 'unknown')) return null;
  const products = productsOf(policy, scope);
  const blocked = blockedProducts(question, products, BEFORE);
  const seen = { catalog: catalog.value, rows: listed.value.grants, blocked, held: observed.held, planning };
  const byTag = tagPart(observed, question);
  const told = products.map((product) => productSnapshot(product, seen));
  return byTag === null ? null : { products: told, held: [...observed.held], ...byTag };
}

/** Of a catalog, which shares carry its grants by tag; of a database, which of them reach it. */
function tagPart({ byName, byTag: seen, tagged, held }: ShareObservation, question: Asked): SnapshotPart | null {
  const { policy, scope, planning } = question;
  if (tagReceivers(policy, scope).length === 0) return {};
  if (scope.database === null) {
    if (seen === null || !seen.listed.known) return null;
    return { tagged: tagShares(policy, scope, { rows: seen.listed.value.grants, held, planning }) };
  }
  const { catalog } = byName;
  if (!catalog.known) return null;
  if (catalog.value.database === null || catalog.value.database.isLink) return {};
  if (!tagged.known) return null;
  const planned = plannedAssignments(question);
  const reached = reachedBy(policy, scope, withAssigned(tagged.value, planned));
  const given = reached.map((one) => ({ ...one, accounts: one.accounts.filter((account) => !held.includes(account)) }));
  return { reached: given.filter(({ accounts }) => accounts.length > 0) };
}
