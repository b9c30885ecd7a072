/** `Glue Data Catalog Table State Change`: UpdateTable, and partitions created, updated and deleted. */

import { CatalogTableDetailSchema, readDetail } from '#contracts/events.ts';
import { databaseRoute } from './places.ts';
import { type EventRoute, ignore } from './types.ts';

export const catalogTableChange: EventRoute = (event, policy, standing) => {
  const { databaseName: database, tableName, typeOfChange } = readDetail(CatalogTableDetailSchema, event);
  const { account, region } = event;
  // CreatePartition, BatchUpdatePartition…: permissions and tags are on tables, so a partition changes no access path.
  if (typeOfChange.endsWith('Partition'))
    return ignore(`${typeOfChange} of ${database}.${tableName}: partitions change no access`);
  const what = `${typeOfChange} of ${database}.${tableName} in account ${account}, ${region}`;
  return databaseRoute({ policy, standing }, { account, region, database }, what);
};
