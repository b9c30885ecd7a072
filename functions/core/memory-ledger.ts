/** The ledger in memory: for tests, local runs and dry runs. The same tests hold it and the DynamoDB one. */

import { isDeepStrictEqual } from 'node:util';
import type { ConsumerRecord, Entry, FindingRecord, Lease, Ledger } from '#contracts/ledger.ts';
import type { Confirmation, FinishedRun, Halt, Passing, Turn } from '#contracts/ledger-places.ts';
import type { Catalog } from '#contracts/policy.ts';
import { isPast, reportedRecord } from './finding-records.ts';
import { asStored, entryId } from './ownership.ts';
import { standingPlaces } from './standing.ts';
import { withoutTurn, withTurn } from './turns.ts';

/** A ledger, and what of it has ended, as the audit bucket would have it. */
export interface MemoryLedger extends Ledger {
  readonly ended: readonly Entry[];
}

/** What is in a ledger, by whatever tells one item from another. */
export interface MemoryStore {
  readonly entries: Map<string, Entry>;
  readonly ended: Entry[];
  readonly findings: Map<string, FindingRecord>;
  readonly consumers: Map<string, ConsumerRecord>;
  readonly leases: Map<string, Lease>;
  readonly confirmed: Map<string, Confirmation>;
  readonly halted: Map<'halt', Halt>;
  readonly passing: Map<string, Passing>;
  readonly finished: Map<string, FinishedRun>;
  readonly turns: Map<string, readonly Turn[]>;
}

/** What `createMemoryLedger` keeps, with nothing in it. */
export function emptyStore(): MemoryStore {
  return {
    entries: new Map(),
    ended: [],
    findings: new Map(),
    consumers: new Map(),
    leases: new Map(),
    confirmed: new Map(),
    halted: new Map(),
    passing: new Map(),
    finished: new Map(),
    turns: new Map(),
  };
}

/** A ledger that keeps what it is told in `store`, and begins with what is there. */
export function createMemoryLedger(store: MemoryStore = emptyStore()): MemoryLedger {
  return {
    ...entriesIn(store),
    ...findingsIn(store),
    ...recordsIn(store),
    ...hubIn(store),
    ...leasesIn(store),
    ...turnsIn(store),
  };
}

function entriesIn({
  entries,
  ended,
}: MemoryStore): Pick<
  MemoryLedger,
  'ended' | 'entries' | 'documents' | 'allEntries' | 'standing' | 'forgetStanding' | 'put' | 'replace'
> {
  const standing = (isMeant: (entry: Entry) => boolean) =>
    sorted(entries, (entry) => entry.state !== 'withdrawn' && isMeant(entry));
  const keyOf = ({ part, account, region, database, id }: Entry) =>
    JSON.stringify([part, account, region, database, id]);
  const keep = (entry: Entry) => {
    if (entry.state === 'withdrawn') ended.push(copy(entry));
    entries.set(keyOf(entry), copy(entry));
  };
  return {
    ended,
    entries: async (query) =>
      standing((entry) => {
        if (entry.part !== query.part || entry.account !== query.account) return false;
        if (query.part === 'account') return true;
        if (entry.region !== query.region) return false;
        return query.part !== 'database' || entry.database === query.database;
      }),
    documents: async (identities) => {
      const ids = new Set(identities.map(entryId));
      return standing(({ part, id }) => part === 'document' && ids.has(id));
    },
    allEntries: async (account) => standing((entry) => entry.account === account),
    standing: async () => standingPlaces([...entries.values()]),
    // What stands is read off the entries themselves.
    forgetStanding: async () => undefined,
    put: async (given) => given.forEach(keep),
    replace: async (entry, was) => {
      const found = entries.get(keyOf(entry));
      const now = found === undefined || found.state === 'withdrawn' ? null : found;
      if (!isDeepStrictEqual(asStored(now), asStored(was))) return false;
      keep(entry);
      return true;
    },
  };
}

function findingsIn({ findings }: MemoryStore): Pick<Ledger, 'findings' | 'putFindings' | 'markReported'> {
  return {
    findings: async (scope) => sorted(findings, (record) => record.scope === scope && !isPast(record)),
    putFindings: async (given) => {
      for (const record of given) findings.set(JSON.stringify([record.scope, record.key]), copy(record));
    },
    markReported: async (record, at) => {
      const id = JSON.stringify([record.scope, record.key]);
      const reported = reportedRecord(findings.get(id) ?? null, record, at);
      if (reported !== null) findings.set(id, copy(reported));
    },
  };
}

function recordsIn({
  consumers,
  confirmed,
  passing,
}: MemoryStore): Pick<
  Ledger,
  'consumer' | 'putConsumer' | 'confirmation' | 'confirm' | 'unconfirm' | 'passing' | 'putPassing'
> {
  return {
    consumer: async (account, region) => copy(consumers.get(JSON.stringify([account, region])) ?? null),
    putConsumer: async (record) => {
      consumers.set(JSON.stringify([record.account, record.region]), copy(record));
    },
    confirmation: async (hash) => copy(confirmed.get(hash) ?? null),
    confirm: async (hash, confirmation) => {
      confirmed.set(hash, copy(confirmation));
    },
    unconfirm: async (hash) => confirmed.delete(hash),
    passing: async (scope) => copy(passing.get(scope) ?? null),
    putPassing: async (scope, given) => {
      if (given === null) passing.delete(scope);
      else passing.set(scope, copy(given));
    },
  };
}

function hubIn({ halted, finished }: MemoryStore): Pick<Ledger, 'halt' | 'setHalt' | 'finished' | 'putFinished'> {
  return {
    halt: async () => copy(halted.get('halt') ?? null),
    setHalt: async (halt) => {
      if (halt === null) halted.delete('halt');
      else halted.set('halt', copy(halt));
    },
    finished: async (scope) => copy(finished.get(scope) ?? null),
    putFinished: async (run) => {
      finished.set(run.scope, copy(run));
    },
  };
}

function leasesIn({ leases }: MemoryStore): Pick<Ledger, 'take' | 'release'> {
  return {
    take: async (lease, now) => {
      const held = leases.get(lease.key);
      if (held && held.until > now && held.holder !== lease.holder) return false;
      leases.set(lease.key, copy(lease));
      return true;
    },
    release: async (key, holder) => {
      if (leases.get(key)?.holder === holder) leases.delete(key);
    },
  };
}

function turnsIn({ turns }: MemoryStore): Pick<Ledger, 'takeTurn' | 'releaseTurn'> {
  const keyOf = ({ account, region }: Catalog) => JSON.stringify([account, region]);
  return {
    takeTurn: async (place, turn, at) => {
      const held = withTurn(turns.get(keyOf(place)) ?? [], turn, at);
      if (held === null) return 0;
      turns.set(keyOf(place), copy(held));
      return held.length;
    },
    releaseTurn: async (place, holder) => {
      turns.set(keyOf(place), withoutTurn(turns.get(keyOf(place)) ?? [], holder));
    },
  };
}

/** In the order of their keys, as a table would give them; copies, so that nobody edits what is stored. */
function sorted<T>(items: ReadonlyMap<string, T>, isMeant: (item: T) => boolean): T[] {
  const meant = [...items.entries()].filter(([, item]) => isMeant(item));
  return copy(meant.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item));
}

function copy<T>(value: T): T {
  return structuredClone(value);
}
