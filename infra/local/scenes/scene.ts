/** What a scene is, and how its outcome is collected. */

import type { DemoDocument } from '#contracts/documents.ts';
import type { JournalEntry } from '../lake/control-client.ts';
import { until } from '../until.ts';
import type { Reader, SceneTable } from './places.ts';
import { READERS } from './places.ts';
import { readAs, readingText } from './reading.ts';
import type { Execution, Theatre } from './theatre.ts';

export type SceneResult = DemoDocument['scenes'][number];
export type Expectation = SceneResult['expectations'][number];

/** What a scene may ask for besides the theatre. */
export interface Play {
  readonly theatre: Theatre;
  /** Puts another version of the policy in force, as `cdk deploy` would. */
  deployPolicy(file: string): Promise<void>;
  say(text: string): void;
}

export interface Scene {
  readonly name: string;
  /** One sentence: what is about to be seen. */
  readonly title: string;
  run(play: Play): Promise<SceneResult>;
}

const SETTLE_MS = 60_000;
/** MiniStack starts an execution 150 ms after it was asked, and one starts another at its end. */
const QUIET_MS = 700;

/** Waits until an execution has begun that was not there before, and all have ended for a moment. Returns the new ones. */
export async function settled(theatre: Theatre, before: ReadonlySet<string>): Promise<readonly Execution[]> {
  let quietSince = Date.now();
  let count = before.size;
  const done = await until(
    SETTLE_MS,
    async () => {
      const executions = await theatre.executions();
      const busy = executions.some((e) => e.status === 'RUNNING') || executions.length !== count;
      count = executions.length;
      if (busy || count === before.size) quietSince = Date.now();
      return Date.now() - quietSince >= QUIET_MS ? executions : undefined;
    },
    100,
  );
  if (done === undefined) throw new Error(`the machines did not begin and come to rest within ${SETTLE_MS / 1000} s`);
  return done.filter((execution) => !before.has(execution.arn));
}

export async function executionArns(theatre: Theatre): Promise<ReadonlySet<string>> {
  return new Set((await theatre.executions()).map((execution) => execution.arn));
}

export interface Row {
  readonly reader: Reader;
  readonly table: SceneTable;
  readonly text: string;
}

/** Everybody tries to read the tables. */
export async function readAll(
  theatre: Theatre,
  tables: readonly SceneTable[],
  readers: readonly Reader[] = READERS,
): Promise<readonly Row[]> {
  const tries = tables.flatMap((table) => readers.map((reader) => ({ table, reader })));
  return Promise.all(
    tries.map(async ({ table, reader }) => ({
      reader,
      table,
      text: readingText(await readAs(theatre, reader, table)),
    })),
  );
}

export function accessOf(before: readonly Row[], after: readonly Row[]): SceneResult['access'] {
  return after.map((row) => ({
    principal: `${row.reader.name} (${row.reader.account})`,
    table: `${row.table.database}.${row.table.table}`,
    before: before.find((b) => b.reader === row.reader && b.table === row.table)?.text ?? '-',
    after: row.text,
  }));
}

export function callsOf(journal: readonly JournalEntry[]): SceneResult['calls'] {
  const inMembers = journal.filter((entry) => entry.operation !== 'AssumeRole');
  const byAction: Record<string, number> = {};
  for (const entry of inMembers) {
    const action = `${entry.service}:${entry.operation}`;
    byAction[action] = (byAction[action] ?? 0) + 1;
  }
  const count = (kind: JournalEntry['kind']) => inMembers.filter((entry) => entry.kind === kind).length;
  return { read: count('read'), write: count('write'), byAction: Object.fromEntries(Object.entries(byAction).sort()) };
}

export function expectation(text: string, held: boolean, saw?: unknown): Expectation {
  return held || saw === undefined
    ? { text, held }
    : { text, held, saw: typeof saw === 'string' ? saw : JSON.stringify(saw) };
}
