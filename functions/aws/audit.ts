/** Ledger entries that have ended, as lines in the hub's audit bucket: who could read what, long after the table forgot. */

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { shortHash } from '#contracts/hash.ts';
import type { Entry } from '#contracts/ledger.ts';
import { asked } from './errors.ts';
import type { Archive } from './ledger.ts';

/**
 * One object per account and call: `entries/ACCOUNT/YYYY/MM/DD/HASH.jsonl`, by the day of the last write in it. The same
 * lines again are the same object, so a run that was cut and goes on writes nothing twice.
 */
export function archiveTo(s3: S3Client, bucket: string): Archive {
  return async (ended) => {
    for (const [account, entries] of Map.groupBy(ended, (entry) => entry.account)) {
      const lines = entries.map((entry) => JSON.stringify(entry)).join('\n');
      const key = `entries/${account}/${dayOf(entries)}/${shortHash(lines, 32)}.jsonl`;
      await asked({ account: 'the hub', owner: true, doing: `write ${key} to bucket ${bucket}` }, () =>
        s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: `${lines}\n`, ContentType: 'application/x-ndjson' }),
        ),
      );
    }
  };
}

function dayOf(entries: readonly Entry[]): string {
  const at = Math.max(...entries.map((entry) => entry.at));
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
}
