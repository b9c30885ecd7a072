/** A lake for one test file: clients of accounts and roles, and the steps that most tests begin with. */

import { GlueClient } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LakeFormationClient, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import type { LakeOptions, RunningLake } from '../../../../infra/local/lake/start.ts';
import { startLake } from '../../../../infra/local/lake/start.ts';

export const producer = '111111111111';
export const consumer = '222222222222';
export const stranger = '444444444444';
export const region = 'ap-northeast-1';

export interface Cloud {
  readonly lake: RunningLake;
  config(
    account: string,
    at?: string,
  ): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
    requestHandler?: RunningLake['requestHandler'];
  };
  /** As the account's root. */
  glue(account: string, at?: string): GlueClient;
  /** As a role, which is made with this policy if it isn't there. */
  glueAs(role: string, policy?: object, at?: string): Promise<GlueClient>;
  lakeFormation(account: string): LakeFormationClient;
}

export const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const glueTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** `wire`: clients speak HTTP, where all others need no socket. */
export async function startCloud({ wire = false, ...options }: LakeOptions & { wire?: boolean } = {}): Promise<Cloud> {
  const lake = await startLake({ accounts: [producer, consumer, stranger], ...options });
  const way = wire ? {} : { requestHandler: lake.requestHandler };
  const keys = (account: string) => ({ accessKeyId: account, secretAccessKey: 'test' });
  const config = (account: string, at = region) => ({
    endpoint: lake.url,
    region: at,
    credentials: keys(account),
    maxAttempts: 1,
    ...way,
  });
  return {
    lake,
    config,
    glue: (account, at) => new GlueClient(config(account, at)),
    lakeFormation: (account) => new LakeFormationClient(config(account)),
    async glueAs(role, policy = everything, at = region) {
      await makeRole(new IAMClient(config(role.split(':')[4] ?? '')), role, policy);
      const { accessKeyId, secretAccessKey, sessionToken } = await lake.control.credentials(role);
      const credentials = { accessKeyId, secretAccessKey, sessionToken };
      return new GlueClient({ ...config('', at), credentials });
    },
  };
}

export async function makeRole(iam: IAMClient, arn: string, policy: object): Promise<void> {
  const [, path = '/', RoleName = ''] = /:role(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
  try {
    await iam.send(new CreateRoleCommand({ RoleName, Path: path, AssumeRolePolicyDocument: glueTrust }));
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith('EntityAlreadyExists')) throw error;
  }
  const PolicyDocument = JSON.stringify(policy);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
}

/** Takes away what a fresh account gives everyone, and names its administrators. */
export async function closeCatalog(cloud: Cloud, account: string, admins: readonly string[] = []): Promise<void> {
  await cloud.lakeFormation(account).send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        DataLakeAdmins: admins.map((DataLakePrincipalIdentifier) => ({ DataLakePrincipalIdentifier })),
        CreateDatabaseDefaultPermissions: [],
        CreateTableDefaultPermissions: [],
        Parameters: { CROSS_ACCOUNT_VERSION: '3' },
      },
    }),
  );
}

export const columns = [
  { Name: 'line_item_id', Type: 'string' },
  { Name: 'cost', Type: 'double' },
];

export function tableInput(Name: string, keys: readonly string[] = []) {
  return {
    Name,
    TableType: 'EXTERNAL_TABLE',
    StorageDescriptor: { Columns: columns, Location: `s3://lake/${Name}/` },
    PartitionKeys: keys.map((key) => ({ Name: key, Type: 'int' })),
  };
}
