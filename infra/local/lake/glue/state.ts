/** The Data Catalog of every account and Region: databases, tables, partitions, and what runs on them. */

import type {
  BlueprintRun,
  Connection,
  Crawler,
  Database,
  DataCatalogEncryptionSettings,
  Job,
  JobRun,
  Partition,
  Table,
  Trigger,
  Workflow,
  WorkflowRun,
} from '@aws-sdk/client-glue';
import { Ordered } from './ordered.ts';

/** A table as `GetTable` answers it, but for what is worked out per caller (`IsRegisteredWithLakeFormation`). */
export interface TableEntry {
  table: Table & { Name: string };
  /** By their values joined with `partitionKey`. */
  readonly partitions: Ordered<Partition>;
  /** Older versions, newest first; the current one is `table`. */
  readonly versions: Table[];
  /** False while its creation isn't visible yet. */
  readonly shows: () => boolean;
}

/** A database or, when `database.TargetDatabase` is set, a resource link to one. */
export interface DatabaseEntry {
  database: Database & { Name: string };
  /** By their lower-case name. A table with `TargetTable` is a resource link. */
  readonly tables: Ordered<TableEntry>;
  /** False while its creation isn't visible yet. */
  readonly shows: () => boolean;
}

/** What is remembered of a link beyond its deletion: its last target, and when that last became another one. */
interface LinkMemory {
  readonly target: string;
  /** Milliseconds since the epoch; undefined while the first target is the only one. */
  readonly changed: number | undefined;
}

export interface CatalogPolicy {
  text: string;
  hash: string;
  createTime: Date;
  updateTime: Date;
}

export interface WorkflowEntry {
  workflow: Workflow & { Name: string };
  /** Newest first. */
  readonly runs: WorkflowRun[];
}

export interface JobEntry {
  job: Job & { Name: string };
  /** Newest first. */
  readonly runs: JobRun[];
}

/** One catalog: an account in a Region. */
export interface GlueCatalog {
  readonly account: string;
  readonly region: string;
  /** By their lower-case name. */
  readonly databases: Ordered<DatabaseEntry>;
  policy: CatalogPolicy | undefined;
  encryption: DataCatalogEncryptionSettings;
  readonly crawlers: Ordered<Crawler & { Name: string }>;
  readonly jobs: Ordered<JobEntry>;
  readonly workflows: Ordered<WorkflowEntry>;
  readonly triggers: Ordered<Trigger & { Name: string }>;
  /** By blueprint name, newest run first. */
  readonly blueprintRuns: Map<string, BlueprintRun[]>;
  readonly connections: Ordered<Connection & { Name: string }>;
  /** By `database` or `database/table`. */
  readonly links: Map<string, LinkMemory>;
  /** Tags by resource ARN. */
  readonly tags: Map<string, Record<string, string>>;
}

export interface GlueState {
  /** By `catalogKey`. A catalog nobody wrote to may be absent: read it with `catalogOf`. */
  readonly catalogs: Map<string, GlueCatalog>;
}

/** A state without any catalog. */
export function createGlueState(): GlueState {
  return { catalogs: new Map() };
}

/** Under what an account's catalog of a Region is kept. */
export function catalogKey(account: string, region: string): string {
  return `${account}/${region}`;
}

/** The catalog of an account in a Region, made when it is first looked at: on AWS it always exists. */
export function catalogOf(state: GlueState, account: string, region: string): GlueCatalog {
  const key = catalogKey(account, region);
  const known = state.catalogs.get(key);
  if (known) return known;
  const fresh = emptyCatalog(account, region);
  state.catalogs.set(key, fresh);
  return fresh;
}

/** A database or link by name, in any case. */
export function findDatabase(
  state: GlueState,
  account: string,
  region: string,
  name: string,
): DatabaseEntry | undefined {
  return state.catalogs.get(catalogKey(account, region))?.databases.get(name.toLowerCase());
}

/** A table or link by name, in any case. Links of the database are not followed. */
export function findTable(
  state: GlueState,
  account: string,
  region: string,
  database: string,
  name: string,
): TableEntry | undefined {
  return findDatabase(state, account, region, database)?.tables.get(name.toLowerCase());
}

/** The key of a partition: its values cannot be joined with anything they might contain, so they are quoted. */
export function partitionKey(values: readonly string[]): string {
  return JSON.stringify(values);
}

function emptyCatalog(account: string, region: string): GlueCatalog {
  return {
    account,
    region,
    databases: new Ordered(),
    policy: undefined,
    encryption: {
      EncryptionAtRest: { CatalogEncryptionMode: 'DISABLED' },
      ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
    },
    crawlers: new Ordered(),
    jobs: new Ordered(),
    workflows: new Ordered(),
    triggers: new Ordered(),
    blueprintRuns: new Map(),
    connections: new Ordered(),
    links: new Map(),
    tags: new Map(),
  };
}
