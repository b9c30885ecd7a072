import type { TagValues } from '#contracts/lake-formation.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sortedSet } from '#core/collections.ts';
import type { AssociationFacts, CatalogFacts, GrantFacts, SettingsFacts, TaggedFacts } from '#core/facts.ts';
import { known, mapKnown, type Observed } from '#core/observed.ts';
import { productsOf, tagGrantsOf, tagReceivers } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeCatalog, observeShares } from '../listed-shares.ts';
import { observeHeld } from '../members.ts';
import { ALL_ASSOCIATIONS, ASSOCIATIONS, SETTINGS, TAG_GRANTS } from '../queries.ts';
import { NOTHING_TAGGED, observeTagged, observeTagKeys } from '../tag-facts.ts';

export interface ShareObservation {
  readonly byName: SharesByName;
  /** Null in scopes that decide nothing of grants by tag. */
  readonly byTag: SharesByTag | null;
  /** Tags that things of the database carry: which grants by tag reach it. */
  readonly tagged: Observed<TaggedFacts>;
  /** Accounts that are given nothing. */
  readonly held: readonly string[];
}

export interface SharesByName {
  readonly catalog: Observed<CatalogFacts>;
  /** Grants on what is shared, and on what we granted before. */
  readonly listed: Observed<GrantFacts>;
  readonly associations: Observed<readonly AssociationFacts[]>;
}

export interface SharesByTag {
  readonly listed: Observed<GrantFacts>;
  readonly keys: Observed<readonly TagValues[]>;
  readonly settings: Observed<SettingsFacts>;
  readonly associations: Observed<readonly AssociationFacts[]>;
}

type Asked = Question<PublishScope>;

export async function observeShare(read: Reads, asked: Asked): Promise<ShareObservation> {
  const { scope, policy } = asked;
  const reaches = scope.database !== null && tagReceivers(policy, scope).length > 0;
  const [byName, byTag, tagged, held] = await Promise.all([
    observeByName(read, asked),
    observeByTag(read, asked),
    reaches ? observeTagged(read, asked) : known(NOTHING_TAGGED),
    observeHeld(read, asked),
  ]);
  return { byName, byTag, tagged, held };
}

/** A database that rules tag and no product names: nothing is shared by name, and nothing was. */
export function sharesByName({ policy, scope, entries }: Asked): boolean {
  return productsOf(policy, scope).length > 0 || entries.some(({ kind }) => kind === 'grant');
}

async function observeByName(read: Reads, asked: Asked): Promise<SharesByName> {
  const catalog = await observeCatalog(read, asked.scope);
  if (!sharesByName(asked)) return { catalog, listed: known({ grants: [] }), associations: known([]) };
  const listed = await observeShares(read, asked, catalog);
  return { catalog, listed, associations: await associationsOf(read, asked.scope, listed, () => true) };
}

/** Only the scope of a catalog's own decides about its grants by tag, also once the policy names none any longer. */
async function observeByTag(read: Reads, asked: Asked): Promise<SharesByTag | null> {
  const { policy, scope, entries } = asked;
  const { account, region, database } = scope;
  const granted = entries.some(
    (entry) => entry.kind === 'grant' && ['tag', 'tag-policy'].includes(entry.sent.resource.type),
  );
  if (database !== null || (tagGrantsOf(policy, scope).length === 0 && !granted)) return null;
  const place = read.in(account, region);
  const [listed, keys, settings] = await Promise.all([
    place.ask(TAG_GRANTS, {}),
    observeTagKeys(read, scope),
    place.ask(SETTINGS, {}),
  ]);
  const receivers = tagReceivers(policy, scope);
  const associations = await associationsOf(read, scope, listed, (principal) => receivers.includes(principal));
  return { listed, keys, settings, associations };
}

/** Associations of the shares that carry these grants. */
async function associationsOf(
  read: Reads,
  { account, region }: PublishScope,
  listed: Observed<GrantFacts>,
  concerns: (principal: string) => boolean,
): Promise<Observed<readonly AssociationFacts[]>> {
  const rows = listed.known ? listed.value.grants.filter(({ principal }) => concerns(principal)) : [];
  const arns = sortedSet(rows.flatMap(({ shareArns }) => shareArns));
  if (arns.length === 0) return known([]);
  const place = read.in(account, region);
  if (!read.wide) return place.ask(ASSOCIATIONS, { arns });
  const all = await place.ask(ALL_ASSOCIATIONS, {});
  return mapKnown(all, (associations) => associations.filter(({ shareArn }) => arns.includes(shareArn)));
}
