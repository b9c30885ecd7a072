/** `npm run bench [-- SECTION…]`: prints what was measured and puts it into docs/benchmarks.md, section by section. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyFile } from '../../infra/local/demo/play.ts';
import { type Assemblies, synthesize } from '../../infra/local/demo/synthesize.ts';
import { preparePython } from '../../infra/local/emulator/python.ts';
import { benchAssessment } from './assessment.ts';
import { benchBundles } from './bundles.ts';
import { benchCalls } from './calls.ts';
import { benchCuts } from './cuts.ts';
import { benchEvents } from './events.ts';
import { benchLake } from './lake.ts';
import { percentile } from './numbers.ts';
import { taken } from './processes.ts';
import { benchReadable } from './readable.ts';
import { machine, putSection, type Row } from './report.ts';
import { benchRules } from './rules.ts';
import { benchTagCloud, taggingPolicyFile } from './tag-cloud.ts';
import { benchTags } from './tags.ts';
import { benchValidate } from './validate.ts';

const RUNS = 10;
/** The policy's default. */
const DEBOUNCE = 60;

type Section = (assemblies: () => Assemblies) => Promise<readonly Row[]>;

const SECTIONS: Readonly<Record<string, Section>> = {
  demo,
  readable,
  debounce,
  bundles,
  lake,
  calls: benchCalls,
  rules: benchRules,
  assessment: benchAssessment,
  events: benchEvents,
  validate: benchValidate,
  tags: benchTags,
  'tags-deployed': async (assemblies) => benchTagCloud(await assemblies().of('thousand')),
  tests,
  cuts: benchCuts,
};

/** Measured only when asked for by name. */
const LONG = ['cuts'];

async function demo(): Promise<readonly Row[]> {
  const { seconds, residentMb, code } = await taken('npm', ['run', '-s', 'demo', '--', '--json']);
  if (code !== 0) throw new Error(`the demo ended with ${code}`);
  return [
    { what: 'demo, three scenes, wall time', measured: seconds, unit: 's', atMost: 60 },
    { what: 'demo, peak of resident memory, all processes', measured: residentMb, unit: 'MB', atMost: 1536 },
  ];
}

async function readable(assemblies: () => Assemblies): Promise<readonly Row[]> {
  const assembly = await assemblies().of('demo-share');
  const first = await benchReadable({ assembly }, true);
  const times = [first.ms];
  while (times.length < RUNS) times.push((await benchReadable({ assembly })).ms);
  const counts = Object.keys(first.writes).flatMap((account): Row[] => [
    { what: `writes in ${account}, first time`, measured: first.writes[account] ?? 0, unit: 'calls' },
    {
      what: `writes in ${account}, same event again`,
      measured: first.repeated[account] ?? 0,
      unit: 'calls',
      atMost: 0,
    },
  ]);
  return [
    {
      what: `event to readable, debounce 0, p50 of ${RUNS}`,
      measured: percentile(times, 0.5),
      unit: 'ms',
      atMost: 3000,
    },
    { what: `event to readable, debounce 0, p95 of ${RUNS}`, measured: percentile(times, 0.95), unit: 'ms' },
    ...counts,
    { what: 'reads of all runs that one crawler run starts', measured: first.reads, unit: 'calls' },
  ];
}

/** In full length: no wait is shortened. */
async function debounce(assemblies: () => Assemblies): Promise<readonly Row[]> {
  const assembly = await assemblies().of('debounced');
  const within = 10 * 60_000;
  const { ms } = await benchReadable({ assembly, waitScale: 1, within });
  return [{ what: `event to readable, debounce ${DEBOUNCE} (the default), one run`, measured: ms / 1000, unit: 's' }];
}

const KILOBYTES: Readonly<Record<string, number>> = { 'onramp-on-event': 392, 'onramp-reconcile': 702 };

async function bundles(assemblies: () => Assemblies): Promise<readonly Row[]> {
  const found = await benchBundles(await assemblies().of('demo-share'));
  return found.flatMap(({ name, kilobytes, initMs }): Row[] => [
    { what: `${name}, bundle`, measured: kilobytes, unit: 'KB', atMost: KILOBYTES[name] },
    { what: `${name}, initialization, median of 20`, measured: initMs, unit: 'ms', atMost: 250 },
  ]);
}

async function lake(): Promise<readonly Row[]> {
  const found = await benchLake();
  return [
    { what: 'lake, from start to first answer', measured: found.startMs, unit: 'ms', atMost: 300 },
    { what: 'lake, the same for the first start of a checkout', measured: found.coldStartMs, unit: 'ms', atMost: 300 },
    { what: 'lake, loading 10,000 tables and 100,000 grants', measured: found.loadSeconds, unit: 's' },
    { what: 'lake, GetTable, p50', measured: found.getTable.p50, unit: 'ms' },
    { what: 'lake, GetTable, p99', measured: found.getTable.p99, unit: 'ms', atMost: 10 },
    { what: 'lake, ListPermissions of a table, p99', measured: found.listByResource.p99, unit: 'ms', atMost: 10 },
    { what: 'lake, ListPermissions of a principal, p99', measured: found.listByPrincipal.p99, unit: 'ms', atMost: 10 },
    { what: 'lake, 1,000 GetTables, eight connections', measured: found.thousandRequestsMs, unit: 'ms', atMost: 1000 },
    { what: 'lake, memory', measured: found.residentMb, unit: 'MB', atMost: 512 },
  ];
}

const ROOMS = ['core', 'hops', 'changes', 'aws', 'handlers', 'cli', 'runtime', 'rooms'].map((room) => `test/${room}`);

async function tests(): Promise<readonly Row[]> {
  const install = performance.now();
  await preparePython(mkdtempSync(join(tmpdir(), 'onramp-bench-python-')), () => {});
  const installed = (performance.now() - install) / 1000;
  const rooms = await taken('npx', ['vitest', 'run', ...ROOMS, '--exclude', '**/*.e2e.test.ts']);
  const all = await taken('npm', ['test']);
  if (all.code !== 0) throw new Error(`npm test ended with ${all.code}:\n${all.stdout.slice(-3000)}`);
  return [
    { what: 'installing MiniStack', measured: installed, unit: 's' },
    { what: 'tests of rooms alone', measured: rooms.seconds, unit: 's', atMost: 30 },
    { what: 'npm test, with the installation', measured: all.seconds + installed, unit: 's', atMost: 300 },
  ];
}

/** The demo's first policy, with the default debounce. */
function debouncedPolicy(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'onramp-bench-')), 'debounced.yaml');
  const text = readFileSync(policyFile('demo-share'), 'utf8').replace('debounce: 0', `debounce: ${DEBOUNCE}`);
  writeFileSync(file, text);
  return file;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  process.stderr.write(
    `error: no section ${unknown.join(', ')}\n  fix: use some of ${Object.keys(SECTIONS).join(', ')}\n`,
  );
  process.exit(64);
}
let synthesized: Assemblies | undefined;
/** Only when a section needs them. */
const assemblies = (): Assemblies => {
  synthesized ??= synthesize([policyFile('demo-share'), debouncedPolicy(), taggingPolicyFile()]);
  return synthesized;
};
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (asked.length > 0 ? !asked.includes(name) : LONG.includes(name)) continue;
  const on = machine();
  const rows = await measure(assemblies);
  process.stdout.write(putSection(name, on, rows));
}
await synthesized?.end();
