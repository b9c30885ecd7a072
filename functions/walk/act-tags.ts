/** LF-Tags put on many things: a few calls at a time, and one ledger write for the intents and the ends of a chunk. */

import { assignTags } from '#aws/tags.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { AssignTags } from '#core/actions.ts';
import type { Tags } from '#core/facts.ts';
import { attemptable, onlyTags } from '#core/hops/ontology.ts';
import type { Exceptions } from '#core/tags/exceptions.ts';
import { actor } from './entrance.ts';
import { type Doing, type Ended, ended, intended } from './outcomes.ts';
import { inPool } from './pool.ts';
import { hasTurn, type Rounds, roundsIn } from './rounds.ts';

/** As many as DynamoDB takes in one call. */
const MOST_AT_ONCE = 25;
/** Seconds that the first round of a chunk may take at the pace it starts with. */
const CHUNK_SECONDS = 5;

type Refused = ReadonlyMap<string, LakeError>;

/** Assignments that go out together: as many as have their turn in a few seconds, or a call could not end in time. */
export function tagsAtOnce(perSecond: number): number {
  return Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(perSecond * CHUNK_SECONDS)));
}

/** What assignments of one call have to do with each other. */
export interface Awaited {
  /** Keys and values that could not be made; what needs them is not tried, or one fault would be a thousand. */
  readonly lacking: ReadonlySet<string>;
  readonly exceptions: Exceptions;
}

/**
 * Tags one chunk of things, of one level: columns, tables, or databases. Only tags that AWS refuses for the moment are
 * sent again, not those beside them it took. What waits for its key, or for an exception to it, is not sent.
 */
export async function assignments(
  doing: Doing,
  chunk: readonly AssignTags[],
  { lacking, exceptions }: Awaited,
): Promise<readonly (LakeError | null)[]> {
  const ready = chunk
    .flatMap((action) => attemptable(action, lacking) ?? [])
    .flatMap((action) => onlyTags(action, (key) => !exceptions.holdsBack(action, key)) ?? []);
  const waiting = Array.from({ length: chunk.length - ready.length }, () => null).map(waits);
  const [first] = ready;
  if (first === undefined) return waiting;
  const intents = ready.map((action) => intended(doing, action));
  await doing.ctx.ledger.put(intents);
  const rounds = roundsIn(doing, first);
  const refused = await inRounds(doing, ready, rounds);
  for (const action of ready) {
    const taken = Object.keys(action.tags).filter((key) => !refused.get(action)?.has(key));
    exceptions.stands(action, taken);
  }
  const ends = ready.flatMap((action, i): Ended[] => {
    const intent = intents[i];
    return intent === undefined
      ? []
      : [{ action, intent, ...endOf({ action, sentText: intent.sent, rounds }, refused.get(action)) }];
  });
  return [...(await ended(doing, ends)), ...waiting];
}

function waits(): LakeError {
  return new LakeError('Missing', {
    message: 'the LF-Tag it needs could not be made, or an exception to it is not tagged yet',
  });
}

/** Sends all, then again what AWS refused for the moment. @returns what is refused in the end, by tag key. */
async function inRounds(
  doing: Doing,
  actions: readonly AssignTags[],
  rounds: Rounds,
): Promise<ReadonlyMap<AssignTags, Refused>> {
  const refused = new Map<AssignTags, Refused>();
  let open = actions.map((action) => ({ action, left: action }));
  for (const pause of rounds.pauses) {
    if (!(await hasTurn(doing, pause))) break;
    const answers = await sendAll(
      doing,
      open.map(({ left }) => left),
    );
    for (const [i, { action }] of open.entries()) {
      const final = [...(refused.get(action) ?? [])].filter(([, error]) => !rounds.passes(error));
      refused.set(action, new Map([...final, ...(answers[i] ?? [])]));
    }
    open = open.flatMap(({ action }) => {
      const left = onlyTags(action, (key) => rounds.passes(refused.get(action)?.get(key) ?? null));
      return left === null ? [] : [{ action, left }];
    });
    if (open.length === 0) break;
  }
  return refused;
}

/** The columns of a table after one another, then the table: AWS takes no two changes of one thing at once (G-L1). */
async function sendAll(doing: Doing, actions: readonly AssignTags[]): Promise<readonly Refused[]> {
  const turn = inTurn(doing);
  const answers = new Map<AssignTags, Refused>();
  const things = [...Map.groupBy(actions, ({ database, table }) => JSON.stringify([database, table])).values()];
  await inPool(things, async (ofThing) => {
    for (const action of ofThing) {
      await turn(action);
      answers.set(action, await sent(doing, action));
    }
  });
  const throttled = actions.some((action) =>
    [...(answers.get(action)?.values() ?? [])].some((error) => isLakeError(error, 'Transient')),
  );
  for (const action of actions.slice(0, 1)) doing.pace.went(placeOf(action), throttled);
  return actions.map((action) => answers.get(action) ?? new Map());
}

/** One after another through the gate, however many are under way behind it. */
function inTurn({ pace }: Doing): (action: AssignTags) => Promise<void> {
  let line: Promise<void> = Promise.resolve();
  return (action) => {
    line = line.then(() => pace.turn(placeOf(action)));
    return line;
  };
}

function placeOf({ account, region }: AssignTags): string {
  return `${account}/${region}`;
}

/** A call that fails whole refuses all its tags. */
async function sent({ ctx }: Doing, action: AssignTags): Promise<Refused> {
  try {
    return await assignTags(actor(ctx, action), action.account, action);
  } catch (error) {
    if (!(error instanceof LakeError)) throw error;
    return new Map(Object.keys(action.tags).map((key) => [key, error]));
  }
}

/** A lasting refusal is told before a passing one; what AWS took of the rest is on record as ours. */
function endOf(
  { action, sentText, rounds }: { action: AssignTags; sentText: string; rounds: Rounds },
  refused: Refused = new Map(),
): Pick<Ended, 'error' | 'took'> {
  const errors = [...refused.values()];
  const error = errors.find((each) => !rounds.passes(each)) ?? errors[0];
  if (error === undefined) return { error: null };
  if (refused.size >= Object.keys(action.tags).length) return { error };
  const took = Object.entries(JSON.parse(sentText) as Tags).filter(([key]) => !refused.has(key));
  return { error, took: Object.fromEntries(took) };
}
