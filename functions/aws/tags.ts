/** LF-Tags: keys with their values, and what they are put on. */

import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  type Resource,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import type { TagValues } from '#contracts/policy.ts';
import type { AssignTags } from '#core/actions.ts';
import { taggedText } from '#core/describe.ts';
import type { Clients } from './clients.ts';
import { asked, errorFromEntry } from './errors.ts';
import { chunks } from './paging.ts';

type LakeFormation = Pick<Clients, 'lakeFormation'>;

/** Values Lake Formation takes in one call. */
const VALUES = 50;

/** `AlreadyExists` when somebody else made the key meanwhile. */
export async function createTag(clients: LakeFormation, account: string, tag: TagValues): Promise<void> {
  const view = { account, owner: true, doing: `create LF-Tag ${tag.key}` };
  const [first = [], ...rest] = chunks(tag.values, VALUES);
  await asked(view, () =>
    clients.lakeFormation.send(new CreateLFTagCommand({ CatalogId: account, TagKey: tag.key, TagValues: [...first] })),
  );
  for (const values of rest) await extendTag(clients, account, { key: tag.key, values });
}

/** Adds values; none is ever taken out. */
export async function extendTag(clients: LakeFormation, account: string, tag: TagValues): Promise<void> {
  const view = { account, owner: true, doing: `add values to LF-Tag ${tag.key}` };
  for (const values of chunks(tag.values, VALUES)) {
    await asked(view, () =>
      clients.lakeFormation.send(
        new UpdateLFTagCommand({ CatalogId: account, TagKey: tag.key, TagValuesToAdd: [...values] }),
      ),
    );
  }
}

/** The answer is 200 even where tags were refused: the first refusal is thrown (G-L33). */
export async function assignTags(clients: LakeFormation, account: string, action: AssignTags): Promise<void> {
  const view = { account, owner: true, doing: `tag ${taggedText(action)}` };
  const answer = await asked(view, () =>
    clients.lakeFormation.send(
      new AddLFTagsToResourceCommand({
        CatalogId: account,
        Resource: resourceOf(account, action),
        LFTags: Object.entries(action.tags).map(([TagKey, value]) => ({
          CatalogId: account,
          TagKey,
          TagValues: [value],
        })),
      }),
    ),
  );
  const [refused] = answer.Failures ?? [];
  if (refused) throw errorFromEntry(refused.Error ?? {}, { ...view, doing: `${view.doing} ${refused.LFTag?.TagKey}` });
}

function resourceOf(account: string, { database, table, columns }: AssignTags): Resource {
  if (table === null) return { Database: { CatalogId: account, Name: database } };
  const named = { CatalogId: account, DatabaseName: database, Name: table };
  return columns.length === 0 ? { Table: named } : { TableWithColumns: { ...named, ColumnNames: [...columns] } };
}
