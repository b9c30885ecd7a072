/** Registered locations: which one covers a place in S3, and who may use it. */

import type { Permission, ResourceInfo } from '@aws-sdk/client-lakeformation';
import type { Caller } from '../caller.ts';
import { delivers } from '../ram/delivery.ts';
import { accountNames } from '../ram/recipients.ts';
import type { World } from '../service.ts';
import type { Grant } from './grants.ts';
import { iamAllowedPrincipals, namesOf } from './principals.ts';
import type { Ref } from './resources.ts';
import { lakeCatalogOf } from './state.ts';
import type { Place } from './target.ts';

/** The most specific registration above the place (`s3://bucket/path` or its ARN). */
export function locationCovering(world: World, { account, region }: Place, location: string) {
  const { locations } = lakeCatalogOf(world.lakeFormation, account, region);
  if (locations.size === 0) return undefined;
  const arn = arnOf(location);
  let found: (ResourceInfo & { ResourceArn: string }) | undefined;
  for (const one of locations.values())
    if (covers(one.ResourceArn, arn) && one.ResourceArn.length > (found?.ResourceArn.length ?? 0)) found = one;
  return found;
}

function arnOf(location: string): string {
  return location.startsWith('arn:') ? location : location.replace(/^s3[an]?:\/\//, 'arn:aws:s3:::');
}

/** The place itself and every one it lies in, up to its bucket: a permission on any of them is one on it. */
export function placesAbove(location: string): string[] {
  const parts = arnOf(location).replace(/\/+$/, '').split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function covers(registered: string, arn: string): boolean {
  const path = registered.replace(/\/+$/, '');
  return arn.replace(/\/+$/, '') === path || arn.startsWith(`${path}/`);
}

/** What the caller holds on a catalog or location, one set for each grant that applies. Locations need no share. */
export function heldAt(world: World, caller: Caller, place: Place, ref: Ref): ReadonlySet<Permission>[] {
  const owner = lakeCatalogOf(world.lakeFormation, place.account, place.region).grants;
  const rows = (names: readonly string[], table = owner): Grant[] =>
    names.flatMap((name) => [...table.held(name, ref)]).filter((grant) => grant.shows());
  if (caller.account === place.account)
    return rows([...namesOf(caller), iamAllowedPrincipals]).map(({ permissions }) => permissions);
  const direct = rows([caller.arn]).filter(({ shares }) => shares.length === 0 || delivers(world, shares, caller.arn));
  const account = rows(accountNames(world, caller.account));
  const home = lakeCatalogOf(world.lakeFormation, caller.account, place.region).grants;
  const passed = account.length > 0 ? rows(namesOf(caller), home) : [];
  return [...direct, ...passed].map(({ permissions }) => permissions);
}
