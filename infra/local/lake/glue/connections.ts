/** Connections: how a job reaches a network or a store. */

import type {
  Connection,
  ConnectionInput,
  CreateConnectionRequest,
  DeleteConnectionRequest,
  GetConnectionRequest,
  GetConnectionsRequest,
  TestConnectionRequest,
  UpdateConnectionRequest,
} from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import { alreadyExists, invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import { glueArn, placeOf } from './names.ts';
import { pageOf } from './paging.ts';
import type { GlueCatalog } from './state.ts';
import { catalogOf } from './state.ts';

function createConnection(call: Call, input: CreateConnectionRequest): object {
  const catalog = catalogFor(call, input.CatalogId);
  const given = required(input.ConnectionInput, 'ConnectionInput');
  const Name = required(given.Name, 'Name');
  if (catalog.connections.has(Name)) throw alreadyExists('Connection');
  requireProperties(given);
  const now = new Date(call.world.now());
  catalog.connections.set(Name, { ...stored(given, Name), CreationTime: now, LastUpdatedTime: now, Status: 'READY' });
  if (input.Tags) catalog.tags.set(glueArn(catalog, `connection/${Name}`), { ...input.Tags });
  return { CreateConnectionStatus: 'READY' };
}

function updateConnection(call: Call, input: UpdateConnectionRequest): object {
  const catalog = catalogFor(call, input.CatalogId);
  const before = connectionOf(catalog, required(input.Name, 'Name'));
  const given = required(input.ConnectionInput, 'ConnectionInput');
  requireProperties(given);
  const LastUpdatedTime = new Date(call.world.now());
  const { CreationTime, Status } = before;
  catalog.connections.set(before.Name, { ...stored(given, before.Name), CreationTime, Status, LastUpdatedTime });
  return {};
}

function deleteConnection(call: Call, input: DeleteConnectionRequest): object {
  const catalog = catalogFor(call, input.CatalogId);
  const Name = required(input.ConnectionName, 'ConnectionName');
  if (!catalog.connections.delete(Name)) throw missing(Name);
  catalog.tags.delete(glueArn(catalog, `connection/${Name}`));
  return {};
}

function getConnection(call: Call, input: GetConnectionRequest): object {
  const connection = connectionOf(catalogFor(call, input.CatalogId), required(input.Name, 'Name'));
  return { Connection: shown(connection, input.HidePassword) };
}

function getConnections(call: Call, input: GetConnectionsRequest): object {
  const { MatchCriteria, ConnectionType } = input.Filter ?? {};
  const page = pageOf(catalogFor(call, input.CatalogId).connections, input, 1000, (each) => {
    if (ConnectionType !== undefined && each.ConnectionType !== ConnectionType) return undefined;
    if (!(MatchCriteria ?? []).every((criterion) => each.MatchCriteria?.includes(criterion))) return undefined;
    return shown(each, input.HidePassword);
  });
  return { ConnectionList: page.items, NextToken: page.NextToken };
}

function testConnection(call: Call, input: TestConnectionRequest): object {
  const { ConnectionName, TestConnectionInput } = input;
  if ((ConnectionName === undefined) === (TestConnectionInput === undefined))
    throw invalidInput('Give either ConnectionName or TestConnectionInput.');
  const type =
    ConnectionName === undefined
      ? TestConnectionInput?.ConnectionType
      : connectionOf(catalogFor(call, input.CatalogId), ConnectionName).ConnectionType;
  if (type !== 'JDBC' && type !== 'SALESFORCE')
    throw invalidInput(`TestConnection is available for JDBC and SALESFORCE connections only, not for ${type}.`);
  return {};
}

function stored(given: ConnectionInput, Name: string): Connection & { Name: string } {
  const { ValidateCredentials: _validate, ValidateForComputeEnvironments: _environments, ...rest } = given;
  const { AuthenticationConfiguration: _authentication, ...described } = rest;
  return { ...described, Name };
}

function shown(connection: Connection, hidePassword: boolean | undefined): Connection {
  if (!hidePassword || !connection.ConnectionProperties) return connection;
  const { PASSWORD: _password, ...properties } = connection.ConnectionProperties;
  return { ...connection, ConnectionProperties: properties };
}

/** A network needs no properties; a JDBC store needs an address. */
function requireProperties(given: ConnectionInput): void {
  const properties = given.ConnectionProperties ?? {};
  if (given.ConnectionType === 'NETWORK' && !given.PhysicalConnectionRequirements)
    throw invalidInput('A NETWORK connection needs PhysicalConnectionRequirements.');
  const addressed =
    properties.JDBC_CONNECTION_URL !== undefined ||
    (properties.HOST !== undefined && properties.PORT !== undefined && properties.JDBC_ENGINE !== undefined);
  if (given.ConnectionType === 'JDBC' && !addressed)
    throw invalidInput('A JDBC connection needs JDBC_CONNECTION_URL, or HOST, PORT and JDBC_ENGINE.');
}

function catalogFor(call: Call, catalogId: string | undefined): GlueCatalog {
  const place = placeOf(call, catalogId);
  return catalogOf(call.world.glue, place.account, place.region);
}

function connectionOf(catalog: GlueCatalog, name: string): Connection & { Name: string } {
  const connection = catalog.connections.get(name);
  if (!connection) throw missing(name);
  return connection;
}

function missing(name: string) {
  return notFound(`Connection ${name} not found.`);
}

export const connectionOperations: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  UpdateConnection: updateConnection,
  DeleteConnection: deleteConnection,
  GetConnection: getConnection,
  GetConnections: getConnections,
  TestConnection: testConnection,
};
