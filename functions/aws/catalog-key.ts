/** How a Data Catalog is encrypted, and the key it is encrypted with. */

import { GetDataCatalogEncryptionSettingsCommand } from '@aws-sdk/client-glue';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { isLakeError } from '#contracts/errors.ts';
import type { EncryptionFacts, KeyFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { readKeyPolicy } from './keys.ts';
import { required } from './paging.ts';

/** Encryption at rest of the catalog of these clients' account and Region. @throws LakeError when AWS would not tell. */
export async function readCatalogEncryption(clients: Pick<Clients, 'glue' | 'account'>): Promise<EncryptionFacts> {
  const { account } = clients;
  const view = { account, owner: true, doing: 'read the encryption of the catalog' };
  const answer = await asked(view, () =>
    clients.glue.send(new GetDataCatalogEncryptionSettingsCommand({ CatalogId: account })),
  );
  const atRest = required(answer.DataCatalogEncryptionSettings, 'encryption settings').EncryptionAtRest;
  return { mode: atRest?.CatalogEncryptionMode ?? 'DISABLED', key: atRest?.SseAwsKmsKeyId ?? null };
}

/** A key of these clients' account by id, alias or ARN; null: there is none. @throws LakeError when AWS would not tell. */
export async function readKey(clients: Pick<Clients, 'kms' | 'account'>, key: string): Promise<KeyFacts | null> {
  const view = { account: clients.account, owner: true, doing: `read key ${key}` };
  try {
    const { KeyMetadata } = await asked(view, () => clients.kms.send(new DescribeKeyCommand({ KeyId: key })));
    const { Arn, Enabled = false, KeyManager } = required(KeyMetadata, `key ${key}`);
    const arn = required(Arn, `the ARN of key ${key}`);
    const managedByAws = KeyManager === 'AWS';
    const { text } = await readKeyPolicy(clients, arn);
    return { arn, enabled: Enabled, managedByAws, text: required(text ?? undefined, `the policy of key ${arn}`) };
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}
