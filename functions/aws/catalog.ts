/** Databases, tables and links of a Glue catalog. */

import {
  CreateDatabaseCommand,
  type Database,
  type DatabaseInput,
  GetCrawlerCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTablesCommand,
  type PrincipalPermissions,
  type Table,
  UpdateDatabaseCommand,
} from '@aws-sdk/client-glue';
import { isLakeError } from '#contracts/errors.ts';
import type { LinkTarget } from '#contracts/lake-formation.ts';
import type { CatalogFacts, LinkFacts, TableFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage, required } from './paging.ts';
import { isEverybody } from './principals.ts';

type Glue = Pick<Clients, 'glue' | 'region'>;

/** A database and its tables. Only the owner's "not found" makes it null; anybody else's is thrown (law 6). */
export async function readCatalog(
  clients: Pick<Clients, 'glue'>,
  options: { account: string; database: string; owner: boolean },
): Promise<CatalogFacts> {
  try {
    const database = await getDatabase(clients, options);
    const isLink = database.TargetDatabase !== undefined;
    return {
      database: { name: database.Name ?? options.database, openTables: isOpen(database), isLink },
      // A link's tables are another owner's, and Glue would show them as this one's.
      tables: isLink ? [] : await listTables(clients, options),
    };
  } catch (error) {
    if (isLakeError(error, 'Missing')) return { database: null, tables: [] };
    throw error;
  }
}

/** The database of a name in its own account, and where it points if it is a link. */
export async function readLink(clients: Glue, account: string, name: string): Promise<LinkFacts> {
  try {
    const { Name, TargetDatabase: target } = await getDatabase(clients, { account, database: name, owner: true });
    return { database: { name: Name ?? name, target: target ? targetOf(target, account, clients.region) : null } };
  } catch (error) {
    if (isLakeError(error, 'Missing')) return { database: null };
    throw error;
  }
}

/** Databases of other accounts that this one is shown: what was granted to it, by name or by tag, and has arrived. */
export async function listForeign(
  clients: Pick<Clients, 'glue'>,
  account: string,
): Promise<readonly { readonly catalog: string; readonly database: string }[]> {
  const databases = await everyPage(async (token) => {
    const page = await asked({ account, owner: false, doing: 'list the databases shared from elsewhere' }, () =>
      clients.glue.send(new GetDatabasesCommand({ ResourceShareType: 'FOREIGN', NextToken: token })),
    );
    return { items: page.DatabaseList, next: page.NextToken };
  });
  return databases.flatMap(({ CatalogId, Name }) =>
    CatalogId && Name ? [{ catalog: CatalogId, database: Name }] : [],
  );
}

/** Glue checks neither that the target exists nor that anybody may see it. `AlreadyExists` when the name is taken. */
export async function createLink(
  clients: Pick<Clients, 'glue'>,
  account: string,
  link: { name: string; target: LinkTarget },
): Promise<void> {
  const { catalog, database, region } = link.target;
  await create(clients, account, `create link ${link.name} to ${catalog}/${database}`, {
    Name: link.name,
    // Without a Region Glue takes the link's own, silently (G-K8).
    TargetDatabase: { CatalogId: catalog, DatabaseName: database, Region: region },
  });
}

/** @throws LakeError `AlreadyExists` when there is one of that name. */
export async function createDatabase(
  clients: Pick<Clients, 'glue'>,
  account: string,
  database: { name: string },
): Promise<void> {
  await create(clients, account, `create database ${database.name}`, { Name: database.name });
}

/**
 * New tables of the database start without IAM_ALLOWED_PRINCIPALS; every other field, and what others are given, stays
 * as read. `remember` gets the defaults as they are, JSON, before they are written.
 */
export async function closeTableDefaults(
  clients: Pick<Clients, 'glue'>,
  place: { readonly account: string; readonly database: string },
  remember: (before: string) => Promise<void>,
): Promise<void> {
  const found = await getDatabase(clients, { ...place, owner: true });
  if (!isOpen(found)) return;
  const before = found.CreateTableDefaultPermissions ?? [];
  await remember(JSON.stringify(before));
  const closed = before.filter((defaults) => !opens(defaults));
  await putTableDefaults(clients, place, { found, defaults: closed, doing: 'close the table defaults of' });
}

/** Puts back what closing took, beside what others are given now. Nothing when it is open again already. */
export async function reopenTableDefaults(
  clients: Pick<Clients, 'glue'>,
  place: { readonly account: string; readonly database: string; readonly defaults: string },
): Promise<void> {
  const found = await getDatabase(clients, { ...place, owner: true });
  const taken = (JSON.parse(place.defaults) as PrincipalPermissions[]).filter(opens);
  if (isOpen(found)) return;
  const defaults = [...(found.CreateTableDefaultPermissions ?? []), ...taken];
  await putTableDefaults(clients, place, { found, defaults, doing: 'put back the table defaults of' });
}

async function putTableDefaults(
  clients: Pick<Clients, 'glue'>,
  { account, database }: { readonly account: string; readonly database: string },
  { found, defaults, doing }: { found: Database; defaults: PrincipalPermissions[]; doing: string },
): Promise<void> {
  await asked({ account, owner: true, doing: `${doing} ${database}` }, () =>
    clients.glue.send(
      new UpdateDatabaseCommand({
        CatalogId: account,
        Name: database,
        DatabaseInput: { ...inputOf(found), CreateTableDefaultPermissions: defaults },
      }),
    ),
  );
}

/** What a crawler fills: its event names neither database nor tables. Null when the account says it is gone. */
export async function readCrawler(
  clients: Pick<Clients, 'glue' | 'account'>,
  name: string,
): Promise<{ database: string; prefix: string } | null> {
  try {
    const view = { account: clients.account, owner: true, doing: `read crawler ${name}` };
    const { Crawler } = await asked(view, () => clients.glue.send(new GetCrawlerCommand({ Name: name })));
    return { database: required(Crawler?.DatabaseName, `the database of ${name}`), prefix: Crawler?.TablePrefix ?? '' };
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

async function getDatabase(
  clients: Pick<Clients, 'glue'>,
  { account, database, owner }: { account: string; database: string; owner: boolean },
): Promise<Database> {
  const answer = await asked({ account, owner, doing: `read database ${database}` }, () =>
    clients.glue.send(new GetDatabaseCommand({ CatalogId: account, Name: database })),
  );
  return required(answer.Database, `database ${database}`);
}

async function listTables(
  clients: Pick<Clients, 'glue'>,
  { account, database, owner }: { account: string; database: string; owner: boolean },
): Promise<TableFacts[]> {
  const tables = await everyPage(async (token) => {
    const page = await asked({ account, owner, doing: `list the tables of ${database}` }, () =>
      clients.glue.send(new GetTablesCommand({ CatalogId: account, DatabaseName: database, NextToken: token })),
    );
    return { items: page.TableList, next: page.NextToken };
  });
  return tables.map(tableFacts);
}

function tableFacts(table: Table): TableFacts {
  const isLink = table.TargetTable !== undefined;
  const location = table.StorageDescriptor?.Location;
  const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
  return {
    name: required(table.Name, 'the name of a table'),
    location: isLink || !location ? null : location,
    isLink,
    columns: columns.map(({ Name }) => required(Name, 'the name of a column')),
    parameters: table.Parameters ?? {},
    ...(table.CreateTime === undefined ? {} : { createdAt: table.CreateTime.getTime() }),
  };
}

async function create(
  clients: Pick<Clients, 'glue'>,
  account: string,
  doing: string,
  input: DatabaseInput,
): Promise<void> {
  await asked({ account, owner: true, doing }, () =>
    clients.glue.send(new CreateDatabaseCommand({ CatalogId: account, DatabaseInput: input })),
  );
}

/** Of what GetDatabase answers, all that UpdateDatabase takes. */
function inputOf(database: Database): DatabaseInput {
  const { Name, Description, LocationUri, Parameters, CreateTableDefaultPermissions } = database;
  const { TargetDatabase, FederatedDatabase } = database;
  return {
    Name,
    Description,
    LocationUri,
    Parameters,
    CreateTableDefaultPermissions,
    TargetDatabase,
    FederatedDatabase,
  };
}

function isOpen(database: Database): boolean {
  return (database.CreateTableDefaultPermissions ?? []).some(opens);
}

function opens(defaults: PrincipalPermissions): boolean {
  const principal = defaults.Principal?.DataLakePrincipalIdentifier;
  return principal !== undefined && isEverybody(principal) && (defaults.Permissions ?? []).length > 0;
}

function targetOf(target: NonNullable<Database['TargetDatabase']>, account: string, region: string): LinkTarget {
  return {
    catalog: target.CatalogId ?? account,
    database: required(target.DatabaseName, 'the database a link points at'),
    region: target.Region ?? region,
  };
}
