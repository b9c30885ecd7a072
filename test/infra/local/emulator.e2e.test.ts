/** Starting, adopting and ending the emulator; nothing of it may stay behind. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { preparePython } from '../../../infra/local/emulator/python.ts';
import { freePort } from '../../../infra/local/ports.ts';
import { until } from '../../../infra/local/until.ts';
import { createFunction, run } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const LAUNCHER = join(PROJECT, 'infra/local/emulator/launcher.py');
const START = `
  const { startEmulator } = await import(${JSON.stringify(join(PROJECT, 'infra/local/emulator/emulator.ts'))});
  const { url, pid } = await startEmulator();
  console.log(JSON.stringify({ url, pid }));
  setInterval(() => {}, 1000);
`;
let python = '';
beforeAll(async () => {
  python = await preparePython(join(PROJECT, '.local'), () => {});
});

/** Pids of the process group, Lambda workers included. */
function groupOf(pid: number | undefined): readonly string[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,pid=,stat='], { encoding: 'utf8' }).split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/));
  return rows.filter(([group, , state]) => group === String(pid) && !state?.startsWith('Z')).map(([, id]) => id ?? '');
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/_ministack/health`).then(
    () => true,
    () => false,
  );

const invoke = async (url: string): Promise<void> => {
  const arn = await createFunction(url, 'worker', 'return 1;');
  await run(url, { StartAt: 'A', States: { A: { Type: 'Task', Resource: arn, End: true } } });
};

describe('ending', () => {
  let temporary = '';
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'onramp-ending-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  test('close leaves no process, no port and no directory', async () => {
    vi.stubEnv('TMPDIR', temporary);
    const emulator = await startEmulator();
    vi.unstubAllEnvs();
    await invoke(emulator.url);
    expect(groupOf(emulator.pid).length).toBeGreaterThan(1);
    await emulator.close();
    expect(groupOf(emulator.pid)).toEqual([]);
    expect(await answers(emulator.url)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('so does our own end by %s', async (signal) => {
    const { child, url, pid } = await startElsewhere(temporary);
    await invoke(url);
    child.kill(signal);
    await until(5_000, async () => groupOf(pid).length === 0 || undefined);
    expect(groupOf(pid)).toEqual([]);
    expect(await answers(url)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

async function startElsewhere(TMPDIR: string): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', START], {
    cwd: PROJECT,
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let line = '';
  child.stdout?.on('data', (chunk) => {
    line += chunk;
  });
  await until(60_000, async () => line.includes('\n') || undefined);
  return { child, ...JSON.parse(line) };
}

describe('an emulator that runs already', () => {
  let ours: Emulator;
  beforeAll(async () => {
    ours = await startEmulator();
  });
  afterAll(() => ours.close());

  test('is taken when an event crosses accounts on it, and is not ended with us', async () => {
    const adopted = await startEmulator({ running: `${ours.url}/` });
    expect(adopted).toMatchObject({ url: ours.url, pid: undefined });
    await adopted.close();
    expect(await answers(ours.url)).toBe(true);
  });

  test('is refused when it is MiniStack without our launcher', async () => {
    const port = await freePort();
    const env = { PATH: process.env['PATH'], GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1' };
    const plain = spawn(python, ['-m', 'ministack'], { env, stdio: 'ignore' });
    try {
      const url = `http://127.0.0.1:${port}`;
      await until(20_000, async () => (await answers(url)) || undefined);
      await expect(startEmulator({ running: url })).rejects.toThrow(/lost an event sent from one account/);
    } finally {
      plain.kill('SIGKILL');
    }
  });

  test('is refused when nobody answers', async () => {
    await expect(startEmulator({ running: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      name: 'EnvironmentInvalid',
      remedy: expect.stringContaining('emulator/main.ts'),
    });
  });
});

describe('the launcher', () => {
  const launch = (PYTHONPATH: string): string => {
    try {
      execFileSync(python, ['-B', LAUNCHER], { env: { PYTHONPATH, PATH: process.env['PATH'] }, stdio: 'pipe' });
      return 'started';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
  };

  test('refuses another version of MiniStack', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onramp-fake-'));
    mkdirSync(join(directory, 'ministack-9.9.9.dist-info'));
    writeFileSync(
      join(directory, 'ministack-9.9.9.dist-info/METADATA'),
      'Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n',
    );
    expect(launch(directory)).toContain(
      "ministack 9.9.9 is installed, but the launcher's changes were written for 1.5.33",
    );
    rmSync(directory, { recursive: true });
  });

  test('refuses a MiniStack whose functions changed under the same version', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onramp-fake-'));
    mkdirSync(join(directory, 'ministack/services'), { recursive: true });
    mkdirSync(join(directory, 'ministack-1.5.33.dist-info'));
    writeFileSync(
      join(directory, 'ministack-1.5.33.dist-info/METADATA'),
      'Metadata-Version: 2.1\nName: ministack\nVersion: 1.5.33\n',
    );
    writeFileSync(join(directory, 'ministack/__init__.py'), '');
    writeFileSync(join(directory, 'ministack/services/__init__.py'), '');
    writeFileSync(join(directory, 'ministack/services/eventbridge.py'), 'def _put_events(data, somebody_new): pass\n');
    expect(launch(directory)).toContain("_put_events takes ['data', 'somebody_new']");
    rmSync(directory, { recursive: true });
  });
});

describe('without a usable Python', () => {
  test('says what to install', async () => {
    const path = process.env['PATH'];
    const directory = mkdtempSync(join(tmpdir(), 'onramp-nopython-'));
    process.env['PATH'] = directory;
    try {
      await expect(preparePython(directory, () => {})).rejects.toMatchObject({
        name: 'EnvironmentInvalid',
        message: 'the local cloud needs Python 3.10 or newer, found none',
        remedy: expect.stringContaining('apt-get install python3 python3-venv'),
      });
    } finally {
      process.env['PATH'] = path;
      rmSync(directory, { recursive: true });
    }
    expect(existsSync(directory)).toBe(false);
  });
});
