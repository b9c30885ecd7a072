/** Reading AWS: each thing once, whoever asks. What AWS would not tell is unknown; what is our own fault is thrown. */

import type { Clients } from '#aws/clients.ts';
import { isLakeError } from '#contracts/errors.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { roleArn } from '#core/member-roles.ts';
import { known, type Observed, troubleOf, unknown } from '#core/observed.ts';
import { readingPolicy } from '#core/session-policy.ts';
import { scopeText } from '#core/start.ts';
import type { RunContext } from './context.ts';
import type { PlaceReads, Reads } from './query.ts';

/** Where snapshots come from: the hub's bucket, or a plan of the producer half. */
export type SnapshotSource = (scope: PublishScope) => Promise<Snapshot | null>;

type Context = Pick<RunContext, 'policy' | 'path' | 'access' | 'rolePath' | 'ledger' | 'snapshots' | 'patient' | 'now'>;

/** Answers are kept for as long as the returned object is used. */
export function createReads(ctx: Context, snapshots: SnapshotSource = ctx.snapshots.read): Reads {
  const places = new Map<string, PlaceReads>();
  const once = memo();
  return {
    in: (account, region) => {
      const key = `${account}/${region}`;
      const place = places.get(key) ?? placeReads(ctx, account, region);
      places.set(key, place);
      return place;
    },
    snapshot: (scope) => once(scopeText(scope), () => snapshots(scope)),
    consumer: (account, region) => once(`consumer ${account} ${region}`, () => ctx.ledger.consumer(account, region)),
    entries: (query) => once(JSON.stringify(query), () => ctx.ledger.entries(query)),
    once: (key, make) => once(`made ${key}`, make),
    findings: (scope) => once(`findings ${scopeText(scope)}`, () => ctx.ledger.findings(scopeText(scope))),
  };
}

type Once = <T>(key: string, read: () => Promise<T>) => Promise<T>;

/** One answer per key. */
function memo(): Once {
  const answers = new Map<string, Promise<unknown>>();
  return <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const answer = answers.get(key) ?? read();
    answers.set(key, answer);
    return answer as Promise<T>;
  };
}

function placeReads(ctx: Context, account: string, region: string): PlaceReads {
  const once = memo();
  const reader = roleArn(ctx, account, 'Reader');
  const usual = clientsWith(ctx, { account, region }, readerRows(ctx.path));
  const place: PlaceReads = {
    account,
    region,
    ask: (query, args) =>
      once(`${query.name} ${query.key?.(args) ?? JSON.stringify(args)}`, async () => {
        const answer = await observed(ctx, async () => {
          const guarded = (await query.guard?.(place, reader)) ?? known(null);
          if (!guarded.known) return guarded;
          const clients = query.rows === undefined ? usual : clientsWith(ctx, place, query.rows);
          return known(await query.ask(clients, args));
        });
        return { ...answer, source: { query: query.name, account, region, at: ctx.now() } };
      }),
  };
  return place;
}

/** @throws Transient while the machine will ask again: what passes by itself is not yet unknown. */
async function observed<T>(ctx: Context, read: () => Promise<Observed<T>>): Promise<Observed<T>> {
  try {
    return await read();
  } catch (error) {
    if (!isLakeError(error) || (ctx.patient && isLakeError(error, 'Transient'))) throw error;
    return unknown(troubleOf(error));
  }
}

function clientsWith(
  ctx: Context,
  { account, region }: { readonly account: string; readonly region: string },
  rows: readonly PermissionRow[],
): Clients {
  const sessionPolicy = readingPolicy(rows, { partition: ctx.policy.partition, account, region });
  return ctx.access.member({ account, region, role: 'Reader', sessionPolicy });
}

/** All that hops read in their usual session: what only some policies ask for has one of its own. */
export function readerRows(path: RunContext['path']): readonly PermissionRow[] {
  return path.flatMap(({ permissions }) => permissions).filter(({ features }) => !features?.includes('identities'));
}
