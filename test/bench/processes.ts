/** What a command takes: wall time, and the memory of all its processes. Linux's /proc only. */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const SAMPLE_MS = 200;
const PAGE_BYTES = 4096;

export interface Taken {
  readonly seconds: number;
  /** Peak of the sum of resident sizes: pages that processes share are counted for each of them. */
  readonly residentMb: number;
  readonly code: number | null;
  readonly stdout: string;
}

/** `more`: what is added to the environment. */
export async function taken(
  command: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Taken> {
  const started = performance.now();
  const env = { ...process.env, ...more };
  const child = spawn(command, args, { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  let seconds: number | null = null;
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', (code) => {
      seconds = (performance.now() - started) / 1000;
      resolve(code);
    }),
  );
  let peak = 0;
  while (seconds === null) {
    peak = Math.max(peak, residentBytes(child.pid ?? 0));
    await Promise.race([ended, sleep(SAMPLE_MS)]);
  }
  return { seconds, residentMb: peak / 1024 ** 2, code: await ended, stdout };
}

/** Of a process and all it has started. */
function residentBytes(root: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = new Map(processes.map((id) => [Number(id), stat(id)] as const));
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [id, process] of found) if (process !== null && family.has(process.parent)) family.add(id);
  }
  return [...family].reduce((sum, id) => sum + (found.get(id)?.resident ?? 0), 0);
}

function stat(id: string): { parent: number; resident: number } | null {
  try {
    const [, after = ''] = readFileSync(`/proc/${id}/stat`, 'utf8').split(/\) (?!.*\) )/);
    const fields = after.split(' ');
    return { parent: Number(fields[1]), resident: Number(fields[21]) * PAGE_BYTES };
  } catch {
    return null; // it ended between the two looks
  }
}
