/** Tagging at scale, in one process: the real machine and handlers over a lake whose clock waits move. */

import { type InProcess, inProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { databaseScope, findingsOf, people, taggingPolicy } from '../support/tagging.ts';
import type { Row } from './report.ts';

const SCOPE = databaseScope();
const KEYS = ['a', 'b', 'c'];
const PER_KEY = 22;
/** What AWS gives in one page of tables, and of tables found by tag. */
const PAGE = 100;

interface Run {
  readonly seconds: number;
  /** By the lake's clock, in which pauses take their time. */
  readonly lakeSeconds: number;
  readonly adding: number;
  readonly took: number;
  readonly reads: number;
  readonly calls: number;
  readonly stages: number;
  readonly longestPayload: number;
  readonly findings: number;
}

export async function benchTags(): Promise<readonly Row[]> {
  const thousand = await tagging(1000);
  const throttled = await tagging(1000, { takes: 10 });
  // Twenty a second are more than one call of the stage has time for: the next goes on.
  const many = await tagging(10_000, { writesPerSecond: 20 });
  const least = 1000 + (1000 / PAGE) * (1 + KEYS.length);
  return [
    { what: '1,000 new tables, three tags each, all different', measured: thousand.seconds, unit: 's', atMost: 60 },
    { what: 'the same, calls', measured: thousand.calls, unit: 'calls', atMost: 1.1 * least },
    { what: 'the same, writes sent and taken', measured: thousand.took, unit: 'calls', atMost: 1000 },
    { what: 'the same, findings', measured: thousand.findings, unit: 'findings', atMost: 0 },
    { what: 'AWS takes 10 a second: by its clock', measured: throttled.lakeSeconds, unit: 's' },
    { what: 'the same, writes taken', measured: throttled.took, unit: 'calls', atMost: 1000 },
    { what: 'the same, writes sent', measured: throttled.adding, unit: 'calls' },
    { what: 'the same, findings', measured: throttled.findings, unit: 'findings', atMost: 0 },
    { what: '10,000 new tables, three tags each, all different', measured: many.seconds, unit: 's' },
    { what: 'the same, reads', measured: many.reads, unit: 'calls' },
    { what: 'the same, writes taken', measured: many.took, unit: 'calls', atMost: 10_000 },
    { what: 'the same, calls of the stage', measured: many.stages, unit: 'calls', atMost: 41 },
    { what: 'the same, longest input of a stage', measured: many.longestPayload, unit: 'bytes', atMost: 1024 },
    { what: 'the same, findings', measured: many.findings, unit: 'findings', atMost: 0 },
  ];
}

interface Pace {
  /** As the policy's limits have it. */
  readonly writesPerSecond?: number;
  /** How many a second AWS takes. */
  readonly takes?: number;
}

async function tagging(tables: number, { writesPerSecond = 100, takes }: Pace = {}): Promise<Run> {
  const policy = policyFor(tables, writesPerSecond);
  const cloud = await inProcess(policy);
  try {
    await makeTables(cloud, tables);
    if (takes !== undefined) {
      const fault = { kind: 'throttle' as const, operation: 'AddLFTagsToResource' };
      await cloud.stage.control.fault({ ...fault, burst: takes, perSecond: takes });
    }
    return await measured(cloud);
  } finally {
    await cloud.close();
  }
}

async function measured(cloud: InProcess): Promise<Run> {
  const [began, lakeBegan] = [performance.now(), cloud.clock.now()];
  const payloads: string[] = [];
  const all = await calls(cloud, async () => {
    const run = await cloud.run(SCOPE);
    payloads.push(...run.calls.filter(({ state }) => state === 'Tags').map(({ payload }) => JSON.stringify(payload)));
  });
  const adding = all.filter(({ operation }) => operation === 'AddLFTagsToResource');
  return {
    seconds: (performance.now() - began) / 1000,
    lakeSeconds: (cloud.clock.now() - lakeBegan) / 1000,
    adding: adding.length,
    took: adding.filter(({ status }) => status === 200).length,
    calls: all.length,
    reads: all.filter(({ kind }) => kind === 'read').length,
    stages: payloads.length,
    longestPayload: Math.max(...payloads.map((payload) => payload.length)),
    findings: (await findingsOf(cloud, SCOPE)).length,
  };
}

async function makeTables(cloud: InProcess, tables: number): Promise<void> {
  const by = people(cloud);
  await by.makeDatabase();
  for (let i = 0; i < tables; i += 1) await by.makeTable(nameOf(i), ['id']);
}

function nameOf(i: number): string {
  return `t${String(i).padStart(5, '0')}`;
}

/** 22³ assignments: no two of 10,000 tables have the same. */
function policyFor(tables: number, writesPerSecond: number) {
  const values = Array.from({ length: PER_KEY }, (_, i) => `v${i}`);
  const tagsOf = (i: number) => KEYS.map((key, n) => [key, `v${Math.floor(i / PER_KEY ** n) % PER_KEY}`] as const);
  const rules = Array.from({ length: tables }, (_, i) => ({
    match: { table: nameOf(i) },
    assign: Object.fromEntries(tagsOf(i)),
  }));
  return taggingPolicy(rules, { keys: Object.fromEntries(KEYS.map((key) => [key, values])), writesPerSecond });
}
