/** The lake as a process of its own (F-70). */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { clientsOf, PRODUCER } from './clients.ts';

const MAIN = fileURLToPath(new URL('../../../../infra/local/lake/lake.js', import.meta.url));

// A start takes half a second; a machine with other work on it gets ten.
const SLOW_MS = 10_000;

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

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

test('compiles itself and ends: what `npm ci` runs', async () => {
  expect(await output(start('--compile'))).toEqual({ code: 0, out: '', err: '' });
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
