/** Everything of AWS that our runs may change, as plain data without ids: two runs with the same end have the same. */

import { GetDatabaseCommand, GetResourcePolicyCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  GetDataLakeSettingsCommand,
  LakeFormationClient,
  ListPermissionsCommand,
  type PrincipalResourcePermissions,
} from '@aws-sdk/client-lakeformation';
import { GetResourceShareInvitationsCommand, GetResourceSharesCommand, RAMClient } from '@aws-sdk/client-ram';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { ANALYTICS, BUCKET, CUR, FINANCE, HR, SALES } from '../../infra/local/scenes/places.ts';
import { clientConfig, root, type Stage } from '../../infra/local/scenes/world.ts';

export interface State {
  readonly permissions: readonly string[];
  readonly links: readonly string[];
  readonly shares: readonly string[];
  readonly invitations: readonly string[];
  readonly settings: readonly unknown[];
  readonly bucketPolicy: string;
  readonly catalogPolicy: string | null;
}

export async function stateOf(stage: Stage): Promise<State> {
  const both = [FINANCE, ANALYTICS];
  const readers = await Promise.all(both.map((account) => reader(stage, account)));
  const each = async <T>(read: (config: Config, account: string) => Promise<T>) =>
    Promise.all(readers.map((config, i) => read(config, both[i] ?? '')));
  const [producer, consumer] = readers;
  const ram = new RAMClient(consumer ?? {});
  const shares = await ram.send(new GetResourceSharesCommand({ resourceOwner: 'OTHER-ACCOUNTS', maxResults: 500 }));
  const invitations = await ram.send(new GetResourceShareInvitationsCommand({ maxResults: 500 }));
  return {
    permissions: (await each(listPermissions)).flat().sort(),
    links: (await each(listLinks)).flat().sort(),
    shares: (shares.resourceShares ?? []).map((s) => `${s.status} from ${s.owningAccountId}`).sort(),
    invitations: (invitations.resourceShareInvitations ?? []).map((i) => String(i.status)).sort(),
    settings: await each(readSettings),
    bucketPolicy: await readBucketPolicy(stage),
    catalogPolicy: await readCatalogPolicy(producer ?? {}),
  };
}

type Config = NonNullable<ConstructorParameters<typeof GlueClient>[0]>;

/** An administrator who only reads sees everything; a root user is none. */
async function reader(stage: Stage, account: string): Promise<Config> {
  const credentials = await stage.control.credentials(`arn:aws:iam::${account}:role/onramp/onramp-reader`);
  return clientConfig(stage, credentials);
}

async function readBucketPolicy(stage: Stage): Promise<string> {
  const s3 = new S3Client({ ...root(stage, FINANCE), forcePathStyle: true });
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  return Policy;
}

async function listPermissions(config: Config, account: string): Promise<readonly string[]> {
  const client = new LakeFormationClient(config);
  const rows: PrincipalResourcePermissions[] = [];
  for (const ResourceType of ['DATABASE', 'TABLE'] as const) {
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListPermissionsCommand({ ResourceType, NextToken, MaxResults: 1000 }));
      rows.push(...(page.PrincipalResourcePermissions ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }
  return rows.map((row) => `${account}: ${rowText(row)}`);
}

/** Without the grant's time and the shares' ARNs. */
function rowText({
  Principal,
  Resource,
  Permissions,
  PermissionsWithGrantOption,
}: PrincipalResourcePermissions): string {
  const who = Principal?.DataLakePrincipalIdentifier ?? '';
  const may = (Permissions ?? []).toSorted().join(',');
  const mayGrant = (PermissionsWithGrantOption ?? []).toSorted().join(',');
  return `${who} may ${may} (grant: ${mayGrant}) on ${JSON.stringify(Resource)}`;
}

async function listLinks(config: Config, account: string): Promise<readonly string[]> {
  const glue = new GlueClient(config);
  const names = ['default', ...[CUR, SALES, HR].flatMap(({ database, link }) => [database, link])];
  const found = names.map(async (Name) => {
    const answer = await orNull('EntityNotFoundException', glue.send(new GetDatabaseCommand({ Name })));
    const { TargetDatabase = null, CreateTableDefaultPermissions = [] } = answer?.Database ?? {};
    return answer && `${account}: ${Name} → ${JSON.stringify([TargetDatabase, CreateTableDefaultPermissions])}`;
  });
  return (await Promise.all(found)).filter((text) => text !== null);
}

async function orNull<T>(name: string, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === name) return null;
    throw error;
  }
}

async function readSettings(config: Config): Promise<unknown> {
  const { DataLakeSettings } = await new LakeFormationClient(config).send(new GetDataLakeSettingsCommand({}));
  return DataLakeSettings;
}

async function readCatalogPolicy(config: Config): Promise<string | null> {
  const glue = new GlueClient(config);
  const answer = await orNull('EntityNotFoundException', glue.send(new GetResourcePolicyCommand({})));
  return answer?.PolicyInJson ?? null;
}
