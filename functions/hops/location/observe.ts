import { covering, type Registration } from '#aws/location.ts';
import type { DataLocation, Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import type { GrantFacts, LocationFacts } from '#core/facts.ts';
import { dataLocationsOf, isServiceLinked } from '#core/locations.ts';
import { known, mapKnown, type Observed } from '#core/observed.ts';
import { placeReceivers, productsOf } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeHeld } from '../members.ts';
import { CATALOG_ENCRYPTION, GRANTS, LOCATIONS, ROLE } from '../queries.ts';
import { observeStore } from '../stores.ts';
import type { LocationRests } from './by-product.ts';
import { hasGranted } from './data-locations.ts';

export interface LocationObservation {
  readonly products: readonly {
    readonly product: Product;
    readonly location: Observed<LocationFacts>;
    /** Null with `access: iam`, which registers nothing. */
    readonly rests: LocationRests | null;
  }[];
  /** Of a catalog: data locations of the policy, and who was granted them; null where it has none, and had none. */
  readonly delegated: Delegated | null;
}

export interface Delegated {
  readonly registered: readonly { readonly entry: DataLocation; readonly facts: Observed<LocationFacts> }[];
  readonly listed: Observed<GrantFacts>;
  /** Accounts that are given nothing. */
  readonly held: readonly string[];
}

type Asked = Question<PublishScope>;

export async function observeLocations(read: Reads, asked: Asked): Promise<LocationObservation> {
  const { policy, scope } = asked;
  const products = productsOf(policy, scope).map(async (product) => {
    const location = await locationOf(read, asked, product.storage);
    return { product, location, rests: await restsOf(read, product, location) };
  });
  return { products: await Promise.all(products), delegated: await observeDelegated(read, asked) };
}

async function locationOf(
  read: Reads,
  { policy: { partition }, scope: { account, region } }: Asked,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<Observed<LocationFacts>> {
  const all: Observed<readonly Registration[]> = await read.in(account, region).ask(LOCATIONS, {});
  return mapKnown(all, (registrations) => covering(registrations, { bucket, prefix, partition }));
}

async function restsOf(
  read: Reads,
  product: Product,
  location: Observed<LocationFacts>,
): Promise<LocationRests | null> {
  if (product.storage.access === 'iam') return null;
  const place = read.in(product.account, product.region);
  const roleArn = location.known ? (location.value.registered?.roleArn ?? null) : null;
  const own = roleArn !== null && !isServiceLinked(roleArn);
  const [encryption, storage, role] = await Promise.all([
    place.ask(CATALOG_ENCRYPTION, {}),
    observeStore(read, product),
    own ? place.ask(ROLE, { name: roleArn.split('/').at(-1) ?? '' }) : null,
  ]);
  return { encryption, storage, role };
}

async function observeDelegated(read: Reads, asked: Asked): Promise<Delegated | null> {
  const { policy, scope, entries } = asked;
  const { account, region, database } = scope;
  if (database !== null) return null;
  const places = dataLocationsOf(policy, scope);
  const concerned = places.length > 0 || placeReceivers(policy, scope).length > 0 || hasGranted(account, entries);
  if (!concerned) return { registered: [], listed: known({ grants: [] }), held: [] };
  const registered = places.map(async (entry) => ({ entry, facts: await locationOf(read, asked, entry) }));
  const listed = await read.in(account, region).ask(GRANTS, { resourceType: 'DATA_LOCATION' });
  return { registered: await Promise.all(registered), listed, held: await observeHeld(read, asked) };
}
