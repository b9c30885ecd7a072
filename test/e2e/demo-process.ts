/** `npm run demo` in a process of its own, as a person starts it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from '../../infra/local/until.ts';

const MAIN = fileURLToPath(new URL('../../infra/local/demo/main.ts', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const SAYS_WITHIN_MS = 280_000;

export interface DemoProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with what stood in the pattern's group, once standard error has it; fails when the process ends first. */
  says(pattern: RegExp): Promise<string>;
  /** Ends it as Ctrl-C would; its exit code. */
  interrupt(): Promise<number | null>;
  ended: Promise<number | null>;
}

export function startDemo(args: readonly string[]): DemoProcess {
  const env = { ...process.env, ONRAMP_EMULATOR_URL: '' };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: PROJECT, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async says(pattern) {
      const found = await until(SAYS_WITHIN_MS, async () => {
        const match = pattern.exec(stderr);
        if (match === null && child.exitCode !== null) throw new Error(`the demo ended early:\n${stderr.slice(-2000)}`);
        return match === null ? undefined : (match[1] ?? match[0]);
      });
      if (found === undefined) throw new Error(`the demo never said ${pattern}:\n${stderr.slice(-2000)}`);
      return found;
    },
    interrupt() {
      child.kill('SIGINT');
      return ended;
    },
    ended,
  };
}

/** The variables printed under a heading. */
export function variablesUnder(heading: string, text: string): Readonly<Record<string, string>> {
  const [, block = ''] = text.split(heading);
  const lines = block.split('\n\n')[0]?.matchAll(/^export (\w+)=(.*)$/gm) ?? [];
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** Whether anybody listens there. */
export function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
