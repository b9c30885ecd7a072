/** The article's data lake with grants by tag, and what its people do to them by hand. */

import { CreateTableCommand } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  GrantPermissionsCommand,
  ListPermissionsCommand,
  type Permission,
  RemoveLFTagsFromResourceCommand,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import type { Finding } from '#contracts/findings.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import {
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_DATABASE,
  LAKE_TABLES,
  type LakeTable,
} from '../../infra/local/scenes/sales-places.ts';
import { demoPolicy } from './demo-policy.ts';
import type { InProcess, InProcessOptions } from './in-process.ts';
import { type Step, salesLake, scenario } from './scenario.ts';

export const CATALOG = { half: 'publish' as const, account: SALES_LAKE, region: REGION, database: null };
export const LAKE = { ...CATALOG, database: LAKE_DATABASE };
export const CONSUMER = { half: 'onboard' as const, account: ANALYTICS, region: REGION };

type Tags = NonNullable<PolicyDocument['tags']>;

/** The scene's policy without its products, and without the rules for tables: people tag them here. */
export function byTagPolicy(change: (tags: Tags, document: Parameters<Change>[0]) => void = () => {}): Policy {
  return demoPolicy('demo-blueprint', (document) => {
    document.products = {};
    const { tags } = document;
    if (tags === undefined) throw new Error('the policy tags nothing');
    tags.rules = tags.rules.filter(({ on }) => on === 'database');
    delete document.dataLocations;
    delete document.settings.defaults;
    change(tags as Tags, document);
  });
}
type Change = NonNullable<Parameters<typeof demoPolicy>[1]>;

/** The article's lake with its tables. */
export function openLake(
  policy: Policy,
  options: InProcessOptions = {},
  ...steps: readonly Step[]
): Promise<InProcess> {
  return scenario(policy, [salesLake, lakeTables, ...steps], options);
}

const lakeTables: Step = async (cloud) => {
  for (const table of LAKE_TABLES) await makeLakeTable(cloud, table);
};

/** `publishLake` has run. */
export const lakePublished: Step = (cloud) => publishLake(cloud);

/** Catalog, database and whatever they start. */
export async function publishLake(cloud: InProcess, policy?: Policy): Promise<void> {
  for (const scope of [CATALOG, LAKE]) await cloud.settle(scope, policy);
}

export async function makeLakeTable(
  cloud: InProcess,
  { database, table, columns, prefix }: Pick<LakeTable, 'database' | 'table' | 'columns' | 'prefix'>,
): Promise<void> {
  const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
  const StorageDescriptor = {
    Location: `s3://${LAKE_BUCKET}/${prefix}`,
    Columns: columns.map((Name) => ({ Name, Type: 'string' })),
  };
  await glue.send(new CreateTableCommand({ DatabaseName: database, TableInput: { Name: table, StorageDescriptor } }));
}

/** The lake's administrator by hand. */
export function adminOf(cloud: InProcess) {
  const client = async () => (await clientsAs(cloud.stage, LAKE_ADMIN)).lakeFormation;
  const resource = (table: string | null): Resource =>
    table === null ? { Database: { Name: LAKE_DATABASE } } : { Table: { DatabaseName: LAKE_DATABASE, Name: table } };
  const pairs = (tags: Readonly<Record<string, string>>) =>
    Object.entries(tags).map(([TagKey, value]) => ({ TagKey, TagValues: [value] }));
  const giving = (to: string, Resource: Resource, permissions: readonly Permission[]) => ({
    Principal: { DataLakePrincipalIdentifier: to },
    Resource,
    Permissions: [...permissions],
  });
  return {
    tag: async (table: string | null, tags: Readonly<Record<string, string>>) =>
      (await client()).send(new AddLFTagsToResourceCommand({ Resource: resource(table), LFTags: pairs(tags) })),
    untag: async (table: string | null, tags: Readonly<Record<string, string>>) =>
      (await client()).send(new RemoveLFTagsFromResourceCommand({ Resource: resource(table), LFTags: pairs(tags) })),
    grant: async (to: string, on: Resource, permissions: readonly Permission[]) =>
      (await client()).send(new GrantPermissionsCommand(giving(to, on, permissions))),
    /** Who holds what on a key's values, and may pass on: `[principal, values, permissions, grantable]`. */
    heldOn: async (key: string) => {
      const answer = await (await client()).send(new ListPermissionsCommand({ ResourceType: 'LF_TAG' }));
      const rows = (answer.PrincipalResourcePermissions ?? []).filter(
        ({ Resource }) => Resource?.LFTag?.TagKey === key,
      );
      return rows.map(({ Principal, Resource, Permissions, PermissionsWithGrantOption }) => [
        Principal?.DataLakePrincipalIdentifier,
        Resource?.LFTag?.TagValues?.join(),
        Permissions?.toSorted().join(),
        PermissionsWithGrantOption?.toSorted().join(),
      ]);
    },
    /** Whatever somebody holds by tag: `TABLE pii=false`. */
    heldBy: async (principal: string) => {
      const answer = await (await client()).send(new ListPermissionsCommand({ ResourceType: 'LF_TAG_POLICY' }));
      return (answer.PrincipalResourcePermissions ?? [])
        .filter(({ Principal }) => Principal?.DataLakePrincipalIdentifier === principal)
        .map(({ Resource }) => {
          const terms = Resource?.LFTagPolicy?.Expression ?? [];
          return `${Resource?.LFTagPolicy?.ResourceType} ${terms.map((term) => `${term.TagKey}=${term.TagValues}`).join()}`;
        });
    },
    /** Permissions and the right to pass them on, or that right alone. */
    revoke: async (to: string, on: Resource, permissions: readonly Permission[], option = permissions) =>
      (await client()).send(
        new RevokePermissionsCommand({ ...giving(to, on, permissions), PermissionsWithGrantOption: [...option] }),
      ),
  };
}

export function policyResource(on: 'DATABASE' | 'TABLE', key: string, ...values: readonly string[]): Resource {
  return { LFTagPolicy: { ResourceType: on, Expression: [{ TagKey: key, TagValues: [...values] }] } };
}

export async function openIn(cloud: InProcess, scope: Scope): Promise<readonly Finding[]> {
  const records = await cloud.ledger.findings(scopeText(scope));
  return records.filter(({ state }) => state === 'open').map(({ finding }) => finding);
}

export async function causesIn(cloud: InProcess, scope: Scope): Promise<readonly string[]> {
  return (await openIn(cloud, scope)).map(({ cause }) => cause).sort();
}
