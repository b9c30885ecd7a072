/** The lake as a process of its own (F-70). */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { clientsOf, PRODUCER } from './clients.ts';

const MAIN = fileURLToPath(new URL('../../../../infra/local/lake/lake.js', import.meta.url));

// A start takes half a second; a machine with other work on it gets ten.
const SLOW_MS = 10_000;

const running: ChildProcess[] = [];
const copies: string[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true });
});

function spawned<T extends ChildProcess>(child: T): T {
  running.push(child);
  return child;
}

/** The lake keeps what it compiled in a place of its own, unless somebody chose one. */
const { NODE_COMPILE_CACHE: _, ...env } = process.env;

const start = (...args: string[]) =>
  spawned(spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env }));

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map(({ name }) => name)
    : [];

/** The first line on stdout, or what the process said when it ended without one. */
async function address(child: ReturnType<typeof start>) {
  const said = output(child).then(({ code, err }) => Promise.reject(new Error(`ended with ${code}: ${err}`)));
  const [first] = await Promise.race([once(child.stdout, 'data'), said]);
  said.catch(() => undefined);
  return String(first).split('\n')[0] ?? '';
}

async function output(child: ReturnType<typeof start>) {
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints its address first, serves, and ends cleanly on %s',
  async (signal) => {
    const child = start('--seed', '3');
    const [first] = await once(child.stdout, 'data');
    const url = String(first).split('\n')[0] ?? '';
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { Account } = await clientsOf(url, PRODUCER).sts.send(new GetCallerIdentityCommand({}));
    expect(Account).toBe(PRODUCER);
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  },
);

test('explains itself, lists its switches, refuses what it does not understand', async () => {
  expect(await output(start('--help'))).toMatchObject({ code: 0, out: expect.stringContaining('--ministack URL') });
  expect(await output(start('--switches'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('validation-error-name='),
  });
  expect(await output(start('--port', 'x'))).toEqual({
    code: 64,
    out: '',
    err: 'lake: --port must be a whole number, not x\n',
  });
  expect(await output(start('--switch', 'no-such=1'))).toMatchObject({
    code: 64,
    err: 'lake: no switch is called no-such\n',
  });
});

const ended = (script: string, args: readonly string[] = []) =>
  output(spawned(spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })));

/** A copy knows nothing of what was compiled here. */
function freshCopy(): string {
  const checkout = mkdtempSync(join(tmpdir(), 'lake-compile-'));
  copies.push(checkout);
  cpSync(dirname(MAIN), join(checkout, 'lake'), { recursive: true, filter: (path) => !path.endsWith('.local') });
  writeFileSync(join(checkout, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
  return join(checkout, 'lake');
}

test('compiles itself and ends: what `npm ci` runs', async () => {
  const lake = freshCopy();
  const compiled = () => filesIn(join(lake, '.local', 'compiled'));
  expect(await ended(join(lake, 'compile.js'))).toEqual({ code: 0, out: '', err: '' });
  const sources = filesIn(lake).filter((name) => name.endsWith('.ts'));
  // Types alone are never loaded; nearly everything else is.
  expect(compiled().length).toBeGreaterThan(sources.length * 0.8);
  const kept = compiled().length;
  expect(await ended(join(lake, 'lake.js'), ['--compile'])).toEqual({ code: 0, out: '', err: '' });
  expect(compiled()).toHaveLength(kept);
});

test('installs where the lake cannot run', async () => {
  const lake = freshCopy();
  writeFileSync(join(lake, 'main.ts'), 'throw new Error("too old a Node");');
  expect(await ended(join(lake, 'compile.js'))).toEqual({ code: 0, out: '', err: '' });
});

test(
  'a port in use is told',
  async () => {
    const first = start();
    const { port } = new URL(await address(first));
    expect(await output(start('--port', port))).toMatchObject({ code: 64, err: expect.stringContaining('EADDRINUSE') });
  },
  SLOW_MS,
);
