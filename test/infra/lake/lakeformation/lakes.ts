/** Two accounts, an administrator in each, and one table: where most tests of Lake Formation begin. */

import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  type DataLakeSettings,
  GrantPermissionsCommand,
  LakeFormationClient,
  ListPermissionsCommand,
  type Permission,
  type PrincipalResourcePermissions,
  PutDataLakeSettingsCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import {
  AcceptResourceShareInvitationCommand,
  GetResourceShareInvitationsCommand,
  RAMClient,
  type ResourceShareInvitation,
} from '@aws-sdk/client-ram';
import { type LakeOptions, type RunningLake, type Snapshot, startLake } from '../../../../infra/local/lake/start.ts';

export const producer = '111111111111';
export const consumer = '222222222222';
export const stranger = '444444444444';
export const region = 'ap-northeast-1';
export const everyone = 'IAM_ALLOWED_PRINCIPALS';

export const admin = (account: string): string => `arn:aws:iam::${account}:role/onramp/lake-admin`;
export const jobRole = `arn:aws:iam::${consumer}:role/data-jobs/data-lake-job`;

/** Sessions outlive every clock that a test moves. */
const month = 30 * 24 * 3600;

export interface Clients {
  readonly glue: GlueClient;
  readonly lf: LakeFormationClient;
  readonly ram: RAMClient;
}

export interface Lakes {
  readonly lake: RunningLake;
  /** As the account's root. */
  root(account: string, at?: string): Clients;
  /** As a role that exists. */
  as(role: string, at?: string): Promise<Clients>;
  makeRole(arn: string, policy?: object): Promise<void>;
  close(): Promise<void>;
}

export const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export interface LakesOptions extends LakeOptions {
  /** Clients speak HTTP, where all others need no socket. */
  readonly wire?: boolean;
}

export async function startLakes({ wire = false, ...options }: LakesOptions = {}): Promise<Lakes> {
  const lake = await startLake({ accounts: [producer, consumer, stranger], ...options });
  const way = wire ? {} : { requestHandler: lake.requestHandler };
  const clients = (credentials: { accessKeyId: string; secretAccessKey: string }, at = region): Clients => {
    const config = { endpoint: lake.url, region: at, credentials, maxAttempts: 1, ...way };
    return { glue: new GlueClient(config), lf: new LakeFormationClient(config), ram: new RAMClient(config) };
  };
  return {
    lake,
    root: (account, at) => clients({ accessKeyId: account, secretAccessKey: 'test' }, at),
    as: async (role, at) => clients(await lake.control.credentials(role, { seconds: month }), at),
    makeRole: (arn, policy = everything) => makeRole(lake, arn, policy),
    close: () => lake.close(),
  };
}

async function makeRole(lake: RunningLake, arn: string, policy: object): Promise<void> {
  const [, account = '', path = '/', RoleName = ''] = /^arn:aws:iam::(\d+):role(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  const iam = new IAMClient({ endpoint: lake.url, region, credentials, maxAttempts: 1 });
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName, Path: path, AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) }));
}

export const closed: DataLakeSettings = {
  CreateDatabaseDefaultPermissions: [],
  CreateTableDefaultPermissions: [],
  Parameters: { CROSS_ACCOUNT_VERSION: '4' },
};

/** Lakes as they were prepared before, by all that goes into them. */
const before = new Map<string, Snapshot>();

/** Both accounts have an administrator; nothing is open to everyone unless the settings say so. */
export async function prepared(options: LakesOptions & { settings?: DataLakeSettings } = {}): Promise<
  Lakes & {
    readonly owner: Clients;
    readonly taker: Clients;
    readonly job: Clients;
  }
> {
  const { settings = closed, ...lakesOptions } = options;
  const lakes = await startLakes(lakesOptions);
  const key = JSON.stringify([options.seed, options.accounts, options.switches, settings, options.clock?.()]);
  const snapshot = before.get(key);
  if (snapshot) lakes.lake.restore(snapshot);
  else {
    await prepare(lakes, settings);
    before.set(key, lakes.lake.snapshot());
  }
  return {
    ...lakes,
    owner: await lakes.as(admin(producer)),
    taker: await lakes.as(admin(consumer)),
    job: await lakes.as(jobRole),
  };
}

async function prepare(lakes: Lakes, settings: DataLakeSettings): Promise<void> {
  for (const role of [admin(producer), admin(consumer), jobRole]) await lakes.makeRole(role);
  for (const account of [producer, consumer]) {
    const DataLakeSettings = { ...settings, DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(account) }] };
    await lakes.root(account).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  }
  await addTables(await lakes.as(admin(producer)));
}

export async function addTables({ glue }: Clients, database = 'cur_org', tables = ['legacy_all']): Promise<void> {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database, LocationUri: 's3://cur-export/' } }));
  for (const Name of tables)
    await glue.send(new CreateTableCommand({ DatabaseName: database, TableInput: tableInput(Name) }));
}

export function tableInput(Name: string) {
  return {
    Name,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [{ Name: 'year', Type: 'string' }],
    StorageDescriptor: {
      Location: `s3://cur-export/${Name}/`,
      Columns: [
        { Name: 'cost', Type: 'double' },
        { Name: 'account', Type: 'string' },
      ],
    },
  };
}

export const database = (Name = 'cur_org', CatalogId?: string): Resource => ({
  Database: { Name, ...(CatalogId && { CatalogId }) },
});
export const table = (Name = 'legacy_all', CatalogId?: string): Resource => ({
  Table: { DatabaseName: 'cur_org', Name, ...(CatalogId && { CatalogId }) },
});
export const allTables = (CatalogId?: string): Resource => ({
  Table: { DatabaseName: 'cur_org', TableWildcard: {}, ...(CatalogId && { CatalogId }) },
});

export function grant(
  { lf }: Clients,
  principal: string,
  resource: Resource,
  permissions: Permission[],
  grantable: Permission[] = [],
) {
  return lf.send(
    new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: principal },
      Resource: resource,
      Permissions: permissions,
      PermissionsWithGrantOption: grantable,
    }),
  );
}

export interface Row {
  readonly principal: string;
  readonly resource: string;
  readonly permissions: string;
  readonly grantable: string;
}

export async function rows(
  { lf }: Clients,
  query: { principal?: string; resource?: Resource } = {},
): Promise<PrincipalResourcePermissions[]> {
  const { principal, resource } = query;
  const answer = await lf.send(
    new ListPermissionsCommand({
      ...(principal && { Principal: { DataLakePrincipalIdentifier: principal } }),
      ...(resource && { Resource: resource }),
    }),
  );
  return answer.PrincipalResourcePermissions ?? [];
}

/** What of the rows a test compares. */
export function brief(found: readonly PrincipalResourcePermissions[]): Row[] {
  return found.map((row) => ({
    principal: row.Principal?.DataLakePrincipalIdentifier ?? '',
    resource: Object.keys(row.Resource ?? {}).join(),
    permissions: (row.Permissions ?? []).join(),
    grantable: (row.PermissionsWithGrantOption ?? []).join(),
  }));
}

/** All pages: the first may be empty. */
export async function invitations({ ram }: Clients): Promise<ResourceShareInvitation[]> {
  const found: ResourceShareInvitation[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ram.send(new GetResourceShareInvitationsCommand({ nextToken }));
    found.push(...(page.resourceShareInvitations ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

export async function acceptAll(clients: Clients): Promise<void> {
  for (const { resourceShareInvitationArn, status } of await invitations(clients))
    if (status === 'PENDING')
      await clients.ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
}

export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'succeeded';
}
