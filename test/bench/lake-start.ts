/** How soon a lake answers after its process was started: cold (nothing compiled yet) and warm (every later start). */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../infra/local/lake/main.ts', import.meta.url));
const CALLER = 'Action=GetCallerIdentity&Version=2011-06-15';
const SIGNATURE = 'AWS4-HMAC-SHA256 Credential=111111111111/20261122/eu-west-1/sts/aws4_request, SignedHeaders=host';

export interface LakeStart {
  /** Milliseconds to the first answer of a real operation; the best and the middle of the runs. */
  readonly cold: { readonly best: number; readonly median: number };
  readonly warm: { readonly best: number; readonly median: number };
}

export async function benchLakeStart(runs = 7): Promise<LakeStart> {
  const kept = mkdtempSync(join(tmpdir(), 'lake-start-'));
  try {
    const cold: number[] = [];
    for (let i = 0; i < runs; i++) {
      // Node keeps what it compiled below the temporary directory.
      const fresh = mkdtempSync(join(tmpdir(), 'lake-start-'));
      cold.push(await start(fresh));
      rmSync(fresh, { recursive: true, force: true });
    }
    await start(kept);
    const warm: number[] = [];
    for (let i = 0; i < runs; i++) warm.push(await start(kept));
    return { cold: summary(cold), warm: summary(warm) };
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
}

function summary(times: readonly number[]): { best: number; median: number } {
  const sorted = times.toSorted((one, other) => one - other);
  return { best: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

async function start(temporary: string): Promise<number> {
  const began = performance.now();
  const env = { ...process.env, TMPDIR: temporary };
  const lake = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: lake.stdout })) {
      await callerIdentity(line);
      break;
    }
    return performance.now() - began;
  } finally {
    // What was compiled is written at the end of a process, not when it is killed.
    lake.kill('SIGTERM');
    if (lake.exitCode === null) await once(lake, 'exit');
  }
}

function callerIdentity(url: string): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: SIGNATURE };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`the lake answered ${answer.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(CALLER);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await benchLakeStart(), null, 2)}\n`);
}
