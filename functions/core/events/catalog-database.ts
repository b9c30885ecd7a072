/** `Glue Data Catalog Database State Change`: CreateDatabase, DeleteDatabase, CreateTable, DeleteTable, BatchDeleteTable. */

import { CatalogDatabaseDetailSchema, readDetail } from '#contracts/events.ts';
import { type EventRoute, publishScopes, scopesOr } from './types.ts';

/**
 * Making a link in a consumer is a CreateDatabase too and sends this event: only a product's own database counts, so
 * our links wake nobody.
 */
export const catalogDatabaseChange: EventRoute = (event, policy) => {
  const { databaseName, typeOfChange } = readDetail(CatalogDatabaseDetailSchema, event);
  const { account, region } = event;
  return scopesOr(
    publishScopes(policy, { account, region, database: databaseName }),
    `${typeOfChange} in database ${databaseName} of account ${account}, ${region}: no product's database`,
  );
};
