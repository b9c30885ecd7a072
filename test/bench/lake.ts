/** The lake under load (rule GL-90): 10,000 tables, 100,000 grants, 1,000 accounts in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { benchLakeStart } from './lake-start.ts';

const owner = '111111111111';
const region = 'ap-northeast-1';
const tables = 10_000;
const databases = 10;
const consumers = 1_000;
const grantsPerTable = 10;
const batch = 20;

export interface LakeBench {
  /** Milliseconds from starting the process to its first answer, in the middle of several starts. */
  readonly startMs: number;
  /** The same for a start that finds nothing compiled: the first one of a fresh checkout. */
  readonly coldStartMs: number;
  readonly loadSeconds: number;
  readonly getTable: Percentiles;
  readonly listByResource: Percentiles;
  readonly listByPrincipal: Percentiles;
  /** One client process against one lake process, eight connections. */
  readonly thousandRequestsMs: number;
  /** CPU seconds of the lake during these, by seconds of the clock: 1 is one core. */
  readonly cores: number;
  readonly residentMb: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

interface Target {
  readonly port: number;
  readonly agent: Agent;
}

const main = fileURLToPath(new URL('../../infra/local/lake/lake.js', import.meta.url));

export async function benchLake(): Promise<LakeBench> {
  const { warm, cold } = await benchLakeStart();
  const lake = spawn(process.execPath, [main, '--seed', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  try {
    const target = { port: await portOf(lake), agent };
    const loading = performance.now();
    await load(target);
    const loadSeconds = (performance.now() - loading) / 1000;
    return { startMs: warm.median, coldStartMs: cold.median, loadSeconds, ...(await measure(target, lake.pid ?? 0)) };
  } finally {
    agent.destroy();
    lake.kill();
    if (lake.exitCode === null) await once(lake, 'exit');
  }
}

async function portOf(lake: ChildProcess): Promise<number> {
  if (!lake.stdout) throw new Error('the lake has no output');
  for await (const line of createInterface({ input: lake.stdout })) return Number(new URL(line).port);
  throw new Error('the lake ended before it said its address');
}

async function load(target: Target): Promise<void> {
  const accounts = Array.from({ length: consumers }, (_, i) => ({ id: accountOf(i) }));
  const organization = { managementAccount: owner, accounts, ramSharing: true };
  await send(target, 'POST', '/_lake/organizations/found', JSON.stringify(organization));
  await formation(target, 'PutDataLakeSettings', {
    DataLakeSettings: {
      DataLakeAdmins: [{ DataLakePrincipalIdentifier: `arn:aws:iam::${owner}:root` }],
      CreateDatabaseDefaultPermissions: [],
      CreateTableDefaultPermissions: [],
      Parameters: { CROSS_ACCOUNT_VERSION: '3' },
    },
  });
  for (let i = 0; i < databases; i++) await glue(target, 'CreateDatabase', { DatabaseInput: { Name: `db${i}` } });
  await inParallel(tables, (i) => glue(target, 'CreateTable', { DatabaseName: databaseOf(i), TableInput: tableOf(i) }));
  await inParallel((tables * grantsPerTable) / batch, (i) => grantBatch(target, i));
}

function tableOf(i: number): object {
  const Columns = Array.from({ length: 20 }, (_, column) => ({ Name: `column_${column}`, Type: 'string' }));
  return { Name: `t${i}`, StorageDescriptor: { Columns, Location: `s3://lake/t${i}/` } };
}

function databaseOf(table: number): string {
  return `db${table % databases}`;
}

function accountOf(i: number): string {
  return String(200_000_000_000 + i);
}

/** Two tables a batch, each granted to ten of the accounts. */
async function grantBatch(target: Target, number: number): Promise<void> {
  const Entries = Array.from({ length: batch }, (_, i) => {
    const table = number * (batch / grantsPerTable) + Math.floor(i / grantsPerTable);
    const account = accountOf((table * 7 + (i % grantsPerTable) * 100) % consumers);
    return {
      Id: String(i),
      Principal: { DataLakePrincipalIdentifier: account },
      Resource: { Table: { DatabaseName: databaseOf(table), Name: `t${table}` } },
      Permissions: ['DESCRIBE'],
      PermissionsWithGrantOption: ['DESCRIBE'],
    };
  });
  const { Failures } = await formation(target, 'BatchGrantPermissions', { Entries });
  if (Array.isArray(Failures) && Failures.length > 0) throw new Error(`a grant failed: ${JSON.stringify(Failures[0])}`);
}

async function measure(
  target: Target,
  pid: number,
): Promise<Omit<LakeBench, 'startMs' | 'coldStartMs' | 'loadSeconds'>> {
  const getTable = await timed(3_000, (i) => readTable(target, i));
  const listByResource = await timed(1_000, (i) => listPermissions(target, { Resource: tableResource(i * 7) }));
  const listByPrincipal = await timed(1_000, (i) =>
    listPermissions(target, { Principal: { DataLakePrincipalIdentifier: accountOf(i % consumers) } }),
  );
  const before = { cpu: cpuSeconds(pid), time: performance.now() };
  const many = 5_000;
  await inParallel(many, (i) => readTable(target, i));
  const seconds = (performance.now() - before.time) / 1000;
  const cores = (cpuSeconds(pid) - before.cpu) / seconds;
  const residentMb = residentOf(pid);
  return {
    getTable,
    listByResource,
    listByPrincipal,
    thousandRequestsMs: (seconds * 1_000_000) / many,
    cores,
    residentMb,
  };
}

function readTable(target: Target, i: number): Promise<unknown> {
  const table = (i * 7919) % tables;
  return glue(target, 'GetTable', { DatabaseName: databaseOf(table), Name: `t${table}` });
}

function tableResource(i: number): object {
  const table = i % tables;
  return { Table: { DatabaseName: databaseOf(table), Name: `t${table}` } };
}

async function listPermissions(target: Target, filter: object): Promise<void> {
  const answer = await formation(target, 'ListPermissions', { ...filter, MaxResults: 100 });
  const rows = answer['PrincipalResourcePermissions'];
  if (!Array.isArray(rows) || rows.length === 0) throw new Error(`nothing is listed for ${JSON.stringify(filter)}`);
}

/** The middle of three rounds by their p99: one that met other work of the machine, or none at all, does not decide. */
async function timed(count: number, act: (i: number) => Promise<unknown>): Promise<Percentiles> {
  for (let i = 0; i < 50; i++) await act(i);
  const rounds: Percentiles[] = [];
  while (rounds.length < 3) rounds.push(await round(count, act));
  const [, middle] = rounds.toSorted((one, other) => one.p99 - other.p99);
  return middle ?? { p50: Number.NaN, p99: Number.NaN };
}

async function round(count: number, act: (i: number) => Promise<unknown>): Promise<Percentiles> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await act(i);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

async function inParallel(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

function glue(target: Target, operation: string, input: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSGlue.${operation}` };
  return send(target, 'POST', '/', JSON.stringify(input), { ...headers, authorization: signature('glue') });
}

function formation(target: Target, operation: string, input: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', authorization: signature('lakeformation') };
  return send(target, 'POST', `/${operation}`, JSON.stringify(input), headers);
}

function signature(service: string): string {
  const scope = `${owner}/20261122/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
}

function send(
  { port, agent }: Target,
  method: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request({ agent, host: '127.0.0.1', port, method, path, headers: { ...headers, ...length } });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(text === '' ? {} : JSON.parse(text));
        else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`));
      });
    });
    outgoing.end(body);
  });
}

/** The kernel counts in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await benchLake(), null, 2)}\n`);
}
