/** One batch of changes of one kind and place: held back by its gate, kept in the ledger, sent, and sent again in part. */

import { LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Change, ChangeKind, Gate } from '#core/change.ts';
import { writingPolicy } from '#core/session-policy.ts';
import { type ChangeWriter, type WriteResult, type WriteTools, writerOf } from './change-writer.ts';
import { DocumentEntry } from './document-entry.ts';
import { replaceDocument } from './documents.ts';
import { withLease } from './leases.ts';
import type { RateLimit } from './rate-limit.ts';
import { type Rounds, roundsOf, waitForRound } from './retry-refused.ts';
import {
  type Applying,
  type Ended,
  entryIdOf,
  failureOf,
  intentFor,
  recordOutcomes,
  requireLakeError,
  told,
} from './write-ahead.ts';

export interface Batching extends Applying {
  readonly rate: RateLimit;
  /** By kind. */
  readonly gates: ReadonlyMap<string, Gate<Change>>;
}

/** What AWS refused of one change, by part; a change without parts has one, named ''. */
type Refused = ReadonlyMap<string, LakeError>;

const WHOLE = '';

/** Writes a batch. @returns what failed, one per change; those held back come last. */
export async function applyBatch(batching: Batching, batch: readonly Change[]): Promise<readonly (LakeError | null)[]> {
  const [head] = batch;
  if (head === undefined) return [];
  const gate = batching.gates.get(head.kind);
  const ready = gate === undefined ? batch : batch.flatMap((change) => gate.ready(change) ?? []);
  const held = Array.from({ length: batch.length - ready.length }, heldBack);
  const [first] = ready;
  if (first === undefined) return held;
  const writer = writerOf(batching.ctx.changes, first);
  const intents = new Map(ready.map((change) => [change, intentFor(batching, change)]));
  // A document's is kept under its lease.
  if (!writer.document) await batching.ctx.ledger.put([...intents.values()]);
  const rounds = roundsOf(batching, writer, first);
  const refused = await inRounds(batching, { writer, rounds, intents }, ready);
  for (const change of ready) tellGates(batching, writer.kind, change, refused.get(change));
  const ends = [...intents].map(([change, intent]): Ended => {
    return { change, intent, ...endOf(writer.kind, rounds, change, refused.get(change)) };
  });
  if (writer.document) return [...told(batching.ctx, ends), ...held];
  return [...(await recordOutcomes(batching, ends)), ...held];
}

function heldBack(): LakeError {
  return new LakeError('Missing', {
    message: 'what it needs could not be made, or an exception to it is not there yet',
  });
}

function partsOf(kind: ChangeKind, change: Change): readonly string[] {
  return kind.parts?.names(change) ?? [WHOLE];
}

/** What AWS took lets others go. */
function tellGates({ gates }: Batching, kind: ChangeKind, change: Change, refused: Refused = new Map()): void {
  const taken = partsOf(kind, change).filter((part) => failureOf(refused.get(part) ?? null) === null);
  if (taken.length > 0) for (const gate of gates.values()) gate.made(change, taken);
}

interface Sending {
  readonly writer: ChangeWriter;
  readonly rounds: Rounds;
  /** An intent gains what was there before our first write. */
  readonly intents: Map<Change, Entry>;
}

/** Sends all, then again what AWS refuses for the moment. @returns what is refused in the end, by part. */
async function inRounds(
  batching: Batching,
  sending: Sending,
  changes: readonly Change[],
): Promise<ReadonlyMap<Change, Refused>> {
  const { kind } = sending.writer;
  const { pauses, isRetryable } = sending.rounds;
  const refused = new Map<Change, Refused>();
  let open = changes.map((change) => ({ change, left: change }));
  for (const pause of pauses) {
    if (!(await waitForRound(batching, pause))) break;
    const results = await send(batching, sending, open);
    for (const [i, { change }] of open.entries()) {
      const final = [...(refused.get(change) ?? [])].filter(([, error]) => !isRetryable(error));
      refused.set(change, new Map([...final, ...refusalsOf(kind, change, results[i] ?? null)]));
    }
    open = open.flatMap(({ change }) => {
      const retried = (part: string) => isRetryable(refused.get(change)?.get(part) ?? null);
      const left = onlyParts(kind, change, retried);
      return left === null ? [] : [{ change, left }];
    });
    if (open.length === 0) break;
  }
  return refused;
}

function refusalsOf(kind: ChangeKind, change: Change, result: WriteResult): readonly (readonly [string, LakeError])[] {
  if (result === null) return [];
  if (result instanceof LakeError) return partsOf(kind, change).map((part) => [part, result]);
  return [...result];
}

function onlyParts(kind: ChangeKind, change: Change, wanted: (part: string) => boolean): Change | null {
  if (kind.parts !== undefined) return kind.parts.only(change, wanted);
  return wanted(WHOLE) ? change : null;
}

/** A call that fails whole refuses all its changes. */
async function send(
  batching: Batching,
  { writer, intents }: Sending,
  open: readonly { readonly change: Change; readonly left: Change }[],
): Promise<readonly WriteResult[]> {
  const [first] = open;
  if (first === undefined) return [];
  const originals = new Map(open.map(({ change, left }) => [left, change]));
  const tools = toolsFor(batching, writer, first.change, { intents, originals });
  try {
    return await writer.write(
      tools,
      open.map(({ left }) => left),
    );
  } catch (error) {
    const failure = requireLakeError(error);
    return open.map(() => failure);
  }
}

interface Remembering {
  readonly intents: Map<Change, Entry>;
  /** What a change was before it was cut down to what AWS refused. */
  readonly originals: ReadonlyMap<Change, Change>;
}

function toolsFor(
  batching: Batching,
  writer: ChangeWriter,
  change: Change,
  { intents, originals }: Remembering,
): WriteTools {
  const { ctx, rate } = batching;
  const { account, region } = change;
  const place = `${account}/${region}`;
  const remember = async (of: Change, before: string | null) => {
    const original = originals.get(of) ?? of;
    const intent = intents.get(original);
    if (intent === undefined) return;
    const kept = { ...intent, inverse: intent.inverse ?? before } as Entry;
    intents.set(original, kept);
    await ctx.ledger.put([kept]);
  };
  return {
    policy: ctx.policy,
    clients: clientsForWrite(ctx, writer, change),
    turn: () => rate.acquire(place),
    went: (throttled) => rate.adapt(place, throttled),
    withLease: (lease, write) => withLease(ctx, lease, write),
    replaceDocument: async (of, document) => {
      await rate.acquire(place);
      await replaceDocument(ctx, document, new DocumentEntry(batching, of), of);
    },
    remember,
    token: (of) => entryIdOf(ctx, of),
  };
}

function clientsForWrite(
  { access, policy }: Batching['ctx'],
  writer: ChangeWriter,
  change: Change,
): WriteTools['clients'] {
  const { account, region } = change;
  const { role, rows, place = {} } = writer.session(change, policy);
  const sessionPolicy = writingPolicy(rows, { partition: policy.partition, account, region, ...place });
  return access.member({ account, region, role, sessionPolicy });
}

/** A lasting refusal is told before a passing one; of a change refused in part the rest is on record as ours. */
function endOf(
  kind: ChangeKind,
  { isRetryable }: Rounds,
  change: Change,
  refused: Refused = new Map(),
): Pick<Ended, 'error' | 'refused'> {
  const errors = [...refused.values()];
  const error = errors.find((each) => !isRetryable(each)) ?? errors[0] ?? null;
  if (error === null || refused.size >= partsOf(kind, change).length) return { error };
  return { error, refused: new Set(refused.keys()) };
}
