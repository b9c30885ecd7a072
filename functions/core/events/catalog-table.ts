/** `Glue Data Catalog Table State Change`: UpdateTable, and partitions created, updated and deleted. */

import { CatalogTableDetailSchema, readDetail } from '#contracts/events.ts';
import { type EventRoute, ignore, publishScopes, scopesOr } from './types.ts';

export const catalogTableChange: EventRoute = (event, policy) => {
  const { databaseName, tableName, typeOfChange } = readDetail(CatalogTableDetailSchema, event);
  const { account, region } = event;
  // CreatePartition, BatchUpdatePartition…: permissions are on tables, so a partition changes no access path.
  if (typeOfChange.endsWith('Partition'))
    return ignore(`${typeOfChange} of ${databaseName}.${tableName}: partitions change no access`);
  return scopesOr(
    publishScopes(policy, { account, region, database: databaseName }),
    `${typeOfChange} of ${databaseName}.${tableName} in account ${account}, ${region}: no product's database`,
  );
};
