/** What the policy's `tags.grants` give on whatever carries a tag: by the catalog's owner, and passed on by consumers. */

import { isAccountId } from '#contracts/arn.ts';
import type { LakeResource } from '#contracts/lake-formation.ts';
import type { Catalog, Policy, TagGrant } from '#contracts/policy.ts';
import { sortedSet } from '../collections.ts';
import { type DesiredGrant, grantText } from '../permissions.ts';
import { accountOf, tagGrantsOf } from '../selectors.ts';

/** Every value of a key, those still to come included. */
export const EVERY = '*';

/** What the owner of a catalog grants: to its own principals, and with grant option to accounts (G-L13). */
export function ownerGrants(policy: Policy, catalog: Catalog): readonly DesiredGrant[] {
  const given = tagGrantsOf(policy, catalog).flatMap((entry) =>
    entry.to
      .filter((principal) => isAccountId(principal) || accountOf(principal, catalog) === catalog.account)
      .flatMap((principal) => grantsBy(entry, principal)),
  );
  return [...given, ...described(policy, catalog, given)];
}

/** What a consumer passes on to its own principals, by the expression with which it was granted. */
export function consumerGrants(policy: Policy, catalog: Catalog, account: string): readonly DesiredGrant[] {
  return tagGrantsOf(policy, catalog).flatMap((entry) =>
    entry.to
      .filter((principal) => !isAccountId(principal) && accountOf(principal, catalog) === account)
      .flatMap((principal) => grantsBy(entry, principal)),
  );
}

function grantsBy(entry: TagGrant, principal: string): readonly DesiredGrant[] {
  const catalog = entry.account;
  const by = (on: 'database' | 'table'): LakeResource => ({ type: 'tag-policy', catalog, on, expression: entry.where });
  const desired: readonly (readonly [LakeResource, readonly string[]])[] = [
    [by('database'), entry.database],
    [by('table'), entry.tables],
    ...entry.associate.map((key) => [{ type: 'tag' as const, catalog, key, values: [EVERY] }, ASSOCIATE] as const),
  ];
  return desired
    .filter(([, permissions]) => permissions.length > 0)
    .map(([resource, permissions]) => desiredGrant(principal, resource, permissions, isAccountId(principal)));
}

const ASSOCIATE = ['ASSOCIATE', 'DESCRIBE'];

/**
 * An account sees the tags it was granted by: its administrators tell by them what was shared, and may give less of it
 * by another expression (the second rule of cascading). Nobody passes that on, so there is no grant option.
 */
function described(policy: Policy, catalog: Catalog, given: readonly DesiredGrant[]): readonly DesiredGrant[] {
  const whole = new Set(
    given.filter(({ grant }) => grant.resource.type === 'tag').map(({ grant }) => grantText(grant)),
  );
  const values = new Map<string, { principal: string; key: string; values: string[] }>();
  for (const { to, where } of tagGrantsOf(policy, catalog)) {
    for (const principal of to.filter(isAccountId)) {
      for (const { key, values: more } of where) {
        const at = `${principal} ${key}`;
        values.set(at, { principal, key, values: [...(values.get(at)?.values ?? []), ...more] });
      }
    }
  }
  return [...values.values()].flatMap(({ principal, key, values: some }) => {
    const tag = (of: readonly string[]) => ({ type: 'tag' as const, catalog: catalog.account, key, values: of });
    if (whole.has(grantText(desiredGrant(principal, tag([EVERY]), [], false).grant))) return [];
    return [desiredGrant(principal, tag(sortedSet(some)), ['DESCRIBE'], false)];
  });
}

function desiredGrant(
  principal: string,
  resource: LakeResource,
  permissions: readonly string[],
  passOn: boolean,
): DesiredGrant {
  return { grant: { principal, resource, permissions, grantable: passOn ? permissions : [] }, products: [] };
}
