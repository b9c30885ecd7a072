/** Every call that reached the lake, in order: what tests, the demo and the benchmark count. */

export interface JournalEntry {
  readonly sequence: number;
  /** ISO, by the lake's clock. */
  readonly time: string;
  /** The caller's ARN as IAM shows it; empty when the request could not be attributed. */
  readonly caller: string;
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly kind: 'read' | 'write';
  readonly status: number;
  /** The error's code, when it failed. */
  readonly error?: string;
  readonly durationMs: number;
}

export interface Journal {
  add(entry: Omit<JournalEntry, 'sequence'>): void;
  /** Entries after the given sequence number. */
  since(sequence: number): readonly JournalEntry[];
  reset(): void;
  /** Becomes what another was, as its `since(0)` told. */
  refill(entries: readonly JournalEntry[]): void;
}

/** Older entries are forgotten beyond this many: a load test must not eat the memory. */
const KEPT = 200_000;

const READ = /^(Get|List|Describe|Head|Search|BatchGet|Simulate|Query|Scan|Lookup|Test|Check|Filter|Receive)/;

/** Whether an operation reads or writes, by its name. */
export const kindOf = (operation: string): 'read' | 'write' => (READ.test(operation) ? 'read' : 'write');

/** An empty journal. It keeps the last calls only, under numbers that go on. */
export function createJournal(): Journal {
  const entries: JournalEntry[] = [];
  let sequence = 0;
  return {
    add(entry) {
      sequence += 1;
      entries.push({ sequence, ...entry });
      if (entries.length > KEPT * 1.5) entries.splice(0, entries.length - KEPT);
    },
    since(after) {
      const first = entries[0]?.sequence ?? 1;
      return entries.slice(Math.max(0, after - first + 1));
    },
    reset: () => {
      entries.length = 0;
      sequence = 0;
    },
    refill: (given) => {
      entries.splice(0, entries.length, ...given);
      sequence = given.at(-1)?.sequence ?? 0;
    },
  };
}
