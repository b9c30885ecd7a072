/** By which hops somebody reads, or which are missing: asked of the services themselves, not of our own engine. */

import { EntityNotFoundException, GetDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  LakeFormationClient,
  type PrincipalResourcePermissions,
  paginateListPermissions,
} from '@aws-sdk/client-lakeformation';
import { paginateListResources, RAMClient } from '@aws-sdk/client-ram';
import { FINANCE, type Reader, readerArn, type SceneTable } from './places.ts';
import type { Reading } from './reading.ts';
import { ADMIN, clientConfig, root, type Stage } from './world.ts';

/** What an account's services tell. */
interface AccountFacts {
  readonly permissions: readonly PrincipalResourcePermissions[];
  /** ARNs of what others share with it and it has accepted. */
  readonly received: readonly string[];
  /** Names of links that point where they should. */
  readonly links: ReadonlySet<string>;
}

export type HopsOf = (reader: Reader, table: SceneTable, reading: Reading) => string;

/** Looks once into every account; the answer is a sentence for one cell of the access matrix. */
export async function lookAtHops(
  stage: Stage,
  accounts: readonly string[],
  tables: readonly SceneTable[],
): Promise<HopsOf> {
  const asked = [...new Set([FINANCE, ...accounts])];
  const facts = new Map(
    await Promise.all(asked.map(async (account) => [account, await factsOf(stage, account, tables)] as const)),
  );
  const shares = facts.get(FINANCE)?.permissions ?? [];
  return (reader, table, reading) => {
    const own = facts.get(reader.account);
    const hops = {
      share: shares.some((row) => isAbout(row, reader.account, table)),
      acceptance: own?.received.some((arn) => arn.includes(`/${table.database}`)) ?? false,
      link: own?.links.has(table.link) ?? false,
      grants: own?.permissions.some((row) => isAbout(row, readerArn(reader), table)) ?? false,
      // The policies of bucket and role meet only in a real read.
      storage: reading.bytes === 'read',
    };
    return hopsText(hops);
  };
}

function hopsText(hops: Readonly<Record<string, boolean>>): string {
  const missing = Object.keys(hops).filter((hop) => hops[hop] === false);
  return missing.length === 0 ? Object.keys(hops).join(' → ') : `missing: ${missing.join(', ')}`;
}

function isAbout(row: PrincipalResourcePermissions, principal: string, table: SceneTable): boolean {
  const resource = row.Resource?.Table ?? row.Resource?.TableWithColumns;
  return (
    row.Principal?.DataLakePrincipalIdentifier === principal &&
    resource?.DatabaseName === table.database &&
    row.Permissions?.includes('SELECT') === true
  );
}

async function factsOf(stage: Stage, account: string, tables: readonly SceneTable[]): Promise<AccountFacts> {
  const config = clientConfig(stage, await viewer(stage, account));
  const permissions: PrincipalResourcePermissions[] = [];
  for await (const page of paginateListPermissions({ client: new LakeFormationClient(config) }, {}))
    permissions.push(...(page.PrincipalResourcePermissions ?? []));
  const ram = new RAMClient(root(stage, account));
  const received: string[] = [];
  for await (const page of paginateListResources({ client: ram }, { resourceOwner: 'OTHER-ACCOUNTS' }))
    received.push(...(page.resources ?? []).map(({ arn = '' }) => arn));
  const links = await linksOf(new GlueClient(config), tables);
  return { permissions, received, links };
}

async function linksOf(glue: GlueClient, tables: readonly SceneTable[]): Promise<ReadonlySet<string>> {
  const links = new Set<string>();
  for (const { link, database } of tables) {
    try {
      const { Database } = await glue.send(new GetDatabaseCommand({ Name: link }));
      if (Database?.TargetDatabase?.DatabaseName === database) links.add(link);
    } catch (error) {
      if (!(error instanceof EntityNotFoundException)) throw error;
    }
  }
  return links;
}

/** Somebody who sees everything there: an administrator where there is one, else the account's root. */
export async function viewer(stage: Stage, account: string) {
  const own = root(stage, account);
  const name = account === FINANCE ? ADMIN.role : 'onramp-reader';
  try {
    const { Role } = await new IAMClient(own).send(new GetRoleCommand({ RoleName: name }));
    return await stage.control.credentials(Role?.Arn ?? '');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchEntityException') throw error;
    return own.credentials;
  }
}
