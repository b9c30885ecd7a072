/** S3 locations as Lake Formation knows them. */

import type { LakeResource } from '#contracts/lake-formation.ts';
import type { Catalog, DataLocation, Policy } from '#contracts/policy.ts';
import { sameAccountRegion } from './account-region.ts';

/** The ARN of a product's location as Lake Formation keeps it: without the slash at the end. */
export function locationArn(partition: string, { bucket, prefix }: { bucket: string; prefix: string }): string {
  return `arn:${partition}:s3:::${bucket}/${prefix}`.replace(/\/+$/, '');
}

export function isServiceLinked(roleArn: string | null): boolean {
  return roleArn?.includes(':role/aws-service-role/') ?? false;
}

/** The entries of one catalog. */
export function dataLocationsOf(policy: Policy, catalog: Catalog): readonly DataLocation[] {
  return policy.dataLocations.filter(sameAccountRegion(catalog));
}

/** The data location as Lake Formation names it in grants. */
export function locationResource(policy: Policy, entry: DataLocation): LakeResource {
  return { type: 'data-location', catalog: entry.account, arn: locationArn(policy.partition, entry) };
}

/** Who holds it may make catalog objects that point at the place. */
export const DATA_LOCATION_ACCESS: readonly string[] = ['DATA_LOCATION_ACCESS'];
