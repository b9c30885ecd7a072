import type { PublishScope } from '#contracts/steps.ts';
import { ownsCatalogChecks, restoresCatalog } from '#core/catalog-ownership.ts';
import type { CatalogFacts, GrantFacts, IdentitiesFacts, SettingsFacts, TaggedFacts } from '#core/facts.ts';
import { known, type Observed } from '#core/observed.ts';
import { productsOf, receivers, tagReceivers } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeCatalog, observeOpen, observeShares } from '../listed-shares.ts';
import { GRANTS, IDENTITIES, SETTINGS } from '../queries.ts';
import { NOTHING_TAGGED, observeTagged } from '../tag-facts.ts';
import { catalogResource, everybodysRow, takenCreateDatabase } from './create-database.ts';
import { takenFrom } from './restore.ts';

export interface ExposureObservation {
  readonly catalog: Observed<CatalogFacts>;
  /** What IAM_ALLOWED_PRINCIPALS holds on the database and its tables. */
  readonly open: Observed<GrantFacts>;
  /** Grants on what is shared. */
  readonly listed: Observed<GrantFacts>;
  /** Tags that things of the database carry: whether grants by tag to other accounts reach it. */
  readonly tagged: Observed<TaggedFacts>;
  readonly createDatabase: CreateDatabaseObservation | null;
}

/** Of the catalog as a whole; null where another scope judges it, or nothing is asked. */
export interface CreateDatabaseObservation {
  readonly settings: Observed<SettingsFacts>;
  readonly grants: Observed<GrantFacts>;
  /** Who could make databases; null: nobody is about to lose anything. */
  readonly identities: Observed<IdentitiesFacts> | null;
}

type Asked = Question<PublishScope>;

const NONE = known({ grants: [] });

/** Grants and tags are read only where something is shared, or something was taken that may have to be put back. */
export async function observeExposure(read: Reads, asked: Asked): Promise<ExposureObservation> {
  const { scope, policy } = asked;
  const shared = productsOf(policy, scope).some((product) => receivers(product).length > 0);
  const byTag = !shared && scope.database !== null && tagReceivers(policy, scope).length > 0;
  const matters = shared || byTag || isTaken(asked);
  const catalog = matters ? await observeCatalog(read, scope) : known({ database: null, tables: [] });
  const [open, listed, tagged, createDatabase] = await Promise.all([
    matters ? observeOpen(read, scope) : NONE,
    shared ? observeShares(read, asked, catalog) : NONE,
    byTag ? observeTagged(read, asked) : known(NOTHING_TAGGED),
    observeCreateDatabase(read, asked),
  ]);
  return { catalog, open, listed, tagged, createDatabase };
}

function isTaken({ scope: { account, region, database }, entries }: Asked): boolean {
  if (database === null) return false;
  const { revoked, defaults } = takenFrom({ account, region, database }, entries);
  return revoked.length + defaults.length > 0;
}

async function observeCreateDatabase(
  read: Reads,
  { scope, policy, recent, entries }: Asked,
): Promise<CreateDatabaseObservation | null> {
  const { account, region } = scope;
  const judged = policy.settings.createDatabase !== undefined && ownsCatalogChecks(policy, scope);
  const restores = restoresCatalog(policy, scope) && takenCreateDatabase(entries, account).length > 0;
  if (!judged && !restores) return null;
  const place = read.in(account, region);
  const [settings, grants] = await Promise.all([
    place.ask(SETTINGS, {}),
    place.ask(GRANTS, { owner: true, resource: catalogResource(account) }),
  ]);
  const open = judged && grants.known && everybodysRow(scope, grants.value.grants, recent) !== undefined;
  // Half a dozen calls for each role and user: only while there is somebody to be named.
  return { settings, grants, identities: open ? await place.ask(IDENTITIES, {}) : null };
}
