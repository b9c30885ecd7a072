/** The RAM side of a grant to another account. */

import { AwsError } from '../aws-error.ts';
import { catalogArn, databaseArn, tableArn } from '../glue/names.ts';
import { companionShare, consolidatedShare, type GrantShare, shareForGrant, withdrawFromShare } from '../ram/grants.ts';
import type { Carrier, Share, Slot } from '../ram/state.ts';
import type { Call, World } from '../service.ts';
import type { Grant } from './grants.ts';
import { invalidInput, type Ref } from './resources.ts';
import { crossAccountVersion, type LakeFormationCatalog } from './state.ts';

/** What carries a grant on `ref` to the principal: shares made or added to as the version says. */
export function share(
  world: World,
  catalog: LakeFormationCatalog,
  { principal, ref, refused }: { principal: string; ref: Ref; refused: boolean },
): Carrier[] {
  const place = wantedShare(world, catalog, principal, ref);
  if (!place) return [];
  const wanted = { ...place, refused };
  const made = shared(world, wanted);
  if (wanted.slot === 'tables' && 'database' in ref)
    companionShare(world, { ...wanted, slot: 'database', resource: databaseArn(catalog, ref.database) });
  return [{ share: made.arn, resource: wanted.resource }];
}

/** Lake Formation has its own words for an organization that RAM doesn't share with. */
function shared(world: World, wanted: GrantShare): Share {
  try {
    return shareForGrant(world, wanted);
  } catch (error) {
    if (error instanceof AwsError && error.name === 'UnknownResourceException')
      throw invalidInput(`Organization ${wanted.principal.slice(wanted.principal.lastIndexOf('/') + 1)} not found.`);
    throw error;
  }
}

/** Lake Formation shares with the rights of whoever grants: without RAM's, no grant. */
export async function checkRamRights(call: Call, principal: string, ref: Ref): Promise<void> {
  const slot = slotOf(ref);
  if (slot === undefined) return;
  const { account: owner, region, caller, world } = call;
  const kept =
    crossAccountVersion(world, owner, region) > 1 && consolidatedShare(world, { owner, region, principal, slot });
  await world.iam.authorize({
    caller,
    action: kept ? 'ram:AssociateResourceShare' : 'ram:CreateResourceShare',
    resource: kept ? kept.arn : '*',
    context: {
      'ram:RequestedResourceType': resourceTypes[slot],
      'ram:ResourceShareName': kept ? kept.name : 'LakeFormation-V4',
      // Its shares are open to accounts outside, whoever they are for.
      ...(kept ? {} : { 'ram:RequestedAllowsExternalPrincipals': 'true' }),
    },
  });
}

/** Whether Glue may write down in the catalog's policy, with the grantor's rights, that RAM shares: else RAM fails. */
export async function mayShareCatalog({ world, caller, account, region }: Call): Promise<boolean> {
  const resource = catalogArn({ account, region });
  const { effect } = await world.iam.decide({ caller, action: 'glue:PutResourcePolicy', resource });
  return effect === 'allowed';
}

/** Whether a revoke of this caller also takes the resource out of RAM: without the right to, the share stays (G-R12). */
export async function mayWithdraw(call: Call, grant: Grant): Promise<boolean> {
  const made = call.world.ram.shares.get(grant.shares[0]?.share ?? '');
  if (!made) return true;
  const { effect } = await call.world.iam.decide({
    caller: call.caller,
    action: 'ram:DisassociateResourceShare',
    resource: made.arn,
    context: { 'ram:ResourceShareName': made.name },
  });
  return effect === 'allowed';
}

const resourceTypes: Readonly<Record<Slot, string>> = {
  database: 'glue:Database',
  tables: 'glue:Table',
  'all-tables': 'glue:Table',
  'tag-database': 'glue:Catalog',
  'tag-table': 'glue:Catalog',
};

/** Takes a removed grant's resource out of its shares, unless another grant of the principal still needs it there. */
export function withdraw(world: World, catalog: LakeFormationCatalog, grant: Grant): void {
  if (grant.shares.length === 0 || stillShared(catalog, grant)) return;
  for (const carrier of grant.shares) withdrawFromShare(world, carrier.share, carrier.resource);
  withdrawCompanion(world, catalog, grant);
}

function withdrawCompanion(world: World, catalog: LakeFormationCatalog, { ref, principal }: Grant): void {
  if (!('database' in ref)) return;
  const database: Ref = { kind: 'database', catalog: catalog.account, database: ref.database };
  const used =
    [...catalog.grants.held(principal, database)].length > 0 ||
    [...catalog.grants.heldIn(principal, catalog.account, ref.database)].length > 0;
  const { account: owner, region } = catalog;
  const kept = consolidatedShare(world, { owner, region, principal, slot: 'database' });
  if (!used && kept) withdrawFromShare(world, kept.arn, databaseArn(catalog, ref.database));
}

function stillShared(catalog: LakeFormationCatalog, { ref, principal, shares }: Grant): boolean {
  const others =
    ref.kind === 'policy'
      ? [...catalog.grants.policiesOf(principal)].filter(
          (other) => other.ref.kind === 'policy' && other.ref.type === ref.type,
        )
      : [...catalog.grants.held(principal, ref)];
  return others.some((other) => other.shares.some((one) => shares.some(({ share: arn }) => arn === one.share)));
}

function wantedShare(
  world: World,
  catalog: LakeFormationCatalog,
  principal: string,
  ref: Ref,
): Omit<GrantShare, 'refused'> | undefined {
  const version = crossAccountVersion(world, catalog.account, catalog.region);
  const slot = slotOf(ref);
  const resource = arnOf(world, catalog, ref, version);
  if (slot === undefined || resource === undefined) return undefined;
  // Before version 3, tag policies go by the catalog's resource policy, which RAM knows nothing of.
  if (ref.kind === 'policy' && version < 3) return undefined;
  return { owner: catalog.account, region: catalog.region, principal, slot, resource, version };
}

function slotOf(ref: Ref): Slot | undefined {
  if (ref.kind === 'database') return 'database';
  if (ref.kind === 'policy') return ref.type === 'DATABASE' ? 'tag-database' : 'tag-table';
  if (ref.kind === 'table' || ref.kind === 'columns') return ref.table === undefined ? 'all-tables' : 'tables';
  return ref.kind === 'filter' ? 'tables' : undefined;
}

/** All tables are shared as their database, or as a pattern. */
function arnOf(world: World, catalog: LakeFormationCatalog, ref: Ref, version: number): string | undefined {
  if (ref.kind === 'database') return databaseArn(catalog, ref.database);
  if (ref.kind === 'policy') return catalogArn(catalog);
  if (ref.kind !== 'table' && ref.kind !== 'columns' && ref.kind !== 'filter') return undefined;
  if (ref.table !== undefined) return tableArn(catalog, ref.database, ref.table);
  const pattern = version >= 5 || world.switch('ram-all-tables-resource') === 'pattern';
  return pattern ? tableArn(catalog, ref.database, '*') : databaseArn(catalog, ref.database);
}
