/** The policies RAM puts on single resources of the catalog while it shares them. */

import type { World } from '../service.ts';
import type { Place } from './names.ts';

export interface SharedPolicy {
  readonly resource: string;
  readonly text: string;
  readonly time: Date;
}

/** One for each resource that a share of this catalog carries to somebody now. */
export function policiesOfShares(world: World, place: Place): SharedPolicy[] {
  const found = new Map<string, SharedPolicy>();
  for (const share of world.ram.owned.get(`${place.account}/${place.region}`) ?? []) {
    const principals = associated(share.principals.values());
    if (share.status !== 'ACTIVE' || principals.length === 0) continue;
    for (const resource of associated(share.resources.values()))
      if (resource.startsWith('arn:aws:glue:'))
        found.set(resource, { resource, text: policyText(resource, principals), time: new Date(share.updated) });
  }
  return [...found.values()];
}

function associated(all: Iterable<{ readonly entity: string; readonly status: string }>): string[] {
  return [...all].filter(({ status }) => status === 'ASSOCIATED').map(({ entity }) => entity);
}

function policyText(resource: string, principals: readonly string[]): string {
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: [...principals] },
    Action: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
    Resource: [resource],
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
}
