/** What any imitation of the Data Catalog can be asked through one account's client, and what it answered. */

import {
  BatchCreatePartitionCommand,
  BatchDeleteTableCommand,
  CreateConnectionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  GetConnectionCommand,
  GetCrawlerCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  GetResourcePolicyCommand,
  GetTableCommand,
  GetTablesCommand,
  type GlueClient,
  PutResourcePolicyCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { tableInput } from './cloud.ts';

/** One question: what it sets up, what it asks, and what of the answer counts. */
export interface Question {
  readonly name: string;
  ask(glue: GlueClient): Promise<unknown>;
}

const policy = (Sid: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid, Effect: 'Allow', Principal: '*', Action: 'glue:GetTable', Resource: '*' }],
  });

const database = (glue: GlueClient, Name: string, more: object = {}) =>
  glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name, ...more } }));
const table = (glue: GlueClient, DatabaseName: string, Name: string, keys: readonly string[] = []) =>
  glue.send(new CreateTableCommand({ DatabaseName, TableInput: tableInput(Name, keys) }));

export const questions: readonly Question[] = [
  {
    name: 'a database is told in lower case',
    async ask(glue) {
      await database(glue, 'Upper_Case');
      return (await glue.send(new GetDatabaseCommand({ Name: 'UPPER_case' }))).Database?.Name;
    },
  },
  {
    name: 'a taken name is refused',
    async ask(glue) {
      await database(glue, 'taken');
      return database(glue, 'taken');
    },
  },
  {
    name: 'a missing database is not found',
    ask: (glue) => glue.send(new GetDatabaseCommand({ Name: 'nowhere' })),
  },
  {
    name: 'a missing database is not deleted',
    ask: (glue) => glue.send(new DeleteDatabaseCommand({ Name: 'nowhere' })),
  },
  {
    name: 'a name of 256 characters is refused',
    ask: (glue) => database(glue, 'x'.repeat(256)),
  },
  {
    name: 'databases come in pages',
    async ask(glue) {
      for (let i = 0; i < 3; i++) await database(glue, `page${i}`);
      const first = await glue.send(new GetDatabasesCommand({ MaxResults: 2 }));
      return { size: first.DatabaseList?.length, more: first.NextToken !== undefined };
    },
  },
  {
    name: 'more than 100 at once is refused',
    ask: (glue) => glue.send(new GetDatabasesCommand({ MaxResults: 101 })),
  },
  {
    name: 'a table in a missing database is refused',
    ask: (glue) => table(glue, 'nowhere', 't'),
  },
  {
    name: 'a listing takes a regular expression over whole names',
    async ask(glue) {
      await database(glue, 'listed');
      for (const name of ['orders', 'orders_old', 'returns']) await table(glue, 'listed', name);
      const { TableList } = await glue.send(new GetTablesCommand({ DatabaseName: 'listed', Expression: 'orders' }));
      return TableList?.map(({ Name }) => Name).sort();
    },
  },
  {
    name: 'an update makes a new version',
    async ask(glue) {
      await database(glue, 'versions');
      await table(glue, 'versions', 't');
      await glue.send(new UpdateTableCommand({ DatabaseName: 'versions', TableInput: tableInput('t') }));
      return (await glue.send(new GetTableCommand({ DatabaseName: 'versions', Name: 't' }))).Table?.VersionId;
    },
  },
  {
    name: 'a batch of deletions tells what was missing',
    async ask(glue) {
      await database(glue, 'batch');
      await table(glue, 'batch', 'one');
      const batch = new BatchDeleteTableCommand({ DatabaseName: 'batch', TablesToDelete: ['one', 'none'] });
      return (await glue.send(batch)).Errors?.map(({ ErrorDetail }) => ErrorDetail?.ErrorCode);
    },
  },
  {
    name: 'a partition has as many values as the table has keys',
    async ask(glue) {
      await database(glue, 'short');
      await table(glue, 'short', 't', ['year', 'month']);
      const PartitionInput = { Values: ['2026'] };
      return glue.send(new CreatePartitionCommand({ DatabaseName: 'short', TableName: 't', PartitionInput }));
    },
  },
  {
    name: 'partitions are filtered by the type of the key',
    async ask(glue) {
      const at = { DatabaseName: 'filtered', TableName: 't' };
      await database(glue, at.DatabaseName);
      await table(glue, at.DatabaseName, at.TableName, ['year']);
      const PartitionInputList = ['900', '2025', '2026'].map((year) => ({ Values: [year] }));
      await glue.send(new BatchCreatePartitionCommand({ ...at, PartitionInputList }));
      const { Partitions } = await glue.send(new GetPartitionsCommand({ ...at, Expression: 'year > 1000' }));
      return Partitions?.map(({ Values }) => Values?.join()).sort();
    },
  },
  {
    name: 'an expression that makes no sense is refused',
    async ask(glue) {
      await database(glue, 'senseless');
      await table(glue, 'senseless', 't', ['year']);
      return glue.send(new GetPartitionsCommand({ DatabaseName: 'senseless', TableName: 't', Expression: 'year >' }));
    },
  },
  {
    name: 'a missing partition is not found',
    async ask(glue) {
      await database(glue, 'empty');
      await table(glue, 'empty', 't', ['year']);
      return glue.send(new GetPartitionCommand({ DatabaseName: 'empty', TableName: 't', PartitionValues: ['1'] }));
    },
  },
  {
    name: 'a link is followed to the tables of its target',
    async ask(glue) {
      await database(glue, 'target');
      await table(glue, 'target', 't');
      await database(glue, 'link', { TargetDatabase: { CatalogId: '111111111111', DatabaseName: 'target' } });
      return (await glue.send(new GetTableCommand({ DatabaseName: 'link', Name: 't' }))).Table?.DatabaseName;
    },
  },
  {
    name: 'a link tells its target',
    async ask(glue) {
      await database(glue, 'told', { TargetDatabase: { CatalogId: '111111111111', DatabaseName: 'nowhere' } });
      return (await glue.send(new GetDatabaseCommand({ Name: 'told' }))).Database?.TargetDatabase?.DatabaseName;
    },
  },
  {
    name: 'a policy put under a wrong condition is refused',
    async ask(glue) {
      await glue.send(new PutResourcePolicyCommand({ PolicyInJson: policy('a') }));
      return glue.send(new PutResourcePolicyCommand({ PolicyInJson: policy('b'), PolicyExistsCondition: 'NOT_EXIST' }));
    },
  },
  {
    name: 'a policy is read back',
    async ask(glue) {
      await glue.send(new PutResourcePolicyCommand({ PolicyInJson: policy('c') }));
      return (await glue.send(new GetResourcePolicyCommand({}))).PolicyInJson === policy('c');
    },
  },
  {
    name: 'a crawler begins READY',
    async ask(glue) {
      const Targets = { S3Targets: [{ Path: 's3://lake/' }] };
      await glue.send(new CreateCrawlerCommand({ Name: 'c', Role: 'crawler', DatabaseName: 'target', Targets }));
      return (await glue.send(new GetCrawlerCommand({ Name: 'c' }))).Crawler?.State;
    },
  },
  {
    name: 'a password can be left out',
    async ask(glue) {
      const ConnectionProperties = { JDBC_CONNECTION_URL: 'jdbc:mysql://db:3306/x', USERNAME: 'u', PASSWORD: 'p' };
      const ConnectionInput = { Name: 'db', ConnectionType: 'JDBC' as const, ConnectionProperties };
      await glue.send(new CreateConnectionCommand({ ConnectionInput }));
      const { Connection } = await glue.send(new GetConnectionCommand({ Name: 'db', HidePassword: true }));
      return Connection?.ConnectionProperties?.PASSWORD ?? 'left out';
    },
  },
];

/** The answer, or the name of the error. */
export async function outcomeOf({ ask }: Question, glue: GlueClient): Promise<unknown> {
  try {
    const answer = await ask(glue);
    return typeof answer === 'object' && answer !== null && '$metadata' in answer ? 'succeeded' : answer;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
