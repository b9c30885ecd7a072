/** How a kind of change is sent to AWS. The engine brings leases, pace, ledger and retries; a kind brings its calls. */

import type { Clients } from '#aws/clients.ts';
import type { LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { MemberRole } from '#contracts/names.ts';
import type { Aspect } from '#contracts/observation.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Change, ChangeKind, Difference } from '#core/change.ts';
import type { SessionPlace } from '#core/session-policy.ts';

/** With which rights a change is written: the role's, cut down to these rows and this place. */
export interface WriteSession {
  readonly role: MemberRole;
  readonly rows: readonly PermissionRow[];
  readonly place?: Pick<SessionPlace, 'database' | 'bucket' | 'key' | 'registrationRole'>;
}

/** What of ours is due in a document by what is there now. */
export interface DueDocument<T> {
  readonly next: T;
  /** No more than was assessed, or it is not written. */
  readonly difference: Difference;
  /** All of ours that the ledger then has there; absent: what the change sends. */
  readonly sent?: Entry['sent'];
  /** What somebody had opened of our part, in words. */
  readonly opened?: string;
}

/** A document that AWS only replaces whole: how it is read, what ours makes of it, and how it is written. */
export interface SharedDocument<T> {
  /** What its lease is called. */
  readonly name: string;
  read(): Promise<T>;
  /** By the entry as it is now. Null: nothing to change. */
  due(found: T, entry: Entry | undefined): DueDocument<T> | null;
  write(next: T, found: T): Promise<void>;
  text(found: T): string | null;
  /** The text without our part, which the entry names. */
  theirs(found: T, entry: Entry | undefined): string;
}

/** What a kind of change writes with, in one account and Region. */
export interface WriteTools {
  readonly policy: Policy;
  readonly clients: Clients;
  /** Waits until a call may go out. Before each. */
  turn(): Promise<void>;
  /** How the calls since the last word went: throttled, they go out half as fast; taken, a quarter faster again. */
  went(throttled: boolean): void;
  /** While nobody else of ours writes under this name; `ms` outlives the write. @throws LeaseHeld */
  withLease<T>(lease: { readonly key: string; readonly ms: number }, write: () => Promise<T>): Promise<T>;
  /**
   * Reads document and ledger entry, merges our part, writes and reads back under the document's lease.
   *
   * @throws LeaseHeld, DocumentChanged, Outdated, NotYetVisible
   */
  replaceDocument<T>(change: Change, document: SharedDocument<T>): Promise<void>;
  /** Keeps what was there before our first write in the ledger, before it is gone from AWS. */
  remember(change: Change, before: string | null): Promise<void>;
  /** The same in every try of one write: what makes a repeated request the same to AWS. */
  token(change: Change): string;
}

/** What came of one change: taken (null), refused whole, or refused in parts. */
export type WriteResult = LakeError | ReadonlyMap<string, LakeError> | null;

export interface ChangeWriter<C extends Change = Change> {
  readonly kind: ChangeKind<C>;
  /** It writes a document: the ledger entry is kept under the document's lease, not before and after. */
  readonly document?: true;
  /** All that any of its sessions may be given: what the role in the member account has to have. */
  readonly permissions: { readonly role: MemberRole; readonly rows: readonly PermissionRow[] };
  /** What of its account and Region is no longer as it was observed once this is written. */
  alters(change: C): readonly Aspect[];
  /** What must have been observed by the very call that writes, not by an earlier stage: what others could have changed. */
  anew?(change: C): readonly Aspect[];
  session(change: C, policy: Policy): WriteSession;
  /** Changes of one batch go out in one call or side by side; absent: each for itself. */
  readonly batch?: {
    /** Only changes of the same word go together. */
    key(change: C): string;
    /** At most so many; `perSecond`: writes the policy allows. */
    most(perSecond: number): number;
  };
  /** Sends what AWS refuses for the moment again; absent: only what our operator's new rights will let pass. */
  readonly repeats?: boolean;
  /** One result per change, in their order. May throw a LakeError that holds for all of them. */
  write(tools: WriteTools, changes: readonly C[]): Promise<readonly WriteResult[]>;
}

/** All writers by the name of their kind. */
export type ChangeWriters = ReadonlyMap<string, ChangeWriter>;

/** The kinds of these writers. */
export function kindOf(writers: ChangeWriters, change: Change): ChangeKind {
  return writerOf(writers, change).kind;
}

export function writerOf(writers: ChangeWriters, change: Change): ChangeWriter {
  const writer = writers.get(change.kind);
  if (writer === undefined) throw new Error(`no kind of change is called ${change.kind}`);
  return writer;
}
