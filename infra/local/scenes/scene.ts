/** What a scene is, and how its outcome is collected. */

import type { DemoDocument } from '#contracts/documents.ts';
import type { JournalEntry } from '../lake/control-client.ts';
import { until } from '../until.ts';
import { lookAtHops } from './hops.ts';
import type { Reader, SceneTable } from './places.ts';
import { READERS } from './places.ts';
import { readAs, readingText, UNREAD } from './reading.ts';
import type { Execution, SceneCloud } from './scene-cloud.ts';

type Documented = DemoDocument['scenes'][number];
interface ServiceCalls {
  read: number;
  write: number;
  /** Writes by operation. */
  written: Record<string, number>;
}
/** The document's scene; the matrix also says by which hops, and calls are counted by service and kind. */
export interface SceneResult extends Documented {
  calls: Documented['calls'] & { byService: Record<string, ServiceCalls> };
  access: (Documented['access'][number] & { hops: string })[];
}
export type Expectation = SceneResult['expectations'][number];

/** What a scene may ask for besides the cloud it is played on. */
export interface Play {
  readonly sceneCloud: SceneCloud;
  /** Puts another version of the policy in force, as `cdk deploy` would. */
  deployPolicy(file: string): Promise<void>;
  say(text: string): void;
}

export interface Scene {
  readonly name: string;
  /** One sentence: what is about to be seen. */
  readonly title: string;
  /** Versions of the policy that it puts in force, in their order, by the fixtures' names. */
  readonly policies: readonly string[];
  /** Brings about what an earlier scene would have left, when this one is played without it. */
  prepare?(play: Play): Promise<void>;
  run(play: Play): Promise<SceneResult>;
}

const SETTLE_MS = 120_000;
/** MiniStack starts an execution 150 ms after it was asked, and one starts another at its end. */
const QUIET_MS = 700;

/** Waits until an execution has begun that was not there before, and all have ended for a moment. Returns the new ones. */
export async function settled(sceneCloud: SceneCloud, before: ReadonlySet<string>): Promise<readonly Execution[]> {
  let quietSince = Date.now();
  let count = before.size;
  const done = await until(
    SETTLE_MS,
    async () => {
      const executions = await sceneCloud.executions();
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

export async function executionArns(sceneCloud: SceneCloud): Promise<ReadonlySet<string>> {
  return new Set((await sceneCloud.executions()).map((execution) => execution.arn));
}

export interface Row {
  readonly reader: Reader;
  readonly table: Pick<SceneTable, 'database' | 'table'>;
  readonly text: string;
  /** By which hops, or which are missing. */
  readonly hops: string;
}

/** Everybody tries to read the tables. */
export async function readAll(
  sceneCloud: SceneCloud,
  tables: readonly SceneTable[],
  readers: readonly Reader[] = READERS,
): Promise<readonly Row[]> {
  const tries = tables.flatMap((table) => readers.map((reader) => ({ table, reader })));
  const [hopsOf, readings] = await Promise.all([
    lookAtHops(
      sceneCloud,
      readers.map((reader) => reader.account),
      tables,
    ),
    Promise.all(tries.map(({ table, reader }) => readAs(sceneCloud, reader, table))),
  ]);
  return tries.map(({ table, reader }, i) => {
    const reading = readings[i] ?? UNREAD;
    return { reader, table, text: readingText(reading), hops: hopsOf(reader, table, reading) };
  });
}

export function accessOf(before: readonly Row[], after: readonly Row[]): SceneResult['access'] {
  return after.map((row) => ({
    principal: `${row.reader.name} (${row.reader.account})`,
    table: `${row.table.database}.${row.table.table}`,
    before: before.find((b) => b.reader === row.reader && b.table === row.table)?.text ?? '-',
    after: row.text,
    hops: row.hops,
  }));
}

export function callsOf(journal: readonly JournalEntry[]): SceneResult['calls'] {
  const calls: SceneResult['calls'] = { read: 0, write: 0, byAction: {}, byService: {} };
  const sorted = journal.toSorted((a, b) => actionOf(a).localeCompare(actionOf(b)));
  for (const entry of sorted) {
    const { service, operation, kind } = entry;
    const action = actionOf(entry);
    calls[kind] += 1;
    calls.byAction[action] = (calls.byAction[action] ?? 0) + 1;
    calls.byService[service] ??= { read: 0, write: 0, written: {} };
    const ofService = calls.byService[service];
    ofService[kind] += 1;
    if (kind === 'write') ofService.written[operation] = (ofService.written[operation] ?? 0) + 1;
  }
  return calls;
}

function actionOf({ service, operation }: JournalEntry): string {
  return `${service}:${operation}`;
}

export function expectation(text: string, held: boolean, saw?: unknown): Expectation {
  return held || saw === undefined
    ? { text, held }
    : { text, held, saw: typeof saw === 'string' ? saw : JSON.stringify(saw) };
}
