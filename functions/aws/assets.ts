/** Files that a deployment brought along. */

import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { LakeError } from '#contracts/errors.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

/** @throws Missing when the deployment's bucket no longer holds the file. */
export async function readJsonAsset(s3: S3Client, asset: { bucket: string; key: string }): Promise<unknown> {
  const place = `s3://${asset.bucket}/${asset.key}`;
  const text = await asked({ account: 'the hub', owner: true, doing: `read ${place}` }, async () => {
    const answer = await s3.send(new GetObjectCommand({ Bucket: asset.bucket, Key: asset.key }));
    return required(answer.Body, `the body of ${place}`).transformToString('utf-8');
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LakeError('Unexpected', { message: `${place} is not JSON`, cause });
  }
}
