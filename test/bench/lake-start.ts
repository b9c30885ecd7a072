/** How soon a lake answers after its process was started: the first time after `npm ci`, later, and never compiled. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../infra/local/lake', import.meta.url));
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
const CALLER = 'Action=GetCallerIdentity&Version=2011-06-15';
const SIGNATURE = 'AWS4-HMAC-SHA256 Credential=111111111111/20261122/eu-west-1/sts/aws4_request, SignedHeaders=host';

export interface StartTimes {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

/** Milliseconds from the start of the process to the first answer of a real operation. */
export interface LakeStart {
  /** The first start of a fresh checkout: `npm ci` has compiled it. */
  readonly cold: StartTimes;
  readonly warm: StartTimes;
  /** The first start where `npm ci` was told to run no scripts. */
  readonly uncompiled: StartTimes;
}

export async function benchLakeStart(runs = 7): Promise<LakeStart> {
  const cold: number[] = [];
  const warm: number[] = [];
  const uncompiled: number[] = [];
  for (let i = 0; i < runs; i++) {
    await inFreshCopy(async (lake) => void uncompiled.push(await start(lake)));
    await inFreshCopy(async (lake) => {
      spawnSync(process.execPath, [join(lake, 'compile.js')], { stdio: 'inherit' });
      cold.push(await start(lake));
      warm.push(await start(lake));
    });
  }
  return { cold: summary(cold), warm: summary(warm), uncompiled: summary(uncompiled) };
}

/** Node keeps what it compiled beside the lake: a copy knows nothing of it. */
async function inFreshCopy(use: (lake: string) => Promise<void>): Promise<void> {
  const checkout = mkdtempSync(join(tmpdir(), 'lake-start-'));
  try {
    const lake = join(checkout, 'lake');
    cpSync(folder, lake, { recursive: true, filter: (path) => !path.endsWith('.local') });
    writeFileSync(join(checkout, 'package.json'), '{ "type": "module" }');
    symlinkSync(packages, join(checkout, 'node_modules'));
    await use(lake);
  } finally {
    rmSync(checkout, { recursive: true, force: true });
  }
}

function summary(times: readonly number[]): StartTimes {
  const sorted = times.toSorted((one, other) => one - other);
  return { best: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
}

async function start(checkout: string): Promise<number> {
  const began = performance.now();
  const lake = spawn(process.execPath, [join(checkout, 'lake.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
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
