/** What a walk knows of a lake's foundation: registrations, grants on the catalog and on places, and who could make what. */

import { listGrants } from '#aws/grants.ts';
import { covering, listLocations } from '#aws/location.ts';
import { listRoles, readRole } from '#aws/roles.ts';
import { listUsers, readUser } from '#aws/users.ts';
import type { PublishScope } from '#contracts/steps.ts';
import type { GrantFacts, IdentitiesFacts, IdentityFacts, LocationFacts, RoleFacts } from '#core/facts.ts';
import { catalogResource } from '#core/hops/create-database.ts';
import { known, type Observed } from '#core/lake.ts';
import type { WalkContext } from './context.ts';
import { identityReader, type Place, reader } from './entrance.ts';
import { observed, once, oncePer } from './observed.ts';
import { inPool } from './pool.ts';

/** More than these are counted and not read: a walk has minutes, and each takes half a dozen calls. */
const MOST_IDENTITIES = 500;

type AsAdmin = <T>(read: () => Promise<T>) => Promise<Observed<T>>;

export function foundationFacts(ctx: WalkContext, scope: PublishScope, asAdmin: AsAdmin) {
  const { account, region } = scope;
  const clients = reader(ctx, { account, region });
  const registrations = once(() => observed(ctx, () => listLocations(clients)));
  const grants = (read: () => ReturnType<typeof listGrants>) =>
    once(() => asAdmin(async (): Promise<GrantFacts> => ({ grants: await read() })));
  return {
    /** By `bucket` and `prefix`, on two lines. */
    location: oncePer(async (text): Promise<Observed<LocationFacts>> => {
      const all = await registrations();
      const [bucket = '', prefix = ''] = text.split('\n');
      return all.known ? known(covering(all.value, { bucket, prefix, partition: ctx.policy.partition })) : all;
    }),
    /** The role of a registration, by ARN; null when its account has none of that name. */
    registrationRole: oncePer(
      (arn): Promise<Observed<RoleFacts | null>> => observed(ctx, () => readRole(clients, arn.split('/').at(-1) ?? '')),
    ),
    catalogGrants: grants(() => listGrants(clients, { account, owner: true, resource: catalogResource(account) })),
    locationGrants: grants(() => listGrants(clients, { account, resourceType: 'DATA_LOCATION' })),
    identities: once(() => observed(ctx, () => readIdentities(ctx, { account, region }))),
  };
}

async function readIdentities(ctx: WalkContext, place: Place): Promise<IdentitiesFacts> {
  const clients = identityReader(ctx, place);
  const [roles, users] = await Promise.all([listRoles(clients), listUsers(clients)]);
  const all = [
    // AWS's own: what they may do is AWS's business, and nobody can grant them anything else.
    ...roles
      .filter(({ path }) => !path.startsWith('/aws-service-role/'))
      .map(
        ({ name }) =>
          async () =>
            asIdentity(await readRole(clients, name)),
      ),
    ...users.map(
      ({ name }) =>
        () =>
          readUser(clients, name),
    ),
  ];
  const read = await inPool(all.slice(0, MOST_IDENTITIES), (one) => one());
  return { identities: read.filter((one) => one !== null), unread: Math.max(0, all.length - MOST_IDENTITIES) };
}

function asIdentity(role: RoleFacts | null): IdentityFacts | null {
  if (role === null) return null;
  const { arn, tags, policies, boundary } = role;
  return { kind: 'role', arn, tags, policies, boundary };
}
