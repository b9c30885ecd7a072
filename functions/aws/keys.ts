/** KMS key policies. Only the key's own account may read or write them. */

import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { arnParts } from '#contracts/arn.ts';
import { LakeError } from '#contracts/errors.ts';
import type { DocumentFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

type Kms = Pick<Clients, 'kms'>;

/** Every key has a policy, so there is no "none": whoever reads one writes back at least what was in it (G-B11). */
export async function readKeyPolicy(clients: Kms, arn: string): Promise<DocumentFacts> {
  const view = { account: accountOf(arn), owner: true, doing: `read the policy of key ${arn}` };
  const answer = await asked(view, () =>
    clients.kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' })),
  );
  return { text: required(answer.Policy, `the policy of key ${arn}`) };
}

/** AWS's check that the key stays manageable is never bypassed. */
export async function putKeyPolicy(clients: Kms, arn: string, text: string): Promise<void> {
  const view = { account: accountOf(arn), owner: true, doing: `write the policy of key ${arn}` };
  await asked(view, () =>
    clients.kms.send(new PutKeyPolicyCommand({ KeyId: arn, PolicyName: 'default', Policy: text })),
  );
}

function accountOf(arn: string): string {
  const account = arnParts(arn)?.account;
  if (account) return account;
  throw new LakeError('Unexpected', { message: `${arn} is not the ARN of a KMS key` });
}
