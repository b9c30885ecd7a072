/** What the ledger keeps of the hub itself: what people have confirmed, who has halted it, which runs went through to their end. */

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '#contracts/ledger.ts';
import { ConfirmationSchema, FinishedRunSchema, HaltSchema, PassingSchema } from '#contracts/ledger-places.ts';
import { afterDays, conditionally, get, itemOf, parsed, type Table, view, write } from './ledger-table.ts';

/** Confirmations hold for a day, and are looked at by people for some more. */
const CONFIRMATION_DAYS = 30;

/** @returns the part of the ledger about what people have confirmed. */
export function confirmations(
  table: Table,
): Pick<Ledger, 'confirmation' | 'confirm' | 'unconfirm' | 'passing' | 'putPassing'> {
  return {
    confirmation: async (hash) => {
      const body = await get(table, `confirmed#${hash}`);
      return body === null ? null : parsed(ConfirmationSchema, body);
    },
    confirm: async (hash, confirmation) => {
      const expires = afterDays(confirmation.at, CONFIRMATION_DAYS);
      await write(table, [{ put: itemOf(`confirmed#${hash}`, '-', confirmation, expires) }]);
    },
    unconfirm: (hash) =>
      conditionally(view(table, 'use a confirmation of'), () =>
        table.client.send(
          new DeleteItemCommand({
            TableName: table.name,
            Key: { pk: { S: `confirmed#${hash}` }, sk: { S: '-' } },
            ConditionExpression: 'attribute_exists(pk)',
          }),
        ),
      ),
    passing: async (scope) => {
      const body = await get(table, `passing#${scope}`);
      return body === null ? null : parsed(PassingSchema, body);
    },
    putPassing: async (scope, passing) => {
      const pk = `passing#${scope}`;
      const put = passing && itemOf(pk, '-', passing, afterDays(passing.at, CONFIRMATION_DAYS));
      await write(table, [put ? { put } : { remove: { pk: { S: pk }, sk: { S: '-' } } }]);
    },
  };
}

/** @returns the part of the ledger about runs that went through to their end. */
export function finishing(table: Table): Pick<Ledger, 'finished' | 'putFinished'> {
  return {
    finished: async (scope) => {
      const body = await get(table, `finished#${scope}`);
      return body === null ? null : parsed(FinishedRunSchema, body);
    },
    putFinished: async (run) => write(table, [{ put: itemOf(`finished#${run.scope}`, '-', run) }]),
  };
}

/** @returns the part of the ledger about a halt of the hub. */
export function halting(table: Table): Pick<Ledger, 'halt' | 'setHalt'> {
  return {
    halt: async () => {
      const body = await get(table, 'halt');
      return body === null ? null : parsed(HaltSchema, body);
    },
    setHalt: async (halt) =>
      write(table, [
        halt === null ? { remove: { pk: { S: 'halt' }, sk: { S: '-' } } } : { put: itemOf('halt', '-', halt) },
      ]),
  };
}
