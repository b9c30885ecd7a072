/** LF-Tags on databases, tables and columns: put on, taken off and told. */

import type {
  AddLFTagsToResourceRequest,
  ColumnLFTag,
  GetResourceLFTagsRequest,
  LFTagError,
  LFTagPair,
  Permission,
  RemoveLFTagsFromResourceRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { findTable } from '../glue/state.ts';
import type { Call } from '../service.ts';
import { checkGrantable, checkVisible } from './authority.ts';
import { invalidInput, type Ref, refOf, tagOf } from './resources.ts';
import { lakeCatalogOf } from './state.ts';
import { assignedKey, assignedTo, type Tagged, tagsInForce, type Values } from './tagging.ts';
import { mayWithTag } from './tags.ts';
import { isLink } from './validity.ts';

const mostPerResource = 50;

type Change = (call: Call, what: Tagged, pair: LFTagPair) => void;

/** Puts tags on a database, table or columns: those that failed, each with its error. */
export function addLFTagsToResource(call: Call, input: AddLFTagsToResourceRequest): object {
  return changeEach(call, input, assign);
}

/** Takes tags off a database, table or columns: those that failed, each with its error. */
export function removeLFTagsFromResource(call: Call, input: RemoveLFTagsFromResourceRequest): object {
  return changeEach(call, input, (world, what, pair) => unassign(world, what, pair));
}

/** Answers 200 however many of the tags failed: each failure is told with its tag. */
function changeEach(call: Call, input: AddLFTagsToResourceRequest, change: Change): object {
  const targets = targetsOf(call, input);
  const Failures: LFTagError[] = [];
  for (const [index, pair] of (input.LFTags ?? []).entries()) {
    const fault = call.world.faults.entry(call, index, pair);
    const error = fault
      ? { ErrorCode: fault.code, ErrorMessage: fault.message }
      : refusalOf(() => {
          for (const what of targets) change(call, what, pair);
        });
    if (error) Failures.push({ LFTag: pair, Error: error });
  }
  return { Failures };
}

function refusalOf(act: () => void): LFTagError['Error'] {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return { ErrorCode: error.name, ErrorMessage: error.message };
    throw error;
  }
}

function assign(call: Call, what: Tagged, pair: LFTagPair): void {
  const { key, values } = tagOf(pair);
  const [value] = values;
  if (value === undefined || values.length > 1)
    throw invalidInput('Exactly one value is allowed for an LF-Tag on a resource.');
  checkOwner(what, pair);
  const catalog = lakeCatalogOf(call.world.lakeFormation, what.account, call.region);
  const tag = catalog.tags.get(key);
  if (!tag?.values.includes(value))
    throw new AwsError('EntityNotFoundException', `Tag key ${key} or its value ${value} does not exist.`);
  checkAssociate(call, what, key, value);
  const at = assignedKey(what);
  const assigned = catalog.assigned.get(at) ?? new Map<string, string>();
  if (!assigned.has(key) && assigned.size >= mostPerResource)
    throw new AwsError(
      'ResourceNumberLimitExceededException',
      `At most ${mostPerResource} LF-Tags are allowed on a resource.`,
    );
  assigned.set(key, value);
  catalog.assigned.set(at, assigned);
}

function unassign(call: Call, what: Tagged, pair: LFTagPair): void {
  const { key, values } = tagOf(pair);
  checkOwner(what, pair);
  const { assigned } = lakeCatalogOf(call.world.lakeFormation, what.account, call.region);
  const value = assigned.get(assignedKey(what))?.get(key);
  if (value === undefined || !values.includes(value))
    throw new AwsError('EntityNotFoundException', `Tag key ${key} is not assigned to the resource with this value.`);
  checkAssociate(call, what, key, value);
  assigned.get(assignedKey(what))?.delete(key);
}

/** A tag and what carries it belong to one account. */
function checkOwner(what: Tagged, { CatalogId }: LFTagPair): void {
  if (CatalogId !== undefined && CatalogId !== what.account)
    throw new AwsError('AccessDeniedException', 'The LF-Tag and the resource must belong to the same account.');
}

function checkAssociate(call: Call, what: Tagged, key: string, value: string): void {
  if (!mayWithTag(call, what.account, key, value, 'ASSOCIATE'))
    throw new AwsError(
      'AccessDeniedException',
      `Insufficient Lake Formation permission(s): Required Associate on ${key}`,
    );
}

/** What the request is about: several columns are several things. */
function targetsOf(call: Call, input: AddLFTagsToResourceRequest): Tagged[] {
  const ref = refOf(input.Resource, call.account);
  if (ref.kind !== 'database' && ref.kind !== 'table' && ref.kind !== 'columns')
    throw invalidInput('LF-Tags can be assigned to databases, tables and columns only.');
  if (ref.kind !== 'database' && ref.table === undefined)
    throw invalidInput('LF-Tags cannot be assigned to a table wildcard.');
  if (isLink(call.world, ref, call.account, call.region) && call.world.switch('lf-tags-on-links') === 'refused')
    throw invalidInput('LF-Tags cannot be assigned to resource links.');
  checkGrantable(call, ref, new Set(neededFor(call, ref)));
  const base = { account: ref.catalog, region: call.region, database: ref.database };
  if (ref.kind === 'database') return [base];
  const { table } = ref;
  if (ref.kind === 'table') return [{ ...base, table }];
  if (ref.columns.kind !== 'only') throw invalidInput('LF-Tags can be assigned to named columns only.');
  const known = columnsOf(call, base, table ?? '');
  const unknown = ref.columns.names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new AwsError('EntityNotFoundException', `Column ${unknown} not found.`);
  return ref.columns.names.map((column) => ({ ...base, table, column }));
}

/** What of the resource one must hold with the grant option to tag it; administrators of its owner need nothing. */
function neededFor(call: Call, ref: Ref): readonly Permission[] {
  if (ref.kind !== 'database') return ['DESCRIBE', 'ALTER', 'DROP', 'INSERT', 'SELECT', 'DELETE'];
  const own = ref.catalog === call.account;
  return own ? ['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP'] : ['DESCRIBE', 'CREATE_TABLE', 'ALTER'];
}

/**
 * The tags in force, or with `ShowAssignedLFTags` those set on exactly this. `EntityNotFoundException` for what is not
 * seen.
 */
export function getResourceLFTags(call: Call, input: GetResourceLFTagsRequest): object {
  const ref = refOf(input.Resource, call.account);
  if (ref.kind !== 'database' && ref.kind !== 'table' && ref.kind !== 'columns')
    throw invalidInput('LF-Tags are on databases, tables and columns only.');
  checkVisible(call, ref);
  const base = { account: ref.catalog, region: call.region, database: ref.database };
  const told = toldTags(call, base.account, input.ShowAssignedLFTags === true);
  if (ref.kind === 'database') return { LFTagOnDatabase: told(base) };
  const table = ref.table ?? '';
  const wanted =
    ref.kind === 'columns' && ref.columns.kind === 'only' ? ref.columns.names : columnsOf(call, base, table);
  const LFTagsOnColumns: ColumnLFTag[] = wanted.map((Name) => ({
    Name,
    LFTags: told({ ...base, table, column: Name }),
  }));
  return {
    LFTagOnDatabase: told(base),
    LFTagsOnTable: told({ ...base, table }),
    LFTagsOnColumns: LFTagsOnColumns.filter(({ LFTags = [] }) => LFTags.length > 0),
  };
}

/** Tags as the API writes them: those assigned here, or those in force. */
export function toldTags({ world }: Call, owner: string, assignedOnly: boolean): (what: Tagged) => LFTagPair[] {
  return (what) => pairsOf(owner, assignedOnly ? assignedTo(world, what) : tagsInForce(world, what));
}

function pairsOf(owner: string, tags: Values): LFTagPair[] {
  return [...tags].map(([TagKey, value]) => ({ CatalogId: owner, TagKey, TagValues: [value] }));
}

/** The table's columns in lower case, partition keys last; none for a table that is missing. */
export function columnsOf({ world }: Call, at: Tagged, table: string): string[] {
  const found = findTable(world.glue, at.account, at.region, at.database, table)?.table;
  const columns = [...(found?.StorageDescriptor?.Columns ?? []), ...(found?.PartitionKeys ?? [])];
  return columns.map(({ Name }) => (Name ?? '').toLowerCase());
}
