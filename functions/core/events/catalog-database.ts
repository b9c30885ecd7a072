/** `Glue Data Catalog Database State Change`: CreateDatabase, DeleteDatabase, CreateTable, DeleteTable, BatchDeleteTable. */

import { CatalogDatabaseDetailSchema, readDetail } from '#contracts/events.ts';
import { databaseRoute } from './places.ts';
import type { EventRoute } from './types.ts';

/**
 * Which tables it was about is not read: up to a hundred names come in one event, more in several, and the database is
 * looked at once. Making a link in a consumer is a CreateDatabase too and sends this event: only databases of products
 * and of tag rules count, so our links wake nobody.
 */
export const catalogDatabaseChange: EventRoute = (event, policy, standing) => {
  const { databaseName: database, typeOfChange } = readDetail(CatalogDatabaseDetailSchema, event);
  const { account, region } = event;
  const what = `${typeOfChange} in database ${database} of account ${account}, ${region}`;
  return databaseRoute({ policy, standing }, { account, region, database }, what);
};
