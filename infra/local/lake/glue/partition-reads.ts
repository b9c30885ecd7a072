/** Reading partitions. */

import type {
  BatchGetPartitionRequest,
  GetPartitionRequest,
  GetPartitionsRequest,
  Partition,
  Segment,
} from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import { invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import type { FoundTable } from './locate.ts';
import { pageOf } from './paging.ts';
import { partitionFilter } from './partition-expression.ts';
import { tableOf } from './partitions.ts';
import { visibleColumns } from './permissions.ts';
import { partitionKey } from './state.ts';

function getPartition(call: Call, input: GetPartitionRequest): object {
  const found = tableOf(call, input);
  const key = partitionKey(required(input.PartitionValues, 'PartitionValues'));
  const partition = doubleLink(found) ? undefined : found.entry.partitions.get(key);
  if (!partition) throw notFound('Cannot find partition.');
  return { Partition: shownPartition(call, found)(partition) };
}

function getPartitions(call: Call, input: GetPartitionsRequest): object {
  const found = tableOf(call, input);
  const page = partitionPage(found, input, shownPartition(call, found, input.ExcludeColumnSchema === true));
  return { Partitions: page.items, NextToken: page.NextToken };
}

/** One page of the partitions that expression and segment want, each as `show` makes it. */
export function partitionPage<T>(
  found: FoundTable,
  input: Pick<GetPartitionsRequest, 'Expression' | 'Segment' | 'NextToken' | 'MaxResults'>,
  show: (partition: Partition) => T,
) {
  if (doubleLink(found)) return { items: [] as T[], NextToken: undefined };
  const wanted = partitionFilter(input.Expression, found.entry.table.PartitionKeys ?? []);
  const inSegment = segmentFilter(input.Segment);
  const page = pageOf(found.entry.partitions, input, 1000, (partition, key) =>
    wanted(partition.Values ?? []) && inSegment(key) ? show(partition) : undefined,
  );
  return { items: page.items, NextToken: page.NextToken };
}

function batchGetPartition(call: Call, input: BatchGetPartitionRequest): object {
  const found = tableOf(call, input);
  const show = shownPartition(call, found);
  const partitions: Partition[] = [];
  for (const { Values } of required(input.PartitionsToGet, 'PartitionsToGet')) {
    const partition = doubleLink(found) ? undefined : found.entry.partitions.get(partitionKey(Values ?? []));
    // A partition that isn't there is left out: an unprocessed key is one to ask for again.
    if (partition) partitions.push(show(partition));
  }
  return { Partitions: partitions, UnprocessedKeys: [] };
}

/** Through a link of the database to a link of the table there is nothing: one hop only. */
function doubleLink(found: FoundTable): boolean {
  return found.throughDatabase && found.entry.table.TargetTable !== undefined;
}

/** Partitions show the columns their table shows this caller. */
function shownPartition(call: Call, found: FoundTable, bare = false): (partition: Partition) => Partition {
  const names = visibleColumns(call, found.ref);
  return (partition) => {
    const storage = partition.StorageDescriptor;
    if (!storage?.Columns || (!bare && names === 'all')) return partition;
    const { Columns, ...rest } = storage;
    if (bare) return { ...partition, StorageDescriptor: rest };
    const kept = Columns.filter((column) => names === 'all' || names.has((column.Name ?? '').toLowerCase()));
    return { ...partition, StorageDescriptor: { ...rest, Columns: kept } };
  };
}

function segmentFilter(segment: Segment | undefined): (key: string) => boolean {
  if (!segment) return () => true;
  const { SegmentNumber = 0, TotalSegments = 1 } = segment;
  if (SegmentNumber >= TotalSegments) throw invalidInput('SegmentNumber must be less than TotalSegments.');
  return (key) => hash(key) % TotalSegments === SegmentNumber;
}

/** Any spread will do, as long as a key is always in the same part. */
function hash(key: string): number {
  let sum = 0;
  for (let i = 0; i < key.length; i++) sum = (sum * 31 + key.charCodeAt(i)) >>> 0;
  return sum;
}

export const partitionReads: Readonly<Record<string, Operation>> = {
  GetPartition: getPartition,
  GetPartitions: getPartitions,
  BatchGetPartition: batchGetPartition,
};
