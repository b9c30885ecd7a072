/** The ARNs an operation is about: IAM must allow its action on each of them, on a link's target too. */

import type { Call } from '../service.ts';
import { databaseHops, tableHops } from './hops.ts';
import type { DatabaseRef, Place, TableRef } from './names.ts';
import { catalogArn, databaseArn, glueArn, tableArn } from './names.ts';

/** What of a request names things; each operation uses some of it. */
export interface Named {
  readonly CatalogId?: string;
  readonly DatabaseName?: string;
  readonly TableName?: string;
  readonly Name?: string;
  readonly DatabaseInput?: { readonly Name?: string };
  readonly TableInput?: { readonly Name?: string };
  readonly TablesToDelete?: readonly string[];
  readonly JobName?: string;
  readonly WorkflowName?: string;
  readonly BlueprintName?: string;
  readonly ConnectionName?: string;
  readonly ConnectionInput?: { readonly Name?: string };
  readonly ResourceArn?: string;
}

type Rule = (call: Call, input: Named, place: Place) => readonly string[];

const catalogOnly: Rule = (_call, _input, place) => [catalogArn(place)];

const database: Rule = (call, input, place) =>
  databaseHops(call.world, nameDatabase(place, input.DatabaseName ?? input.Name ?? input.DatabaseInput?.Name)).flatMap(
    (ref) => [catalogArn(ref), databaseArn(ref, ref.database)],
  );

/** The name itself: what is made or deleted there is the link, wherever it may lead. */
const databaseItself: Rule = (_call, input, place) => {
  const name = nameDatabase(place, input.Name ?? input.DatabaseInput?.Name).database;
  return [catalogArn(place), databaseArn(place, name)];
};

/** A listing needs the right on everything that it could list. */
const databases: Rule = (_call, _input, place) => [catalogArn(place), databaseArn(place, '*')];

const table: Rule = (call, input, place) =>
  tableArns(call, {
    ...nameDatabase(place, input.DatabaseName),
    table: tableNameIn(input),
  });

/** Made or deleted: in the target of the database's link, but a table link itself and not what it leads to. */
const tableItself: Rule = (call, input, place) => itselfArns(call, input, place, [tableNameIn(input)]);

const tables: Rule = (call, input, place) =>
  databaseHops(call.world, nameDatabase(place, input.DatabaseName)).flatMap((ref) => [
    catalogArn(ref),
    databaseArn(ref, ref.database),
    tableArn(ref, ref.database, '*'),
  ]);

const eachTable: Rule = (call, input, place) => itselfArns(call, input, place, input.TablesToDelete ?? []);

const everyTable: Rule = (_call, _input, place) => [
  catalogArn(place),
  databaseArn(place, '*'),
  tableArn(place, '*', '*'),
];

const connection: Rule = (_call, input, place) => [
  catalogArn(place),
  glueArn(place, `connection/${input.ConnectionName ?? input.Name ?? input.ConnectionInput?.Name ?? '*'}`),
];

const tagged: Rule = (_call, input, place) => [input.ResourceArn ?? catalogArn(place)];

const tableNameIn = (input: Named): string =>
  (input.TableName ?? input.Name ?? input.TableInput?.Name ?? '').toLowerCase();

function itselfArns(call: Call, input: Named, place: Place, names: readonly string[]): string[] {
  const hops = databaseHops(call.world, nameDatabase(place, input.DatabaseName));
  return hops.flatMap((ref) => [
    catalogArn(ref),
    databaseArn(ref, ref.database),
    ...names.map((name) => tableArn(ref, ref.database, name.toLowerCase())),
  ]);
}

function tableArns(call: Call, ref: TableRef): string[] {
  return tableHops(call.world, ref).flatMap((hop) => [
    catalogArn(hop),
    databaseArn(hop, hop.database),
    tableArn(hop, hop.database, hop.table),
  ]);
}

function nameDatabase(place: Place, name: string | undefined): DatabaseRef {
  return { ...place, database: (name ?? '').toLowerCase() };
}

function owned(kind: string, name: (input: Named) => string | undefined = (input) => input.Name): Rule {
  return (_call, input, place) => [glueArn(place, `${kind}/${name(input) ?? '*'}`)];
}

function of(rule: Rule, ...operations: readonly string[]): [string, Rule][] {
  return operations.map((operation) => [operation, rule]);
}

const rules: ReadonlyMap<string, Rule> = new Map([
  ...of(database, 'GetDatabase', 'UpdateDatabase'),
  ...of(databaseItself, 'CreateDatabase', 'DeleteDatabase'),
  ...of(databases, 'GetDatabases'),
  ...of(table, 'GetTable', 'UpdateTable', 'GetTableVersion', 'GetTableVersions'),
  ...of(tableItself, 'CreateTable', 'DeleteTable'),
  ...of(table, 'GetUnfilteredTableMetadata', 'GetUnfilteredPartitionsMetadata', 'GetUnfilteredPartitionMetadata'),
  ...of(table, 'CreatePartition', 'BatchCreatePartition', 'UpdatePartition', 'BatchUpdatePartition'),
  ...of(table, 'DeletePartition', 'BatchDeletePartition', 'GetPartition', 'GetPartitions', 'BatchGetPartition'),
  ...of(tables, 'GetTables'),
  ...of(eachTable, 'BatchDeleteTable'),
  ...of(everyTable, 'SearchTables'),
  ...of(catalogOnly, 'PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy', 'GetResourcePolicies'),
  ...of(connection, 'CreateConnection', 'GetConnection', 'GetConnections', 'UpdateConnection', 'DeleteConnection'),
  ...of(tagged, 'TagResource', 'UntagResource', 'GetTags'),
  ...of(
    owned('crawler'),
    'CreateCrawler',
    'GetCrawler',
    'UpdateCrawler',
    'DeleteCrawler',
    'StartCrawler',
    'StopCrawler',
  ),
  ...of(owned('job'), 'CreateJob'),
  ...of(
    owned('job', (input) => input.JobName),
    'GetJob',
    'UpdateJob',
    'DeleteJob',
    'StartJobRun',
    'GetJobRun',
    'GetJobRuns',
  ),
  ...of(owned('workflow'), 'CreateWorkflow', 'GetWorkflow', 'DeleteWorkflow'),
  ...of(owned('workflow'), 'StartWorkflowRun', 'GetWorkflowRun', 'GetWorkflowRuns'),
  ...of(owned('trigger'), 'CreateTrigger', 'GetTrigger', 'DeleteTrigger'),
  ...of(
    owned('blueprint', (input) => input.BlueprintName),
    'GetBlueprintRun',
    'GetBlueprintRuns',
  ),
]);

/** Operations without resources of their own (ListCrawlers, GetJobs, encryption settings) are checked against `*`. */
export function arnsOf(call: Call, input: Named): readonly string[] {
  const rule = rules.get(call.operation);
  const place = { account: input.CatalogId ?? call.account, region: call.region };
  return rule ? rule(call, input, place) : ['*'];
}
