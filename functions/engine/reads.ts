/** Reading AWS: each thing once, whoever asks. What AWS would not tell is unknown; what is our own fault is thrown. */

import type { Clients } from '#aws/clients.ts';
import { isLakeError } from '#contracts/errors.ts';
import type { ConsumerRecord, Entry, EntryQuery, FindingRecord } from '#contracts/ledger.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import { roleArn } from '#core/member-roles.ts';
import { known, type Observed, troubleOf, unknown } from '#core/observed.ts';
import { readingPolicy } from '#core/session-policy.ts';
import { scopeText } from '#core/start.ts';
import type { RunContext } from './context.ts';

/** One kind of question to AWS. `ask` throws LakeErrors; its answer and its arguments are plain data. */
export interface Query<A extends object, T> {
  readonly name: string;
  /** With a session of its own rows instead of the reader's usual ones. */
  readonly rows?: readonly PermissionRow[];
  ask(clients: Clients, args: A): Promise<T>;
  /** The arguments as one word, where they are too large to be compared whole. */
  key?(args: A): string;
  /** What must hold for the answer to be the whole truth; unknown or thrown: so is the answer. */
  guard?(read: PlaceReads, reader: string): Promise<Observed<unknown>>;
}

/** Questions about one account and Region. */
export interface PlaceReads {
  readonly account: string;
  readonly region: string;
  ask<A extends object, T>(query: Query<A, T>, args: A): Promise<Observed<T>>;
}

export interface Reads {
  in(account: string, region: string): PlaceReads;
  /** What the last publish of a scope told; null before the first. */
  snapshot(scope: PublishScope): Promise<Snapshot | null>;
  /** What a consumer's last finished run recorded; null before the first. */
  consumer(account: string, region: string): Promise<ConsumerRecord | null>;
  entries(query: EntryQuery): Promise<readonly Entry[]>;
  /** What is on record of a scope's findings. */
  findings(scope: Scope): Promise<readonly FindingRecord[]>;
  /** What several hops make of their readings, made once. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

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
