/** The ledger in memory: for tests, local runs and dry runs. The same tests hold it and the DynamoDB one. */

import type { Confirmation, Entry, FindingRecord, Lease, Ledger, Walked } from '#contracts/ledger.ts';
import { toldRecord } from './report.ts';

export function createMemoryLedger(): Ledger {
  const entries = new Map<string, Entry>();
  const findings = new Map<string, FindingRecord>();
  const walked = new Map<string, Walked>();
  const leases = new Map<string, Lease>();
  const confirmed = new Map<string, Confirmation>();
  return {
    entries: async (account, region) =>
      sorted(entries).filter(
        (entry) => entry.account === account && entry.region === region && entry.state !== 'withdrawn',
      ),
    put: async (given) => {
      for (const entry of given) entries.set(JSON.stringify([entry.account, entry.region, entry.id]), copy(entry));
    },
    findings: async (scope) => sorted(findings).filter((record) => record.scope === scope),
    putFindings: async (given) => {
      for (const record of given) findings.set(JSON.stringify([record.scope, record.key]), copy(record));
    },
    markTold: async (record, at) => {
      const id = JSON.stringify([record.scope, record.key]);
      const told = toldRecord(findings.get(id) ?? null, record, at);
      if (told !== null) findings.set(id, copy(told));
    },
    walked: async (account, region) => copy(walked.get(JSON.stringify([account, region])) ?? null),
    putWalked: async (given) => {
      walked.set(JSON.stringify([given.account, given.region]), copy(given));
    },
    confirmation: async (hash) => copy(confirmed.get(hash) ?? null),
    confirm: async (hash, confirmation) => {
      confirmed.set(hash, copy(confirmation));
    },
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

/** In the order of their keys, as a table would give them; copies, so that nobody edits what is stored. */
function sorted<T>(items: ReadonlyMap<string, T>): T[] {
  return [...items.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => copy(item));
}

function copy<T>(value: T): T {
  return structuredClone(value);
}
