/** Listed grants on LF-Tags, said as they were granted. */

import type { Grant, ListedGrant, TagValues } from '#contracts/lake-formation.ts';
import { grantText } from '../permissions.ts';
import { EVERY } from './grants.ts';

/** Values of a key are listed in one row or in several, and all of them as `*`: rows as what was granted names them. */
export function asGranted(
  rows: readonly ListedGrant[],
  named: readonly Pick<Grant, 'principal' | 'resource'>[],
  keys: readonly TagValues[],
): readonly ListedGrant[] {
  const distinct = new Map(named.map((one) => [grantText(one), one]));
  const tags = [...distinct.values()].flatMap(({ principal, resource }): ListedGrant[] => {
    if (resource.type !== 'tag') return [];
    const near = rows.filter(
      (row) =>
        row.principal === principal &&
        row.resource.type === 'tag' &&
        row.resource.catalog === resource.catalog &&
        row.resource.key === resource.key,
    );
    const every = keys.find(({ key }) => key === resource.key)?.values ?? [];
    const asked = resource.values.includes(EVERY) ? every : resource.values;
    const held = (of: 'permissions' | 'grantable') =>
      [...new Set(near.flatMap((row) => row[of]))].filter((permission) => {
        const seen = near.filter((row) => row[of].includes(permission)).flatMap(valuesOf);
        return seen.includes(EVERY) || (asked.length > 0 && asked.every((value) => seen.includes(value)));
      });
    const permissions = held('permissions').sort();
    if (permissions.length === 0) return [];
    return [{ principal, resource, permissions, grantable: held('grantable').sort(), shareArns: [] }];
  });
  return [...rows.filter(({ resource }) => resource.type !== 'tag'), ...tags];
}

function valuesOf({ resource }: ListedGrant): readonly string[] {
  return resource.type === 'tag' ? resource.values : [];
}
