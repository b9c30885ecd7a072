/** A lake of databases that rules tag: people who make tables and tags by hand, and what is on them. */

import { CreateDatabaseCommand, CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  DeleteLFTagCommand,
  GetDataLakeSettingsCommand,
  GetResourceLFTagsCommand,
  type LFTagPair,
  PutDataLakeSettingsCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { makeDatabase, root } from './aws-console.ts';
import { demoPolicy } from './demo-policy.ts';
import type { InProcess } from './in-process.ts';
import { stepFor } from './scenario.ts';

export const DATABASE = 'kthr01';

export function databaseScope(database: string | null = DATABASE): PublishScope {
  return { half: 'publish', account: SALES_LAKE, region: REGION, database };
}

type Tags = Readonly<Record<string, string>>;

export interface Rule {
  readonly match?: Readonly<Record<string, unknown>>;
  readonly on?: 'database' | 'tables' | 'columns';
  readonly assign: Tags;
  readonly apply?: 'enforce' | 'only-if-absent';
}

/** The demo's policy with these rules for `DATABASE`, its keys as they are or others, and no grants. */
export function taggingPolicy(
  rules: readonly Rule[],
  more: { keys?: Readonly<Record<string, readonly string[]>>; writesPerSecond?: number; mode?: 'report' } = {},
): Policy {
  return demoPolicy('demo-blueprint', (document) => {
    const { tags, limits } = document;
    if (tags === undefined) throw new Error('the policy tags nothing');
    tags.rules = rules.map(({ match = {}, on = 'tables', assign, apply = 'enforce' }) => ({
      match: { account: 'sales-lake', database: DATABASE, ...match },
      on,
      assign: { ...assign },
      apply,
    }));
    tags.grants = [];
    if (more.keys) tags.keys = Object.fromEntries(Object.entries(more.keys).map(([key, values]) => [key, [...values]]));
    if (more.writesPerSecond !== undefined) limits.writesPerSecond = more.writesPerSecond;
    if (more.mode !== undefined) document.mode = more.mode;
    delete document.dataLocations;
  });
}

/** What people do in the lake's account, as its root. */
export function people(cloud: InProcess) {
  const { glue, lakeFormation } = root(cloud.stage, SALES_LAKE);
  const resource = (table?: string): Resource =>
    table === undefined ? { Database: { Name: DATABASE } } : { Table: { DatabaseName: DATABASE, Name: table } };
  const pairs = (tags: Tags): LFTagPair[] =>
    Object.entries(tags).map(([TagKey, value]) => ({ TagKey, TagValues: [value] }));
  return {
    /** Makes them an administrator beside whoever is one. */
    becomeAdmin: async () => {
      const { DataLakeSettings = {} } = await lakeFormation.send(new GetDataLakeSettingsCommand({}));
      const { DataLakeAdmins = [] } = DataLakeSettings;
      const us = { DataLakePrincipalIdentifier: `arn:aws:iam::${SALES_LAKE}:root` };
      const changed = { ...DataLakeSettings, DataLakeAdmins: [...DataLakeAdmins, us] };
      await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings: changed }));
    },
    makeDatabase: async (name = DATABASE, target?: string) => {
      if (target !== undefined) return makeDatabase(cloud.stage, SALES_LAKE, name, target);
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name } }));
    },
    makeTable: async (Name: string, columns: readonly string[] = ['id', 'email']) => {
      const Columns = columns.map((Column) => ({ Name: Column, Type: 'string' }));
      const StorageDescriptor = { Columns, Location: `s3://sales-lake-data/${Name}/` };
      await glue.send(new CreateTableCommand({ DatabaseName: DATABASE, TableInput: { Name, StorageDescriptor } }));
    },
    dropTable: async (Name: string) => {
      await glue.send(new DeleteTableCommand({ DatabaseName: DATABASE, Name }));
    },
    makeKey: async (TagKey: string, TagValues: string[]) => {
      await lakeFormation.send(new CreateLFTagCommand({ TagKey, TagValues }));
    },
    deleteKey: async (TagKey: string) => {
      await lakeFormation.send(new DeleteLFTagCommand({ TagKey }));
    },
    tag: async (table: string | undefined, tags: Tags) => {
      await lakeFormation.send(new AddLFTagsToResourceCommand({ Resource: resource(table), LFTags: pairs(tags) }));
    },
    /** Given to the thing itself; of a table, with its columns as `table.column`. */
    assigned: async (table?: string): Promise<Readonly<Record<string, Tags>>> => {
      const answer = await lakeFormation.send(
        new GetResourceLFTagsCommand({ Resource: resource(table), ShowAssignedLFTags: true }),
      );
      if (table === undefined) return { [DATABASE]: tagsOf(answer.LFTagOnDatabase) };
      const columns = (answer.LFTagsOnColumns ?? []).map(({ Name, LFTags }) => [`${table}.${Name}`, tagsOf(LFTags)]);
      return { [table]: tagsOf(answer.LFTagsOnTable), ...Object.fromEntries(columns) };
    },
  };
}

function tagsOf(pairs: readonly LFTagPair[] = []): Tags {
  return Object.fromEntries(pairs.map(({ TagKey, TagValues }) => [TagKey, TagValues?.[0] ?? '']));
}

/** People who are administrators made the database and these tables. */
export const tablesMade = stepFor((tables: readonly string[]) => async (cloud) => {
  const by = people(cloud);
  await by.becomeAdmin();
  await by.makeDatabase();
  for (const table of tables) await by.makeTable(table);
});

export async function findingsOf(cloud: InProcess, scope: PublishScope): Promise<readonly Finding[]> {
  const records = await cloud.ledger.findings(scopeText(scope));
  return records.filter(({ state }) => state === 'open').map(({ finding }) => finding);
}
