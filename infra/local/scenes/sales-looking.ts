/** What a person with the console sees of the data lake: tags, grants by tag, shares. Asked of the services themselves. */

import { EntityNotFoundException, GetDatabaseCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  GetResourceLFTagsCommand,
  LakeFormationClient,
  type LFTagPair,
  type PrincipalResourcePermissions,
  paginateListLFTags,
  paginateListPermissions,
} from '@aws-sdk/client-lakeformation';
import { paginateListResources, RAMClient } from '@aws-sdk/client-ram';
import { viewer } from './hops.ts';
import { ANALYTICS, type Reader, readerArn, SALES_LAKE } from './places.ts';
import { clientsAs } from './sales-people.ts';
import { LAKE_ADMIN, LAKE_DATABASE, LAKE_TABLES, type LakeTable } from './sales-places.ts';
import { clientConfig, root, type Stage } from './world.ts';

export interface LakeView {
  /** `pii: false, true` */
  readonly keys: readonly string[];
  /** By `table` or `table.column`, and the database: what is in force. Columns only where they differ from their table. */
  readonly tags: Readonly<Record<string, string>>;
  /** Grants by tag and at places, of `sales-lake` and, of what it shares, of `analytics`. */
  readonly grants: readonly string[];
  /** What `analytics` has accepted of `sales-lake`. */
  readonly received: readonly string[];
  /** Whether `analytics` has a link to the database. */
  readonly linked: boolean;
}

export async function lookAtLake(stage: Stage): Promise<LakeView> {
  const { glue, lakeFormation } = await clientsAs(stage, LAKE_ADMIN);
  const tags: Record<string, string> = {};
  for (const table of LAKE_TABLES) {
    const { database: DatabaseName, table: Name } = table;
    if ((await orNull(glue.send(new GetTableCommand({ DatabaseName, Name })))) !== null)
      Object.assign(tags, await tagsOf(lakeFormation, table));
  }
  const { LFTagOnDatabase } = await lakeFormation.send(
    new GetResourceLFTagsCommand({ Resource: { Database: { Name: LAKE_DATABASE } } }),
  );
  const config = clientConfig(stage, await viewer(stage, ANALYTICS));
  const link = await orNull(new GlueClient(config).send(new GetDatabaseCommand({ Name: LAKE_DATABASE })));
  const grants = [...(await grantsIn(lakeFormation)), ...(await grantsIn(new LakeFormationClient(config)))];
  return {
    keys: await keysIn(lakeFormation),
    tags: { ...tags, [LAKE_DATABASE]: textOf(LFTagOnDatabase) },
    grants: grants.sort(),
    received: await receivedBy(stage),
    linked: link?.Database?.TargetDatabase?.CatalogId === SALES_LAKE,
  };
}

async function keysIn(client: LakeFormationClient): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of paginateListLFTags({ client }, {}))
    keys.push(
      ...(page.LFTags ?? []).map(({ TagKey, TagValues = [] }) => `${TagKey}: ${TagValues.toSorted().join(', ')}`),
    );
  return keys.sort();
}

async function tagsOf(client: LakeFormationClient, { database, table }: LakeTable): Promise<Record<string, string>> {
  const Resource = { Table: { DatabaseName: database, Name: table } };
  const { LFTagsOnTable, LFTagsOnColumns = [] } = await client.send(new GetResourceLFTagsCommand({ Resource }));
  const own = textOf(LFTagsOnTable);
  const columns = LFTagsOnColumns.map(({ Name, LFTags }) => [`${table}.${Name}`, textOf(LFTags)] as const);
  return Object.fromEntries([[table, own], ...columns.filter(([, text]) => text !== own)]);
}

/** `pii=false source=product` */
function textOf(tags: readonly LFTagPair[] = []): string {
  return tags
    .map(({ TagKey, TagValues }) => `${TagKey}=${TagValues}`)
    .sort()
    .join(' ');
}

async function grantsIn(client: LakeFormationClient): Promise<readonly string[]> {
  const rows: PrincipalResourcePermissions[] = [];
  for await (const page of paginateListPermissions({ client }, {}))
    rows.push(...(page.PrincipalResourcePermissions ?? []));
  return rows.flatMap(({ Principal, Resource, Permissions = [] }) => {
    const { LFTagPolicy: policy, DataLocation: place } = Resource ?? {};
    const what = policy ? `${policy.ResourceType} ${textOf(policy.Expression)}` : place?.ResourceArn;
    if (what === undefined) return [];
    return [grantText(Principal?.DataLakePrincipalIdentifier ?? '', Permissions.toSorted().join(), what)];
  });
}

export function grantText(who: string, permissions: string, what: string): string {
  return `${who}: ${permissions} on ${what}`;
}

async function receivedBy(stage: Stage): Promise<readonly string[]> {
  const client = new RAMClient(root(stage, ANALYTICS));
  const received: string[] = [];
  for await (const page of paginateListResources({ client }, { resourceOwner: 'OTHER-ACCOUNTS' }))
    received.push(...(page.resources ?? []).map(({ arn = '' }) => arn).filter((arn) => arn.includes(SALES_LAKE)));
  return received;
}

/** By which hops the reader reads the table, or which are missing. */
export function lakeHops({ tags, grants, received, linked }: LakeView, reader: Reader, { table }: LakeTable): string {
  const named = tags[table]?.split(' ').find((tag) => tag.startsWith('source='));
  const hops = {
    tags: named === 'source=product',
    ...(reader.account === SALES_LAKE ? {} : { share: received.length > 0, link: linked }),
    grants: grants.includes(grantText(readerArn(reader), 'DESCRIBE,SELECT', 'TABLE source=product')),
  };
  const missing = Object.entries(hops).flatMap(([hop, holds]) => (holds ? [] : [hop]));
  return missing.length === 0 ? Object.keys(hops).join(' → ') : `missing: ${missing.join(', ')}`;
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EntityNotFoundException) return null;
    throw error;
  }
}
