/** What hops ask with: questions to AWS and to the hub's own records. */

import type { Clients } from '#aws/clients.ts';
import type { ConsumerRecord, Entry, EntryQuery, FindingRecord } from '#contracts/ledger.ts';
import type { Aspect } from '#contracts/observation.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import type { Observed } from '#core/observed.ts';

/** One kind of question to AWS. `ask` throws LakeErrors; its answer and its arguments are plain data. */
export interface Query<A extends object, T> {
  readonly name: string;
  /** What its answer is about. */
  readonly aspect: Aspect;
  /** The calls it is asked with, as their APIs name them; a page more is the same call. */
  readonly calls: readonly string[];
  /** What is asked about, in words; absent: the arguments themselves. */
  about?(args: A): string;
  /** What of an answer a person wants to see, a line each. */
  shows?(answer: T): readonly string[];
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
  /** Many scopes of an account are looked at together: what is listed by pages serves all of them. */
  readonly wide: boolean;
  in(account: string, region: string): PlaceReads;
  /** What the last publish of a scope told; null before the first. */
  snapshot(scope: PublishScope): Promise<Snapshot | null>;
  /** What a consumer's last finished run recorded; null before the first. */
  consumer(account: string, region: string): Promise<ConsumerRecord | null>;
  entries(query: EntryQuery): Promise<readonly Entry[]>;
  /** What is on record of a scope's findings. */
  findings(scope: Scope): Promise<readonly FindingRecord[]>;
  /** What several hops make of their readings, made once; `make` reads by what it is handed. */
  once<T>(key: string, make: (read: Reads) => Promise<T>): Promise<T>;
}
