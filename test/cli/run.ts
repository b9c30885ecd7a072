/** Runs the real command in a process of its own, as a person's shell would. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../functions/cli/main.ts', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to an environment that has no credentials and no colours. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with the process once it has written to stderr. */
  readonly onNote?: (child: ReturnType<typeof spawn>) => void;
}

export function onramp(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    ...options.env,
  };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd ?? PROJECT, env });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdin.end();
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
      options.onNote?.(child);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
