/** What a catalog's grants by tag reach: in which databases, for which accounts. Consumers learn it from snapshots. */

import { type AssignTags, isAssignTags } from '#changes/tag-assignment/assignment.ts';
import type { LakeResource, ListedGrant, Tags, TagValues } from '#contracts/lake-formation.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { Reached, TagShareSnapshot } from '#contracts/snapshot.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sortedSet } from '#core/collections.ts';
import type { TaggedFacts, TagsOn } from '#core/facts.ts';
import { covers, expressionText, heldBy, mergeDesired } from '#core/permissions.ts';
import { tagReceivers } from '#core/selectors.ts';
import { columnKey } from '#core/tags/columns.ts';
import { ownerGrants } from '#core/tags/grants.ts';
import { before, type Question } from '#engine/hop.ts';

type TagPolicyResource = Extract<LakeResource, { type: 'tag-policy' }>;

/** Keys are all required; of a key's values one is enough. */
export function matchesTags(expression: readonly TagValues[], tags: Tags): boolean {
  return expression.every(({ key, values }) => {
    const value = tags[key];
    return value !== undefined && values.includes(value);
  });
}

interface OutwardGrant {
  readonly account: string;
  readonly resource: TagPolicyResource;
  readonly permissions: readonly string[];
}

/** Grants by tag to other accounts, one per account and expression. */
function outward(policy: Policy, catalog: Catalog): readonly OutwardGrant[] {
  const receivers = tagReceivers(policy, catalog);
  return mergeDesired(ownerGrants(policy, catalog)).flatMap(({ grant: { principal, resource, permissions } }) =>
    resource.type === 'tag-policy' && receivers.includes(principal)
      ? [{ account: principal, resource, permissions }]
      : [],
  );
}

function byExpression(grants: readonly OutwardGrant[]): readonly (readonly OutwardGrant[])[] {
  const groups = Map.groupBy(grants, ({ resource }) => `${resource.on} ${expressionText(resource.expression)}`);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** What a catalog's snapshot says of its grants by tag. When planning, what is wanted counts as granted. */
export function tagShares(
  policy: Policy,
  catalog: Catalog,
  listing: { readonly rows: readonly ListedGrant[]; readonly held: readonly string[]; readonly planning: boolean },
): TagShareSnapshot[] {
  const { rows, held: heldBack, planning } = listing;
  const given = outward(policy, catalog).filter(({ account }) => !heldBack.includes(account));
  return byExpression(given).flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const stands = ({ account, resource, permissions }: OutwardGrant) => {
      const held = heldBy(rows, account, resource);
      return planning || (covers(held.permissions, permissions) && covers(held.grantable, permissions));
    };
    const shares = group.map(({ account, resource }) => [account, heldBy(rows, account, resource).shareArns] as const);
    return [
      {
        where: expressionText(first.resource.expression),
        on: first.resource.on,
        shared: group
          .filter(stands)
          .map(({ account }) => account)
          .sort(),
        shares: Object.fromEntries(shares.map(([account, arns]) => [account, [...arns]])),
      },
    ];
  });
}

/** The grants by tag to other accounts that match a database, one of its tables or columns. */
export function reachedBy(policy: Policy, catalog: Catalog, tagged: TaggedFacts): Reached[] {
  return byExpression(outward(policy, catalog)).flatMap((group) => {
    const first = group[0]?.resource;
    if (first === undefined || !reaches(first, tagged)) return [];
    const accounts = sortedSet(group.map(({ account }) => account));
    return [{ where: expressionText(first.expression), on: first.on, accounts }];
  });
}

/** A table without tags of its own has its database's: that one matches is enough, now and for tables to come. */
function reaches({ on, expression }: TagPolicyResource, tagged: TaggedFacts): boolean {
  if (matchesTags(expression, tagged.database.inForce)) return true;
  if (on === 'database') return false;
  const columns = Object.values(tagged.columns).flatMap((table) => Object.values(table));
  return [...Object.values(tagged.tables), ...columns].some(({ inForce }) => matchesTags(expression, inForce));
}

/** Hops that go by what tags reach suppose, when planning, that tags are assigned. */
export function supposesTags({ policy, scope }: Pick<Question<PublishScope>, 'policy' | 'scope'>): readonly string[] {
  return tagReceivers(policy, scope).length > 0 ? ['tags'] : [];
}

/** Assignments that a plan makes before. */
export function plannedAssignments(question: Question<PublishScope>): readonly AssignTags[] {
  if (!question.planning || supposesTags(question).length === 0) return [];
  return before(question, 'tags').changes.filter(isAssignTags);
}

/** Facts as they will be once these assignments are made: what a plan goes by. */
export function withAssigned(tagged: TaggedFacts, changes: readonly AssignTags[]): TaggedFacts {
  let { database } = tagged;
  const tables = new Map(Object.entries(tagged.tables));
  const columns = new Map(
    Object.entries(tagged.columns).map(([table, known]) => [table, new Map(Object.entries(known))]),
  );
  for (const { table, columns: named, tags } of changes) {
    if (table === null) {
      database = more(database, database, tags);
      continue;
    }
    if (named.length === 0) tables.set(table, more(tables.get(table), database, tags));
    const known = columns.get(table) ?? new Map<string, TagsOn>();
    for (const column of named.map(columnKey))
      known.set(column, more(known.get(column), tables.get(table) ?? database, tags));
    columns.set(table, known);
  }
  const perTable = [...columns].map(([table, known]) => [table, Object.fromEntries(known)] as const);
  return { database, tables: Object.fromEntries(tables), columns: Object.fromEntries(perTable) };
}

function more(on: TagsOn | undefined, parent: TagsOn, tags: Tags): TagsOn {
  const { assigned = {}, inForce = parent.inForce, unsure = [] } = on ?? {};
  return { assigned: { ...assigned, ...tags }, inForce: { ...inForce, ...tags }, unsure };
}
