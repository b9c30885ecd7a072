/** LF-Tags: keys with their values, and what they are put on. */

import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  ListLFTagsCommand,
  type Resource,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import { isLakeError, type LakeError } from '#contracts/errors.ts';
import type { Tags, TagValues } from '#contracts/lake-formation.ts';
import { chunks } from '#core/collections.ts';
import { type TaggedThing, taggedText } from '#core/tags/things.ts';
import type { Clients } from './clients.ts';
import { asked, errorFromEntry } from './errors.ts';
import { everyPage } from './paging.ts';

type LakeFormation = Pick<Clients, 'lakeFormation'>;

/** Values Lake Formation takes in one call. */
export const VALUES = 50;

/** The catalog's own keys with all their values, in lower case and sorted. Whole only to an administrator. */
export async function listTags(clients: LakeFormation, account: string): Promise<readonly TagValues[]> {
  const view = { account, owner: true, doing: 'list the LF-Tags' };
  const tags = await everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.lakeFormation.send(
        // Without a share type it answers the catalog's own keys.
        new ListLFTagsCommand({ CatalogId: account, NextToken: token }),
      ),
    );
    return { items: page.LFTags, next: page.NextToken };
  });
  return tags
    .filter(({ CatalogId }) => CatalogId === undefined || CatalogId === account)
    .map(({ TagKey = '', TagValues = [] }) => ({
      key: TagKey.toLowerCase(),
      values: TagValues.map((value) => value.toLowerCase()).sort(),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** `AlreadyExists` when somebody else made the key meanwhile: it has all these values then, too (G-L33). */
export async function createTag(clients: LakeFormation, account: string, tag: TagValues): Promise<void> {
  const view = { account, owner: true, doing: `create LF-Tag ${tag.key}` };
  const [first = [], ...rest] = chunks(tag.values, VALUES);
  try {
    await asked(view, () =>
      clients.lakeFormation.send(
        new CreateLFTagCommand({ CatalogId: account, TagKey: tag.key, TagValues: [...first] }),
      ),
    );
  } catch (error) {
    if (isLakeError(error, 'AlreadyExists')) await complete(clients, account, tag);
    throw error;
  }
  for (const values of rest) await extendTag(clients, account, { key: tag.key, values });
}

async function complete(clients: LakeFormation, account: string, { key, values }: TagValues): Promise<void> {
  const found = (await listTags(clients, account)).find((tag) => tag.key === key);
  const missing = values.filter((value) => !found?.values.includes(value));
  if (missing.length > 0) await extendTag(clients, account, { key, values: missing });
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

/** Tags that were refused, by key. The answer is 200 even then: each tag fails by itself (G-L33). */
export async function assignTags(
  clients: LakeFormation,
  account: string,
  thing: TaggedThing & { readonly tags: Tags },
): Promise<ReadonlyMap<string, LakeError>> {
  const view = { account, owner: true, doing: `tag ${taggedText(thing)}` };
  const answer = await asked(view, () =>
    clients.lakeFormation.send(
      new AddLFTagsToResourceCommand({
        CatalogId: account,
        Resource: resourceOf(account, thing),
        LFTags: Object.entries(thing.tags).map(([TagKey, value]) => ({
          CatalogId: account,
          TagKey,
          TagValues: [value],
        })),
      }),
    ),
  );
  return new Map(
    (answer.Failures ?? []).map(({ LFTag, Error: error }) => {
      const key = (LFTag?.TagKey ?? '').toLowerCase();
      return [key, errorFromEntry(error ?? {}, { ...view, doing: `${view.doing} ${key}=${thing.tags[key] ?? ''}` })];
    }),
  );
}

function resourceOf(account: string, { database, table, columns }: TaggedThing): Resource {
  if (table === null) return { Database: { CatalogId: account, Name: database } };
  const named = { CatalogId: account, DatabaseName: database, Name: table };
  return columns.length === 0 ? { Table: named } : { TableWithColumns: { ...named, ColumnNames: [...columns] } };
}
