/**
 * The ledger entry about a document. Runs of several scopes write it, so that it is read again under the document's
 * lease, and written only if it still is as it was read.
 */

import { LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Change } from '#core/change.ts';
import { sortedSet } from '#core/collections.ts';
import { troubleOf } from '#core/observed.ts';
import { isUnsure, mayStand, type Outcome, settled } from '#core/ownership.ts';
import { type DueDocument, kindOf } from './change-writer.ts';
import { type Applying, intentFor, recorded, requireLakeError } from './write-ahead.ts';

/** How often a record is made again that somebody else's record overtook. */
const TRIES = 3;

/** What one change keeps in the ledger about its document. */
export class DocumentEntry {
  /** As it was read or written last; undefined: nothing of ours is known there. */
  now: Entry | undefined;
  /** Whether what came of the change is on record. */
  isRecorded = false;
  /** Whether AWS took a write of this call. */
  wasTaken = false;
  readonly #applying: Applying;
  readonly #change: Change;
  /** What was there before the first write of this call. */
  #earlier: Entry | undefined;
  #begun: Entry | undefined;

  constructor(applying: Applying, change: Change) {
    this.#applying = applying;
    this.#change = change;
  }

  async read(): Promise<Entry | undefined> {
    const { account, region, record } = this.#about;
    const { kind, target, principal } = record;
    const [entry] = await this.#applying.ctx.ledger.documents([{ kind, account, region, target, principal }]);
    this.now = entry;
    return entry;
  }

  /** Whether the change takes back what an entry is about, and no entry stands. */
  get isGone(): boolean {
    return this.#about.ends && (this.now === undefined || !mayStand(this.now));
  }

  /** Before a write: what is about to be sent, and, where it is the first, the text before it. @throws LeaseHeld */
  async begin(due: DueDocument<unknown>, theirs: string): Promise<void> {
    if (this.#begun === undefined) this.#earlier = this.now;
    const intent = this.#intent();
    const { sent = intent.sent, opened = this.now?.opened } = due;
    const kept = opened === undefined ? {} : { opened };
    const before = { ...absent(sent), ...intent.before };
    const next = this.#about.ends
      ? { ...intent, ...kept }
      : { ...intent, ...kept, sent, before, inverse: intent.inverse ?? theirs };
    if (!(await this.#replace(next as Entry))) throw overtaken(intent);
    this.#begun = next as Entry;
  }

  /** Writes, and records what came of it. @throws what the write throws, once it is on record. */
  async ended(write: () => Promise<void>): Promise<void> {
    const error = await write().then(() => null, requireLakeError);
    const begun = this.#begun;
    if (begun !== undefined) await this.#record((now) => this.#ended(begun, now, error));
    else if (error === null) await this.#record((now) => this.#seen(now));
    else await this.refused(error);
    if (error !== null) throw error;
  }

  /** Records a write that was not begun. */
  async refused(error: LakeError): Promise<void> {
    await this.#record((now) => settled(this.#intent(), this.#about.ends, this.#outcome(error), now));
  }

  get #about() {
    return recorded(kindOf(this.#applying.ctx.changes, this.#change), this.#change);
  }

  #intent(): Entry {
    const earlier = new Map(this.now === undefined ? [] : [[this.now.id, this.now]]);
    return intentFor({ ...this.#applying, earlier }, this.#change);
  }

  #outcome(error: LakeError | null): Outcome {
    return { at: this.#applying.ctx.now(), trouble: error === null ? null : troubleOf(error) };
  }

  #ended(begun: Entry, now: Entry | undefined, error: LakeError | null): Entry | null {
    // Whoever went on from our intent has our part in his own.
    if (now !== undefined && now.execution !== begun.execution) return null;
    const end = settled(now ?? begun, this.#about.ends, this.#outcome(error), this.#earlier);
    if (error === null) return onlySent(end);
    // What AWS took may stand, whatever came after it: as a refusal it would not be ours to withdraw (law 4).
    return this.wasTaken && !isUnsure(end) ? { ...(now ?? begun), error: end.error, at: end.at } : end;
  }

  /** Nothing was due: what stands is there, and is wanted by this change's products too; what was to end has ended. */
  #seen(now: Entry | undefined): Entry | null {
    if (now === undefined || !mayStand(now)) return null;
    if (this.#about.ends) return settled(now, true, this.#outcome(null), now);
    return {
      ...now,
      products: sortedSet([...now.products, ...this.#change.products]),
      state: 'confirmed',
      error: null,
    };
  }

  async #replace(next: Entry): Promise<boolean> {
    if (!(await this.#applying.ctx.ledger.replace(next, this.now ?? null))) return false;
    this.now = next.state === 'withdrawn' ? undefined : next;
    return true;
  }

  async #record(next: (now: Entry | undefined) => Entry | null): Promise<void> {
    this.isRecorded = true;
    for (let tried = 0; tried < TRIES; tried++) {
      const entry = next(this.now);
      if (entry === null || (await this.#replace(entry))) return;
      await this.read();
    }
    throw overtaken(this.#intent());
  }
}

function overtaken({ target }: Entry): LakeError {
  return new LakeError('LeaseHeld', {
    message: `the record of ${target} is being written by another run`,
    remedy: 'The next run writes it.',
  });
}

/** Statements are the parts of a document's entry. */
function absent(sent: Entry['sent']): Entry['before'] {
  if (!Array.isArray(sent)) return {};
  return Object.fromEntries(sent.map(({ Sid }) => [Sid, 'absent' as const]));
}

/** An entry whose document shows what was sent: of statements, what we had there before is there no longer. */
export function onlySent(entry: Entry): Entry {
  if (entry.kind !== 'statements' || entry.state === 'withdrawn') return entry;
  const sids = new Set(entry.sent.map(({ Sid }) => Sid));
  return { ...entry, before: Object.fromEntries(Object.entries(entry.before).filter(([sid]) => sids.has(sid))) };
}
