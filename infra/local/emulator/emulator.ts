/** MiniStack, started by our launcher: everything of the local cloud that is not the lake's. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LakeError } from '#contracts/errors.ts';
import { freePort } from '../ports.ts';
import { until } from '../until.ts';
import { type ProcessGroup, startGroup } from './process-group.ts';
import { MINISTACK_VERSION, preparePython } from './python.ts';
import { adoptEmulator } from './running.ts';

export interface EmulatorOptions {
  /** Functions call AWS through it and run as sessions it makes. Without one, they are their account's root. */
  readonly lakeUrl?: string;
  /** A free one when absent. */
  readonly port?: number;
  /** Multiplies Wait states and retry intervals: 0.1 makes a minute six seconds. Default 1. */
  readonly waitScale?: number;
  readonly log?: (message: string) => void;
  /** URL of an emulator our launcher runs already; default: the environment's ONRAMP_EMULATOR_URL. */
  readonly running?: string | undefined;
}

export interface Emulator {
  readonly url: string;
  /** Of the process group's leader; undefined for one that ran before. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('./launcher.py', import.meta.url));
// MiniStack answers 0.4 s after its start here; a loaded machine gets 30.
const HEALTH_DEADLINE_MS = 30_000;
const KEPT_LOGS = 5;
// MiniStack reads variables with everyday names (AUTH, SERVICES, DEBUG): the user's must not change what a run proves.
const INHERITED = ['HOME', 'LANG', 'LC_ALL', 'TZ'];
// Lambda, too, bounds the heap by the function's memory; without it a worker takes what the machine has.
const FUNCTION_NODE_OPTIONS = '--max-semi-space-size=1 --max-old-space-size=192';

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const running = options.running ?? process.env['ONRAMP_EMULATOR_URL'];
  if (running) return adopt(running, options);
  const local = join(PROJECT, '.local');
  const python = await preparePython(local, options.log ?? (() => {}));
  const port = options.port ?? (await freePort());
  pruneLogs(local);
  // Not inside the project: Node would take its package.json and its node_modules for the functions' own.
  const workspace = mkdtempSync(join(tmpdir(), 'onramp-emulator-'));
  const log = join(local, `emulator-${port}.log`);
  const group = startGroup({
    command: python,
    args: ['-B', LAUNCHER],
    env: environment(options, port, workspace),
    cwd: workspace,
    log,
  });
  const close = async (): Promise<void> => {
    await group.stop();
    await rm(workspace, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await healthy(url, group, log);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, pid: group.pid, close };
}

/** A log stays for whoever wants to know what happened, but not for ever. */
function pruneLogs(directory: string): void {
  const logs = readdirSync(directory).filter((name) => /^emulator-\d+\.log$/.test(name));
  const byAge = logs
    .map((name) => ({ name, time: statSync(join(directory, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of byAge.slice(KEPT_LOGS)) rmSync(join(directory, name), { force: true });
}

/** Emptied first: what an earlier run left in it must not look like ours. It is not ended with us. */
async function adopt(running: string, options: EmulatorOptions): Promise<Emulator> {
  const url = await adoptEmulator(running);
  options.log?.(`emptying the emulator at ${url}`);
  await post(`${url}/_ministack/reset`, {});
  await post(`${url}/_ministack/config`, { 'stepfunctions._SFN_WAIT_SCALE': options.waitScale ?? 1 });
  if (options.lakeUrl !== undefined) await post(`${url}/_ministack/config`, { 'onramp.lakeUrl': options.lakeUrl });
  return { url, pid: undefined, close: async () => {} };
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new LakeError('Unexpected', { message: `${url} answered ${answer.status}` });
}

function environment(options: EmulatorOptions, port: number, workspace: string): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
    // Functions run on the first `node` found: ours, of the major version their runtime has on AWS.
    PATH: [join(PROJECT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    TMPDIR: workspace,
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    SFN_WAIT_SCALE: String(options.waitScale ?? 1),
    // We hold its standard input; see process-group.ts.
    END_WITH_STDIN: '1',
    NODE_OPTIONS: FUNCTION_NODE_OPTIONS,
    LAMBDA_WARM_TTL_SECONDS: '20',
    // AWS retries an asynchronous invocation after one and two minutes.
    LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.2',
    ...(options.lakeUrl === undefined ? {} : { LAKE_URL: options.lakeUrl }),
  };
}

async function healthy(url: string, group: ProcessGroup, log: string): Promise<void> {
  const failure = (what: string): LakeError =>
    new LakeError('EnvironmentInvalid', {
      message: `MiniStack ${MINISTACK_VERSION} ${what}: ${tail(log)}`,
      remedy: `read ${log}; if it speaks of a version, delete .local/venv and run again`,
    });
  const ready = await until(HEALTH_DEADLINE_MS, async () => {
    const exit = group.exit();
    if (exit !== undefined) throw failure(`ended at its start (${exit})`);
    return fetch(`${url}/_ministack/health`).then(
      (answer) => answer.ok || undefined,
      () => undefined,
    );
  });
  if (ready === undefined) throw failure(`did not answer within ${HEALTH_DEADLINE_MS / 1000} s`);
}

function tail(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return lines.slice(-3).join(' | ');
}
