/** Reading AWS: each thing once, whoever asks. What AWS would not tell is unknown; what is our own fault is thrown. */

import type { Clients } from '#aws/clients.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Answer, Aspect } from '#contracts/observation.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Catalog } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { roleArn } from '#core/member-roles.ts';
import { known, type Observed, type Source, troubleOf, unknown } from '#core/observed.ts';
import { readingPolicy } from '#core/session-policy.ts';
import { scopeText } from '#core/start.ts';
import type { RunContext } from './context.ts';
import type { PlaceReads, Query, Reads } from './query.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

/** Where snapshots come from: the hub's bucket, or a plan of the producer half. */
export type SnapshotSource = (scope: PublishScope) => Promise<Snapshot | null>;

type Context = Pick<
  RunContext,
  'policy' | 'path' | 'access' | 'rolePath' | 'ledger' | 'snapshots' | 'patient' | 'atWork' | 'now' | 'sleep'
>;

/** What is to be asked anew: these aspects of an account and Region, as far as they were asked before a moment. */
export interface Stale {
  readonly place: Catalog;
  readonly aspects: readonly Aspect[];
  /** Milliseconds since the epoch; absent: whenever they were asked. */
  readonly before?: number;
}

/** Reads that can be told what no longer holds, and what to keep for the next stage. */
export interface RunReads extends Reads {
  /** The same answers for another scope: what was made of them for one scope is made anew. */
  other(): RunReads;
  forget(stale: Stale): void;
  /** When no answer is on its way any more, whatever came of it. */
  settled(): Promise<void>;
  /** All known answers so far. What was unknown is asked anew by whoever needs it next. */
  known(): readonly Answer[];
}

interface Options {
  readonly snapshots?: SnapshotSource;
  /** What earlier stages of the run were answered. */
  readonly kept?: readonly Answer[];
  /** Many scopes of an account are looked at together. */
  readonly wide?: boolean;
  /** Nothing is asked after this, milliseconds since the epoch. */
  readonly until?: number;
}

/** Answers are kept for as long as the returned object is used. Asking throws MoreToDo once the time is over. */
export function createReads(ctx: Context, { kept = [], ...options }: Options = {}): RunReads {
  const perSecond = ctx.policy.limits.readsPerSecond / ctx.atWork;
  const burst = options.wide ? 1 : AT_ONCE;
  const rate = createRateLimit({ perSecond, burst, now: ctx.now, sleep: ctx.sleep });
  return readsOf({ ...ctx, rate }, createAnswers(kept), options);
}

/** What one run asks of a quiet account need not wait; a survey of many scopes goes evenly. */
const AT_ONCE = 40;

function readsOf(ctx: Paced, answers: Answers, options: Omit<Options, 'kept'>): RunReads {
  const { snapshots = ctx.snapshots.read, until, wide = false } = options;
  const places = new Map<string, PlaceReads>();
  let once = memo();
  const { ledger } = ctx;
  const reads: RunReads = {
    wide,
    other: () => readsOf(ctx, answers, options),
    in: (account, region) => {
      const key = placeKey({ account, region });
      const place = places.get(key) ?? placeReads({ ...ctx, until }, answers, { account, region });
      places.set(key, place);
      return place;
    },
    snapshot: (scope) => once(scopeText(scope), () => snapshots(scope)),
    consumer: (account, region) => once(`consumer ${account} ${region}`, () => ledger.consumer(account, region)),
    entries: (query) => once(JSON.stringify(query), () => ledger.entries(query)),
    once: (key, make) => once(`made ${key}`, () => make(reads)),
    findings: (scope) => once(`findings ${scopeText(scope)}`, () => ledger.findings(scopeText(scope))),
    forget: (stale) => {
      answers.forget(stale);
      // What was made of forgotten answers is made anew.
      once = memo();
    },
    settled: answers.settled,
    known: answers.known,
  };
  return reads;
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

/** An answer given or on its way. */
interface Asked extends Omit<Answer, 'value'> {
  readonly answer: Promise<Observed<unknown>>;
  /** Once it has come. */
  given?: Observed<unknown>;
}

type Answers = ReturnType<typeof createAnswers>;

/** The same in whichever Region they were asked. */
const OF_THE_ACCOUNT: readonly Aspect[] = ['encryption', 'organization', 'role-names', 'roles', 'stores'];

function createAnswers(kept: readonly Answer[]) {
  const asked = new Map<string, Asked>();
  const keyOf = (one: Pick<Answer, 'account' | 'region' | 'question'>) => `${placeKey(one)} ${one.question}`;
  for (const { value, ...about } of kept) {
    const given: Observed<unknown> = { ...known(value), source: sourceOf(about) };
    asked.set(keyOf(about), { ...about, given, answer: Promise.resolve(given) });
  }
  return {
    of: <T>(about: Omit<Answer, 'value'>, ask: () => Promise<Observed<T>>): Promise<Observed<T>> => {
      const key = keyOf(about);
      const found = asked.get(key);
      if (found !== undefined) return found.answer as Promise<Observed<T>>;
      const answer = ask().then((given) => ({ ...given, source: sourceOf(about) }));
      const one: Asked = { ...about, answer };
      asked.set(key, one);
      return answer.then((given) => {
        one.given = given;
        return given;
      });
    },
    forget: ({ place, aspects, before = Number.POSITIVE_INFINITY }: Stale) => {
      const isHere = sameAccountRegion(place);
      const isThere = (one: Asked) =>
        isHere(one) || (one.account === place.account && OF_THE_ACCOUNT.includes(one.aspect));
      for (const [key, one] of asked) {
        const isStale = isThere(one) && aspects.includes(one.aspect) && one.at < before;
        // Why something could not be read may be gone with what was written.
        if (isStale || one.given?.known === false) asked.delete(key);
      }
    },
    settled: async () => {
      await Promise.allSettled([...asked.values()].map(({ answer }) => answer));
    },
    known: (): readonly Answer[] =>
      [...asked.values()].flatMap(({ answer: _, given, ...about }) =>
        given?.known ? [{ ...about, value: given.value }] : [],
      ),
  };
}

/** What an answer says of where it is from. */
function sourceOf({ question: query, account, region, at }: Omit<Answer, 'value'>): Source {
  return { query, account, region, at };
}

function placeKey({ account, region }: Catalog): string {
  return `${account}/${region}`;
}

type Paced = Context & { readonly rate: RateLimit };
type Asking = Paced & { readonly until: number | undefined };

function placeReads(ctx: Asking, answers: Answers, { account, region }: Catalog): PlaceReads {
  const reader = roleArn(ctx, account, 'Reader');
  const usual = clientsWith(ctx, { account, region }, readerRows(ctx.path));
  const place: PlaceReads = {
    account,
    region,
    ask: (query, args) => {
      const question = `${query.name} ${query.key?.(args) ?? JSON.stringify(args)}`;
      return answers.of({ question, account, region, aspect: query.aspect, at: ctx.now() }, () =>
        observed(ctx, () =>
          guarded(query, place, reader, async () => {
            requireTime(ctx);
            await ctx.rate.acquire(placeKey(place));
            requireTime(ctx);
            const clients = query.rows === undefined ? usual : clientsWith(ctx, place, query.rows);
            return query.ask(clients, args);
          }),
        ),
      );
    },
  };
  return place;
}

function requireTime({ until, now }: Asking): void {
  if (until !== undefined && now() >= until)
    throw new LakeError('MoreToDo', { message: 'the time of one call is over: what was read is kept' });
}

async function guarded<A extends object, T>(
  query: Query<A, T>,
  place: PlaceReads,
  reader: string,
  ask: () => Promise<T>,
): Promise<Observed<T>> {
  const guard = (await query.guard?.(place, reader)) ?? known(null);
  return guard.known ? known(await ask()) : guard;
}

/** @throws Transient while the machine will ask again: what passes by itself is not yet unknown. */
async function observed<T>(ctx: Context, read: () => Promise<Observed<T>>): Promise<Observed<T>> {
  try {
    return await read();
  } catch (error) {
    if (!isLakeError(error) || isLakeError(error, 'MoreToDo') || (ctx.patient && isLakeError(error, 'Transient')))
      throw error;
    return unknown(troubleOf(error));
  }
}

function clientsWith(ctx: Context, { account, region }: Catalog, rows: readonly PermissionRow[]): Clients {
  const sessionPolicy = readingPolicy(rows, { partition: ctx.policy.partition, account, region });
  return ctx.access.member({ account, region, role: 'Reader', sessionPolicy });
}

/** All that hops read in their usual session: what only some policies ask for has one of its own. */
export function readerRows(path: RunContext['path']): readonly PermissionRow[] {
  return path.flatMap(({ permissions }) => permissions).filter(({ features }) => !features?.includes('identities'));
}
