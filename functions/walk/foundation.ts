/** What a lake rests on and no product names: registered locations, data location permissions, who may create databases. */

import type { Product } from '#contracts/policy.ts';
import { type Decision, merge, NOTHING } from '#core/actions.ts';
import { judgesCatalog, produces, restoresCatalog } from '#core/catalogs.ts';
import type { LocationFacts } from '#core/facts.ts';
import { decideCreateDatabase, everybodysRow } from '#core/hops/create-database.ts';
import { dataLocationsOf, decideDataLocations } from '#core/hops/data-locations.ts';
import { decideLocation, isServiceLinked, type LocationRests } from '#core/hops/location.ts';
import { restoreCreateDatabase, takenFromCatalog } from '#core/hops/restore.ts';
import type { Observed } from '#core/lake.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';
import { storageText } from './stored.ts';

/** Each product's location, by its access. */
export async function locationHop(ctx: WalkContext, facts: PublishFacts): Promise<Decision> {
  const decisions = facts.products.map(async (product) => {
    const location = await facts.location(`${product.storage.bucket}\n${product.storage.prefix}`);
    const rests = await restsOf(facts, product, location);
    return decideLocation({ policy: ctx.policy, product, facts: location, rests });
  });
  return merge(...(await Promise.all(decisions)));
}

async function restsOf(
  facts: PublishFacts,
  product: Product,
  location: Observed<LocationFacts>,
): Promise<LocationRests | null> {
  if (product.storage.access === 'iam') return null;
  const roleArn = location.known ? (location.value.registered?.roleArn ?? null) : null;
  const own = roleArn !== null && !isServiceLinked(roleArn);
  const [catalog, storage, role] = await Promise.all([
    facts.catalogPolicy(),
    facts.storage(storageText(product)),
    own ? facts.registrationRole(roleArn) : null,
  ]);
  return { catalog, storage, role };
}

/** Who may make catalog objects that point at registered places. */
export async function registrationsHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const { account, region, database } = facts.scope;
  if (database !== null) return NOTHING;
  const registered = await Promise.all(
    dataLocationsOf(ctx.policy, facts.scope).map(async (entry) => ({
      entry,
      facts: await facts.location(`${entry.bucket}\n${entry.prefix}`),
    })),
  );
  return decideDataLocations({
    policy: ctx.policy,
    account,
    region,
    registered,
    listed: await facts.locationGrants(),
    entries: await facts.entries(),
    recent: looking.recent,
  });
}

/** CREATE_DATABASE of IAM_ALLOWED_PRINCIPALS, which lets anybody with IAM rights make databases of their own. */
export async function createDatabaseHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const { policy } = ctx;
  const { account, region } = facts.scope;
  const restored = await createDatabaseRestored(ctx, facts);
  if (policy.settings.createDatabase === undefined || !judgesCatalog(policy, facts.scope)) return restored;
  const grants = await facts.catalogGrants();
  const open = grants.known && everybodysRow({ account, region }, grants.value.grants, looking.recent) !== undefined;
  const judged = decideCreateDatabase({
    policy,
    account,
    region,
    settings: await facts.settings(),
    grants,
    // Half a dozen calls for each role and user: only while there is somebody to be named.
    identities: open ? await facts.identities() : null,
    recent: looking.recent,
  });
  return merge(restored, judged);
}

/** Put back once the policy does not say `revoke`, or the catalog has nothing that others read. */
async function createDatabaseRestored({ policy }: WalkContext, facts: PublishFacts): Promise<Decision> {
  const { scope } = facts;
  const isTaken = policy.settings.createDatabase === 'revoke' && produces(policy, scope);
  if (isTaken || !restoresCatalog(policy, scope)) return NOTHING;
  const { createDatabase } = takenFromCatalog(scope, await facts.entries());
  return createDatabase.length === 0 ? NOTHING : restoreCreateDatabase(createDatabase, await facts.catalogGrants());
}
