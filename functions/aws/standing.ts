/**
 * Where entries stand, beside them in the ledger: one small item per place, all under one key, so that the schedule finds
 * with one query what no policy names any longer.
 */

import { randomUUID } from 'node:crypto';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { LakeError } from '#contracts/errors.ts';
import { shortHash } from '#contracts/hash.ts';
import type { Entry } from '#contracts/ledger.ts';
import { type StandingPlace, StandingPlaceSchema } from '#contracts/ledger-places.ts';
import { standingPlace } from '#core/standing.ts';
import { conditionally, getItem, itemOf, query, type Table, view, type Write } from './ledger-table.ts';
import { required } from './paging.ts';

const PK = 'standing';

/** @returns all places where something of ours stands: one query. @throws Transient */
export async function readStanding(table: Table): Promise<readonly StandingPlace[]> {
  return (await query(table, PK)).map((body) => {
    const result = StandingPlaceSchema.safeParse(JSON.parse(body));
    if (result.success) return result.data;
    throw new LakeError('Unexpected', { message: 'a place in the ledger is not of the shape this version reads' });
  });
}

/** Each place once. A document's goes with its one entry; a scope's stays until a run has seen that nothing stands there. */
export function standingItems(entries: readonly Entry[]): readonly Write[] {
  const writes = entries.flatMap((entry): readonly (readonly [string, Write])[] => {
    const place = standingPlace(entry);
    const key = keyOf(place);
    if (entry.state !== 'withdrawn') {
      return [[key, { put: { ...itemOf(PK, key, place), stamp: { S: randomUUID() } } }]];
    }
    return place.document === null ? [] : [[key, { remove: { pk: { S: PK }, sk: { S: key } } }]];
  });
  return [...new Map(writes).values()];
}

/** Deleted only if nothing was written there since before `stands` was asked. */
export async function forgetStanding(
  table: Table,
  place: StandingPlace,
  stands: () => Promise<boolean>,
): Promise<void> {
  const item = await getItem(table, PK, keyOf(place));
  if (item === null || (await stands())) return;
  const remove = new DeleteItemCommand({
    TableName: table.name,
    Key: { pk: { S: PK }, sk: { S: keyOf(place) } },
    ConditionExpression: 'stamp = :stamp',
    ExpressionAttributeValues: { ':stamp': required(item['stamp'], 'the stamp of a place') },
  });
  await conditionally(view(table, 'forget a place in'), () => table.client.send(remove));
}

/** Names may be longer than a sort key, and hold anything. */
function keyOf({ part, account, region, database, document }: StandingPlace): string {
  return `${part}#${account}#${region}#${shortHash(JSON.stringify([database, document]), 16)}`;
}
