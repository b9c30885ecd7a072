/** Roles and users of an account with their policies: who could make databases and tables by IAM alone. */

import pMap from 'p-map';
import type { IdentitiesFacts, IdentityFacts, RoleFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { listRoles, readRole } from './roles.ts';
import { listUsers, readUser } from './users.ts';

/** More than these are counted and not read: a run has minutes, and each takes half a dozen calls. */
const MOST_IDENTITIES = 500;
/** All at once is what gets an account throttled. */
const CONCURRENCY = 8;

/** AWS's own roles are left out: what they may do is AWS's business, and nobody can grant them anything else. */
export async function readIdentities(clients: Pick<Clients, 'iam' | 'account'>): Promise<IdentitiesFacts> {
  const [roles, users] = await Promise.all([listRoles(clients), listUsers(clients)]);
  const all = [
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
  const read = await pMap(all.slice(0, MOST_IDENTITIES), (one) => one(), { concurrency: CONCURRENCY });
  return { identities: read.filter((one) => one !== null), unread: Math.max(0, all.length - MOST_IDENTITIES) };
}

function asIdentity(role: RoleFacts | null): IdentityFacts | null {
  if (role === null) return null;
  const { arn, tags, policies, boundary } = role;
  return { kind: 'role', arn, tags, policies, boundary };
}
