/** Bucket policies and default encryption. The bucket's owner is always said, so that a stranger's bucket is refused (G-B7). */

import {
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { LakeError } from '#contracts/errors.ts';
import type { DocumentFacts, StorageFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';

type S3 = Pick<Clients, 's3'>;
interface Bucket {
  readonly bucket: string;
  /** Account id. */
  readonly owner: string;
}

/** Null only when S3 says there is none; every other answer is thrown: taken for "none" it would wipe the policy (G-B2). */
export async function readBucketPolicy(clients: S3, { bucket, owner }: Bucket): Promise<DocumentFacts> {
  const view = { account: owner, owner: true, doing: `read the policy of bucket ${bucket}` };
  try {
    const answer = await asked(view, () =>
      clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket, ExpectedBucketOwner: owner })),
    );
    return { text: answer.Policy ?? null };
  } catch (error) {
    if (error instanceof LakeError && error.aws?.code === 'NoSuchBucketPolicy') return { text: null };
    throw error;
  }
}

/** Null deletes: S3 refuses a policy without statements (G-B5). */
export async function putBucketPolicy(
  clients: S3,
  { bucket, owner, text }: Bucket & { readonly text: string | null },
): Promise<void> {
  const view = { account: owner, owner: true, doing: `write the policy of bucket ${bucket}` };
  const whose = { Bucket: bucket, ExpectedBucketOwner: owner };
  await asked(view, async () =>
    text === null
      ? await clients.s3.send(new DeleteBucketPolicyCommand(whose))
      : await clients.s3.send(new PutBucketPolicyCommand({ ...whose, Policy: text })),
  );
}

/** The default encryption of a bucket; algorithm `none` where it has none. @throws LakeError when S3 would not tell. */
export async function readEncryption(clients: S3, { bucket, owner }: Bucket): Promise<StorageFacts['encryption']> {
  const view = { account: owner, owner: true, doing: `read the encryption of bucket ${bucket}` };
  try {
    const answer = await asked(view, () =>
      clients.s3.send(new GetBucketEncryptionCommand({ Bucket: bucket, ExpectedBucketOwner: owner })),
    );
    const rule = answer.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
    return { algorithm: rule?.SSEAlgorithm ?? 'none', key: rule?.KMSMasterKeyID ?? null };
  } catch (error) {
    const none = 'ServerSideEncryptionConfigurationNotFoundError';
    if (error instanceof LakeError && error.aws?.code === none) return { algorithm: 'none', key: null };
    throw error;
  }
}
