/** The Glue catalog's resource policy: one document per account and Region, with a version check of its own. */

import { DeleteResourcePolicyCommand, GetResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-glue';
import { isLakeError } from '#contracts/errors.ts';
import type { CatalogPolicyFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';

type Glue = Pick<Clients, 'glue'>;

/** Policy and hash of the account's catalog, null where there is none. @throws LakeError when Glue would not tell. */
export async function readCatalogPolicy(clients: Glue, account: string): Promise<CatalogPolicyFacts> {
  try {
    const view = { account, owner: true, doing: 'read the catalog policy' };
    const answer = await asked(view, () => clients.glue.send(new GetResourcePolicyCommand({})));
    return { text: answer.PolicyInJson ?? null, hash: answer.PolicyHash ?? null };
  } catch (error) {
    if (isLakeError(error, 'Missing')) return { text: null, hash: null };
    throw error;
  }
}

/**
 * Writes the document (null: deletes it) if it still is the one that was read, else `DocumentChanged`.
 * `hybrid` must be true once RAM shares exist: Glue then keeps RAM's part beside ours (G-S7).
 */
export async function putCatalogPolicy(
  clients: Glue,
  options: { account: string; text: string | null; previousHash: string | null; hybrid: boolean },
): Promise<void> {
  const { account, text, previousHash } = options;
  const view = { account, owner: true, doing: 'write the catalog policy' };
  const condition = previousHash === null ? {} : { PolicyHashCondition: previousHash };
  if (text === null) {
    await asked(view, () => clients.glue.send(new DeleteResourcePolicyCommand(condition)));
    return;
  }
  await asked(view, () =>
    clients.glue.send(
      new PutResourcePolicyCommand({
        PolicyInJson: text,
        ...condition,
        PolicyExistsCondition: previousHash === null ? 'NOT_EXIST' : 'MUST_EXIST',
        ...(options.hybrid ? { EnableHybrid: 'TRUE' } : {}),
      }),
    ),
  );
}
