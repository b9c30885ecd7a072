/** Taking a resource link away: to AWS the same call as dropping a database with all that is in it. */

import { DeleteDatabaseCommand } from '@aws-sdk/client-glue';
import { LakeError } from '#contracts/errors.ts';
import type { LinkTarget } from '#contracts/lake-formation.ts';
import { sameTarget } from '#core/links.ts';
import { readLink } from './catalog.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';

/**
 * Read again right before, since AWS takes no condition: only a link to this target is deleted.
 *
 * @throws NothingToRevoke where there is none, or another thing has its name.
 */
export async function deleteLink(
  clients: Pick<Clients, 'glue' | 'region'>,
  account: string,
  { name, target }: { readonly name: string; readonly target: LinkTarget },
): Promise<void> {
  const { database } = await readLink(clients, account, name);
  if (database?.target == null || !sameTarget(database.target, target)) {
    throw new LakeError('NothingToRevoke', {
      message: `${account} has no link ${name} to ${target.database} any more`,
    });
  }
  await asked({ account, owner: true, doing: `delete link ${name}` }, () =>
    clients.glue.send(new DeleteDatabaseCommand({ CatalogId: account, Name: name })),
  );
}
