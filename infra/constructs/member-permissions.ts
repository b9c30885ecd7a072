/**
 * What our three roles may do in a member account: the rows of hops and changes, which are the calls of `functions/aws`
 * by name. A resource with a wildcard says why it has one.
 */

import type { Feature, PermissionRow, RowCondition } from '#contracts/permissions.ts';
import { OPERATOR_ROWS, STORAGE_ROWS } from '../../functions/changes/permissions.ts';
import { READER_ROWS } from '../../functions/hops/permissions.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: RowCondition;
}

/** A statement and, where a resource ends in a wildcard, the reason. */
export interface Permission {
  readonly statement: Statement;
  readonly why: string;
}

export interface Place {
  readonly partition: string;
  readonly account: string;
}

/** Buckets by name, keys by ARN. */
export interface Stores {
  readonly buckets: readonly string[];
  readonly keys: readonly string[];
}

/** What the policy asks for beyond sharing: no account has a right nobody asked for. */
export interface Foundation {
  /** LF-Tags live in this account's catalog: they are read and written, and so are crawlers and workflows read. */
  readonly tags: boolean;
  /** ARNs of roles that locations are to be registered with. */
  readonly registrationRoles: readonly string[];
  /** Locations are to be registered with Lake Formation's service-linked role. */
  readonly serviceLinked: boolean;
  /** What everybody may make is judged: who would lose it has to be read. */
  readonly identities: boolean;
  /** ARNs or patterns of the keys of its own catalog and of those it reads from; none: keys of its own account. */
  readonly catalogKeys: readonly string[];
}

const NO_FOUNDATION: Foundation = {
  tags: false,
  registrationRoles: [],
  serviceLinked: false,
  identities: false,
  catalogKeys: [],
};
const NO_STORES: Stores = { buckets: [], keys: [] };

/** All observation: enough for plan, verification and explaining. */
export function readerPermissions(
  place: Place,
  stores: Stores,
  foundation: Foundation = NO_FOUNDATION,
): readonly Permission[] {
  return permissionsOf(READER_ROWS, place, { stores, foundation });
}

/** Lake Formation settings and grants, links, and what RAM and Glue do for them with our rights. */
export function operatorPermissions(place: Place, foundation: Foundation = NO_FOUNDATION): readonly Permission[] {
  return permissionsOf(OPERATOR_ROWS, place, { stores: NO_STORES, foundation });
}

/** Two kinds of documents, of the named buckets and keys only. */
export function storagePermissions(place: Place, stores: Stores): readonly Permission[] {
  return permissionsOf(STORAGE_ROWS, place, { stores, foundation: NO_FOUNDATION });
}

interface Asked {
  readonly stores: Stores;
  readonly foundation: Foundation;
}

function featuresOf({ stores, foundation }: Asked): ReadonlySet<Feature> {
  const features: readonly (readonly [Feature, boolean])[] = [
    ['tags', foundation.tags],
    ['identities', foundation.identities],
    ['registration-role', foundation.registrationRoles.length > 0],
    ['service-linked-role', foundation.serviceLinked],
    ['buckets', stores.buckets.length > 0],
    ['keys', stores.keys.length > 0],
  ];
  return new Set(features.flatMap(([feature, asked]) => (asked ? [feature] : [])));
}

/** One statement per id, of all rows with that id whose feature is asked for. */
function permissionsOf(rows: readonly PermissionRow[], place: Place, asked: Asked): readonly Permission[] {
  const features = featuresOf(asked);
  const granted = rows.filter((row) => row.features?.some((feature) => features.has(feature)) ?? true);
  return [...Map.groupBy(granted, ({ sid }) => sid)].flatMap(([Sid, same]): readonly Permission[] => {
    const [first] = same;
    if (first === undefined) return [];
    const Resource = widest(
      same.flatMap(({ on }) => on.flatMap((arn) => filled(arn, place, asked))),
      place,
    );
    const Condition = first.condition === undefined ? {} : { Condition: first.condition };
    const Action = unique(same.flatMap(({ actions }) => actions));
    return [{ statement: { Sid, Effect: 'Allow', Action, Resource, ...Condition }, why: first.why }];
  });
}

/** Everything of an account's Regions and databases; stores and roles one by one. */
function filled(arn: string, { partition, account }: Place, { stores, foundation }: Asked): readonly string[] {
  const { catalogKeys, registrationRoles } = foundation;
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['{bucket}', stores.buckets],
    ['{key}', stores.keys],
    ['{registrationRole}', registrationRoles],
    ['{catalogKey}', catalogKeys.length > 0 ? catalogKeys : [keysOf(account)]],
  ];
  const each = lists.find(([placeholder]) => arn.includes(placeholder));
  const arns = each === undefined ? [arn] : each[1].map((value) => arn.replace(each[0], value));
  return arns.map((one) =>
    one
      .replaceAll('{partition}', partition)
      .replaceAll('{account}', account)
      .replaceAll('{region}', '*')
      .replaceAll('{database}', '*'),
  );
}

/** Every key of an account. */
export function keysOf(account: string): string {
  return `arn:{partition}:kms:*:${account}:key/*`;
}

/** Without what another resource of the statement names for any account. */
function widest(arns: readonly string[], { account }: Place): readonly string[] {
  const all = new Set(arns);
  return [...all].filter((arn) => !arn.includes(`:${account}:`) || !all.has(arn.replace(`:${account}:`, ':*:')));
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
