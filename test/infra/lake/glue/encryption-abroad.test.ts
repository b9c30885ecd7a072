/** The key of an encrypted catalog, for callers of other accounts. */

import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
} from '@aws-sdk/client-glue';
import { GrantPermissionsCommand, type Permission, type Resource } from '@aws-sdk/client-lakeformation';
import {
  AcceptResourceShareInvitationCommand,
  paginateGetResourceShareInvitations,
  RAMClient,
} from '@aws-sdk/client-ram';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cloud, closeCatalog, consumer, producer, startCloud, tableInput } from './cloud.ts';
import { encrypt as encryptCatalog, keyPolicy, makeKey, onGlue, policy, refusedBy } from './keys.ts';

let cloud: Cloud;
let key: string;
let job: string;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(async () => {
  await cloud.lake.control.reset();
  job = await sharedWithJob();
  key = await makeKey(cloud, producer);
});
afterAll(() => cloud.lake.close());

const encryption = 'GlueEncryptionException';
const owner = `arn:aws:iam::${producer}:root`;
const onKey = (Action: string) => ({ Effect: 'Allow', Action, Resource: key });
const refused = (action: string, why: string) => refusedBy(key, action, why);
const encrypt = (settings: object = {}) => encryptCatalog(cloud, producer, { SseAwsKmsKeyId: key, ...settings });
const byIdentity = 'because no identity-based policy allows the kms:';

test('is a caller of another account where both sides say so, through a link as on the target (GL-48)', async () => {
  const onTarget = new GetTableCommand({ CatalogId: producer, DatabaseName: 'db', Name: 'legacy_all' });
  const onLink = new GetTableCommand({ DatabaseName: 'db_linked', Name: 'legacy_all' });
  const read = async (own: object) => {
    const client = await cloud.glueAs(job, own);
    for (const command of [onTarget, onLink]) await client.send(command);
    await client.send(new GetDatabaseCommand({ Name: 'db_linked' }));
    await client.send(new GetDatabasesCommand({ ResourceShareType: 'FOREIGN' }));
  };
  const both = policy(onGlue, onKey('kms:Decrypt'));
  await read(policy(onGlue));
  await encrypt();
  await expect(read(policy(onGlue))).rejects.toMatchObject(refused('kms:Decrypt', byIdentity));
  // The key's policy admits only its own account: KMS does not tell another one why.
  await expect(read(both)).rejects.toMatchObject(
    refused(
      'kms:Decrypt',
      'because the resource does not exist in this Region, no resource-based policies allow access',
    ),
  );
  key = await makeKey(cloud, producer, keyPolicy(['kms:*'], owner, `arn:aws:iam::${consumer}:root`));
  await encrypt();
  await expect(read(policy(onGlue))).rejects.toMatchObject(refused('kms:Decrypt', byIdentity));
  await read(policy(onGlue, onKey('kms:Decrypt')));
});

test('is nobody of another account under the key that AWS manages, but who needs none (GL-48, GL-49)', async () => {
  await encrypt({ SseAwsKmsKeyId: 'alias/aws/glue' });
  const onLink = new GetTableCommand({ DatabaseName: 'db_linked', Name: 'legacy_all' });
  const client = await cloud.glueAs(job);
  await expect(client.send(onLink)).rejects.toMatchObject({ name: encryption });
  const role = `arn:aws:iam::${producer}:role/catalog-key`;
  await cloud.glueAs(role);
  await encrypt({ CatalogEncryptionMode: 'SSE-KMS-WITH-SERVICE-ROLE', CatalogEncryptionServiceRole: role });
  const withoutKey = await cloud.glueAs(job, policy(onGlue));
  expect((await withoutKey.send(onLink)).Table?.Name).toBe('legacy_all');
});

test('a list of what is shared asks for the key of each owner, a list of what is one’s own does not (GL-48)', async () => {
  await encrypt();
  const client = await cloud.glueAs(job, policy(onGlue));
  const foreign = client.send(new GetDatabasesCommand({ ResourceShareType: 'FOREIGN' }));
  await expect(foreign).rejects.toMatchObject(refused('kms:Decrypt', byIdentity));
  expect((await client.send(new GetDatabasesCommand({}))).DatabaseList).toMatchObject([{ Name: 'db_linked' }]);
});

/** A role of the consumer that is granted `db.legacy_all`, by a link: its ARN. */
async function sharedWithJob(): Promise<string> {
  const job = `arn:aws:iam::${consumer}:role/job`;
  await cloud.glueAs(job);
  for (const account of [producer, consumer]) await closeCatalog(cloud, account, [`arn:aws:iam::${account}:root`]);
  const glue = cloud.glue(producer);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
  await glue.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput('legacy_all') }));
  const database: Resource = { Database: { CatalogId: producer, Name: 'db' } };
  const table: Resource = { Table: { CatalogId: producer, DatabaseName: 'db', Name: 'legacy_all' } };
  const grant = (account: string, principal: string, resource: Resource, Permissions: Permission[], option: boolean) =>
    cloud.lakeFormation(account).send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal },
        Resource: resource,
        Permissions,
        PermissionsWithGrantOption: option ? Permissions : [],
      }),
    );
  await grant(producer, consumer, database, ['DESCRIBE'], true);
  await grant(producer, consumer, table, ['SELECT', 'DESCRIBE'], true);
  const ram = new RAMClient(cloud.config(consumer));
  for await (const { resourceShareInvitations = [] } of paginateGetResourceShareInvitations({ client: ram }, {}))
    for (const { resourceShareInvitationArn } of resourceShareInvitations)
      await ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'db' };
  await cloud.glue(consumer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db_linked', TargetDatabase } }));
  await grant(consumer, job, { Database: { Name: 'db_linked' } }, ['DESCRIBE'], false);
  await grant(consumer, job, database, ['DESCRIBE'], false);
  await grant(consumer, job, table, ['SELECT', 'DESCRIBE'], false);
  return job;
}
