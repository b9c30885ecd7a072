/** Writing partitions. Those of a link are those of its target. */

import type {
  BatchCreatePartitionRequest,
  BatchDeletePartitionRequest,
  BatchUpdatePartitionRequest,
  CreatePartitionRequest,
  DeletePartitionRequest,
  PartitionError,
  PartitionInput,
  UpdatePartitionRequest,
} from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import type { Outcome } from './entries.ts';
import { eachEntry } from './entries.ts';
import { alreadyExists, invalidInput, notFound } from './errors.ts';
import { emitPartitionChange } from './events.ts';
import { required } from './input.ts';
import type { FoundTable, TableNames } from './locate.ts';
import { tableBehind } from './locate.ts';
import { requireLocation, requireOnTable } from './permissions.ts';
import { partitionKey } from './state.ts';
import { refuseDoubleLink } from './tables.ts';

interface Target {
  readonly CatalogId?: string | undefined;
  readonly DatabaseName: string | undefined;
  readonly TableName: string | undefined;
}

/** The table a partition request means, which the caller may change. */
function changeable(call: Call, input: Target, permission: 'INSERT' | 'DELETE' | 'ALTER'): FoundTable {
  const found = tableOf(call, input);
  refuseDoubleLink(found);
  requireOnTable(call, found.ref, permission);
  return found;
}

/** The table that a request about partitions names. */
export function namesIn({ CatalogId, DatabaseName, TableName }: Target): TableNames {
  return { CatalogId, DatabaseName, Name: TableName };
}

/**
 * The table itself, through links if need be. Throws `EntityNotFoundException` where it is not there or not to be
 * seen.
 */
export function tableOf(call: Call, input: Target): FoundTable {
  return tableBehind(call, namesIn(input));
}

function createPartition(call: Call, input: CreatePartitionRequest): object {
  const found = changeable(call, input, 'INSERT');
  const values = add(call, found, required(input.PartitionInput, 'PartitionInput'));
  emitPartitionChange(call.world, found.ref, 'CreatePartition', [values]);
  return {};
}

function batchCreatePartition(call: Call, input: BatchCreatePartitionRequest): object {
  return { Errors: addPartitions(call, input) };
}

/** Makes partitions as this caller and tells which could not be made; a crawler's run uses it too. */
export function addPartitions(call: Call, input: BatchCreatePartitionRequest): PartitionError[] {
  const found = changeable(call, input, 'INSERT');
  const given = required(input.PartitionInputList, 'PartitionInputList');
  const outcome = eachEntry(call, given, (one) => add(call, found, one));
  emitPartitionChange(call.world, found.ref, 'BatchCreatePartition', outcome.done);
  return told(outcome);
}

function updatePartition(call: Call, input: UpdatePartitionRequest): object {
  const found = changeable(call, input, 'ALTER');
  const old = required(input.PartitionValueList, 'PartitionValueList');
  const values = replace(call, found, old, required(input.PartitionInput, 'PartitionInput'));
  emitPartitionChange(call.world, found.ref, 'UpdatePartition', [values]);
  return {};
}

function batchUpdatePartition(call: Call, input: BatchUpdatePartitionRequest): object {
  const found = changeable(call, input, 'ALTER');
  const { done, failed } = eachEntry(call, required(input.Entries, 'Entries'), (entry) =>
    replace(call, found, entry.PartitionValueList ?? [], required(entry.PartitionInput, 'PartitionInput')),
  );
  emitPartitionChange(call.world, found.ref, 'BatchUpdatePartition', done);
  const Errors = failed.map(({ entry, ErrorDetail }) => ({
    PartitionValueList: entry.PartitionValueList,
    ErrorDetail,
  }));
  return { Errors };
}

function deletePartition(call: Call, input: DeletePartitionRequest): object {
  const found = changeable(call, input, 'DELETE');
  const values = remove(found, required(input.PartitionValues, 'PartitionValues'));
  emitPartitionChange(call.world, found.ref, 'DeletePartition', [values]);
  return {};
}

function batchDeletePartition(call: Call, input: BatchDeletePartitionRequest): object {
  const found = changeable(call, input, 'DELETE');
  const given = required(input.PartitionsToDelete, 'PartitionsToDelete');
  const outcome = eachEntry(call, given, (one) => remove(found, one.Values ?? []));
  emitPartitionChange(call.world, found.ref, 'BatchDeletePartition', outcome.done);
  return { Errors: told(outcome) };
}

function told({ failed }: Outcome<{ Values?: string[] | undefined }, unknown>): PartitionError[] {
  return failed.map(({ entry, ErrorDetail }) => ({ PartitionValues: entry.Values ?? [], ErrorDetail }));
}

function add(call: Call, found: FoundTable, given: PartitionInput): string[] {
  const values = fitting(found, given.Values ?? []);
  const { partitions } = found.entry;
  if (partitions.has(partitionKey(values))) throw alreadyExists('Partition');
  requireLocation(call, found.ref, given.StorageDescriptor?.Location);
  put(found, given, values, new Date(call.world.now()));
  return values;
}

function replace(call: Call, found: FoundTable, old: readonly string[], given: PartitionInput): string[] {
  const { partitions } = found.entry;
  const before = partitions.get(partitionKey(old));
  if (!before) throw notFound('Partition not found.');
  const values = fitting(found, given.Values ?? [...old]);
  const key = partitionKey(values);
  if (key !== partitionKey(old) && partitions.has(key)) throw alreadyExists('Partition');
  requireLocation(call, found.ref, given.StorageDescriptor?.Location);
  partitions.delete(partitionKey(old));
  put(found, given, values, before.CreationTime ?? new Date(call.world.now()));
  return values;
}

function put(found: FoundTable, given: PartitionInput, values: string[], CreationTime: Date): void {
  const { ref } = found;
  const names = { DatabaseName: ref.database, TableName: ref.table, CatalogId: ref.account };
  found.entry.partitions.set(partitionKey(values), { ...given, Values: values, ...names, CreationTime });
}

function remove(found: FoundTable, values: string[]): string[] {
  if (!found.entry.partitions.delete(partitionKey(values))) throw notFound('Partition not found.');
  return values;
}

function fitting(found: FoundTable, values: string[]): string[] {
  const keys = found.entry.table.PartitionKeys ?? [];
  if (keys.length === values.length && values.length > 0) return values;
  throw invalidInput('The number of partition keys do not match the number of partition values');
}

export const partitionWrites: Readonly<Record<string, Operation>> = {
  CreatePartition: createPartition,
  BatchCreatePartition: batchCreatePartition,
  UpdatePartition: updatePartition,
  BatchUpdatePartition: batchUpdatePartition,
  DeletePartition: deletePartition,
  BatchDeletePartition: batchDeletePartition,
};
