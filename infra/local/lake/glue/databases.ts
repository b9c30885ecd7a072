/** Databases and links to databases. */

import type {
  CreateDatabaseRequest,
  Database,
  DatabaseInput,
  DeleteDatabaseRequest,
  GetDatabaseRequest,
  GetDatabasesRequest,
  UpdateDatabaseRequest,
} from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import { alreadyExists, databaseNotFound, invalidInput } from './errors.ts';
import { emitDatabaseChange } from './events.ts';
import { targetOf } from './hops.ts';
import { required } from './input.ts';
import { databaseBehind, databaseHere } from './locate.ts';
import type { DatabaseRef } from './names.ts';
import { databaseArn, databaseRef, placeOf } from './names.ts';
import { Ordered } from './ordered.ts';
import { pageOf } from './paging.ts';
import {
  databaseCreated,
  databaseDropped,
  defaultTablePermissions,
  requireCreateDatabase,
  requireOnDatabase,
  seesDatabase,
  sharedDatabases,
} from './permissions.ts';
import { rememberLink } from './relinked.ts';
import type { DatabaseEntry } from './state.ts';
import { catalogOf, findDatabase } from './state.ts';

function createDatabase(call: Call, input: CreateDatabaseRequest): object {
  const given = required(input.DatabaseInput, 'DatabaseInput');
  const place = placeOf(call, input.CatalogId);
  const ref = databaseRef(place, required(given.Name, 'Name'));
  requireCreateDatabase(call, place);
  const catalog = catalogOf(call.world.glue, place.account, place.region);
  if (catalog.databases.has(ref.database)) throw alreadyExists('Database');
  const database = { ...described(call, ref, given), CreateTime: new Date(call.world.now()) };
  catalog.databases.set(ref.database, {
    database,
    tables: new Ordered(),
    shows: call.world.visibility.wrote('glue', 'database'),
  });
  if (given.TargetDatabase) rememberLink(call, ref, ref.database, given.TargetDatabase);
  if (input.Tags) catalog.tags.set(databaseArn(place, ref.database), { ...input.Tags });
  databaseCreated(call, ref);
  emitDatabaseChange(call.world, ref, 'CreateDatabase');
  return {};
}

function getDatabase(call: Call, input: GetDatabaseRequest): object {
  const { ref, entry } = databaseHere(call, input.CatalogId, required(input.Name, 'Name'));
  return { Database: answer(call, ref, entry) };
}

function getDatabases(call: Call, input: GetDatabasesRequest): object {
  if (input.ResourceShareType === 'FEDERATED') return { DatabaseList: [] };
  const place = placeOf(call, input.CatalogId);
  const candidates = new Ordered<{ ref: DatabaseRef; entry: DatabaseEntry }>();
  if (input.ResourceShareType !== 'FOREIGN') {
    for (const [database, entry] of catalogOf(call.world.glue, place.account, place.region).databases.entries()) {
      // Own databases come first under one name; the token needs a key of its own for each.
      candidates.set(`${database}\n0`, { ref: { ...place, database }, entry });
    }
  }
  if (input.ResourceShareType === 'FOREIGN' || input.ResourceShareType === 'ALL') {
    for (const ref of sharedDatabases(call)) {
      const entry = findDatabase(call.world.glue, ref.account, ref.region, ref.database);
      if (entry) candidates.set(`${ref.database}\n${ref.account}`, { ref, entry });
    }
  }
  const page = pageOf(candidates, input, 100, ({ ref, entry }) =>
    entry.shows() && seesDatabase(call, ref) ? only(answer(call, ref, entry), input.AttributesToGet) : undefined,
  );
  return { DatabaseList: page.items, NextToken: page.NextToken };
}

function updateDatabase(call: Call, input: UpdateDatabaseRequest): object {
  const given = required(input.DatabaseInput, 'DatabaseInput');
  const { ref } = databaseBehind(call, input.CatalogId, required(input.Name, 'Name'));
  const entry = findDatabase(call.world.glue, ref.account, ref.region, ref.database);
  if (!entry) throw databaseNotFound(ref.database);
  requireOnDatabase(call, ref, 'ALTER');
  if (required(given.Name, 'Name').toLowerCase() !== ref.database && given.Name !== input.Name)
    throw invalidInput('A database cannot be renamed.');
  const { CreateTime, TargetDatabase } = entry.database;
  const { TargetDatabase: _ignored, ...fresh } = described(call, ref, given);
  entry.database = { ...fresh, ...(CreateTime && { CreateTime }), ...(TargetDatabase && { TargetDatabase }) };
  return {};
}

function deleteDatabase(call: Call, input: DeleteDatabaseRequest): object {
  const { ref, entry } = databaseHere(call, input.CatalogId, required(input.Name, 'Name'));
  requireOnDatabase(call, ref, 'DROP');
  const catalog = catalogOf(call.world.glue, ref.account, ref.region);
  catalog.databases.delete(ref.database);
  catalog.tags.delete(databaseArn(ref, ref.database));
  databaseDropped(call, ref, [...entry.tables.keys()]);
  emitDatabaseChange(call.world, ref, 'DeleteDatabase');
  return {};
}

/** What is stored of the request. Nothing of a link's target is checked: AWS doesn't either. */
function described(call: Call, ref: DatabaseRef, given: DatabaseInput): Database & { Name: string } {
  const { Name: _name, CreateTableDefaultPermissions, ...rest } = given;
  return {
    ...rest,
    Name: ref.database,
    CatalogId: ref.account,
    CreateTableDefaultPermissions: CreateTableDefaultPermissions ?? defaultTablePermissions(call, ref),
  };
}

/** A link answers with its target's properties, if the caller may describe that: one hop. */
function answer(call: Call, ref: DatabaseRef, entry: DatabaseEntry): Database {
  const own = entry.database;
  if (!own.TargetDatabase) return own;
  const target = targetOf(ref, own.TargetDatabase);
  const found = findDatabase(call.world.glue, target.account, target.region, target.database);
  if (!found || !seesDatabase(call, target)) return own;
  const { Description, LocationUri, Parameters } = found.database;
  return {
    ...own,
    ...(Description !== undefined && { Description }),
    ...(LocationUri !== undefined && { LocationUri }),
    ...(Parameters !== undefined && { Parameters }),
  };
}

function only(database: Database, attributes: GetDatabasesRequest['AttributesToGet']): Database {
  if (!attributes || attributes.length === 0) return database;
  return {
    Name: database.Name,
    ...(attributes.includes('TARGET_DATABASE') &&
      database.TargetDatabase && { TargetDatabase: database.TargetDatabase }),
  };
}

export const databaseOperations: Readonly<Record<string, Operation>> = {
  CreateDatabase: createDatabase,
  GetDatabase: getDatabase,
  GetDatabases: getDatabases,
  UpdateDatabase: updateDatabase,
  DeleteDatabase: deleteDatabase,
};
