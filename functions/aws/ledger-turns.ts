/** Turns to work in an account and Region: one item for each, with all who hold one. */

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '#contracts/ledger.ts';
import { type Turn, TurnsSchema } from '#contracts/ledger-places.ts';
import type { Catalog } from '#contracts/policy.ts';
import { withoutTurn, withTurn } from '#core/turns.ts';
import { afterDays, bodyOf, conditionally, getItem, itemOf, parsed, type Table, view } from './ledger-table.ts';
import { required } from './paging.ts';

/** Others wrote in between so often: whoever wants a turn asks again later, and who gives one up lets it run out. */
const TRIES = 5;

/** @returns the part of the ledger about who is at work where. */
export function turns(table: Table): Pick<Ledger, 'takeTurn' | 'releaseTurn'> {
  return {
    takeTurn: async (place, turn, at) => (await change(table, place, (held) => withTurn(held, turn, at))).length,
    releaseTurn: async (place, holder) => {
      await change(table, place, (held) => {
        const others = withoutTurn(held, holder);
        return others.length < held.length ? others : null;
      });
    },
  };
}

/** Read, and written only if nobody wrote in between. @returns what was written; nobody where nothing was. */
async function change(
  table: Table,
  { account, region }: Catalog,
  next: (held: readonly Turn[]) => readonly Turn[] | null,
): Promise<readonly Turn[]> {
  const pk = `turns#${account}#${region}`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const item = await getItem(table, pk, '-');
    const wanted = next(item === null ? [] : parsed(TurnsSchema, bodyOf(item)));
    if (wanted === null) return [];
    const lasts = Math.max(0, ...wanted.map(({ until }) => until));
    const put = new PutItemCommand({
      TableName: table.name,
      Item: itemOf(pk, '-', wanted, afterDays(lasts, 1)),
      ...(item === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'body = :body',
            ExpressionAttributeValues: { ':body': required(item['body'], 'the body of a ledger item') },
          }),
    });
    if (await conditionally(view(table, 'take a turn in'), () => table.client.send(put))) return wanted;
  }
  return [];
}
