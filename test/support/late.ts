/** Documents that AWS takes and shows late: whoever reads one sees the text before for a while. */

import { GetResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-glue';
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { BUCKET, FINANCE } from '../../infra/local/scenes/places.ts';
import { root } from './aws-console.ts';
import type { InProcess } from './in-process.ts';

interface LateDocument {
  /** The SDK command that writes it. */
  readonly command: string;
  read(): Promise<string>;
  write(text: string): Promise<unknown>;
}

/** What our next write of it says is shown only `ms` later. */
export async function showLate(cloud: InProcess, document: LateDocument, ms: number): Promise<void> {
  const before = await document.read();
  let hidden: { readonly text: string; readonly until: number } | null = null;
  let times = 0;
  cloud.watch(async (command) => {
    if (command === document.command && times === 0) {
      times = 1;
      hidden = { text: await document.read(), until: cloud.clock.now() + ms };
      await document.write(before);
    } else if (hidden !== null && cloud.clock.now() >= hidden.until) {
      await document.write(hidden.text);
      hidden = null;
    }
  });
}

export function bucketPolicy(cloud: InProcess): LateDocument {
  const { s3 } = root(cloud.stage, FINANCE);
  return {
    command: 'PutBucketPolicyCommand',
    read: async () => (await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }))).Policy ?? '',
    write: (Policy) => s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy })),
  };
}

export function catalogPolicy(cloud: InProcess): LateDocument {
  const { glue } = root(cloud.stage, FINANCE);
  return {
    command: 'PutResourcePolicyCommand',
    read: async () => (await glue.send(new GetResourcePolicyCommand({}))).PolicyInJson ?? '',
    write: (PolicyInJson) => glue.send(new PutResourcePolicyCommand({ PolicyInJson, EnableHybrid: 'TRUE' })),
  };
}

export function keyPolicy(cloud: InProcess, KeyId: string): LateDocument {
  const { kms } = root(cloud.stage, FINANCE);
  const PolicyName = 'default';
  return {
    command: 'PutKeyPolicyCommand',
    read: async () => (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }))).Policy ?? '',
    write: (Policy) => kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName, Policy })),
  };
}
