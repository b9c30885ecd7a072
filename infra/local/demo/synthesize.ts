/** `cdk synth`, as the project's own app does it: the real templates and the real bundles. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const ASSEMBLIES = fileURLToPath(new URL('./assemblies.ts', import.meta.url));

export interface Assemblies {
  /** The assembly's directory, by the policy's name. Throws with the app's own words when it refuses. */
  of(name: string): Promise<string>;
  /** Whether or not it is done; the directory goes, too. */
  end(): void;
}

/** Begins at once, in a process and a directory of its own; neither outlives this process. */
export function synthesize(policies: readonly string[]): Assemblies {
  const directory = mkdtempSync(join(tmpdir(), 'onramp-assemblies-'));
  const child = spawn(process.execPath, [ASSEMBLIES, directory, ...policies], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // With the bundlers it starts in one group, so that all of it can be ended.
    detached: true,
  });
  const end = (): void => {
    process.off('exit', end);
    endGroup(child);
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', end);
  const done = finished(child);
  // Awaited by whoever asks; until then its failure must not end the process before the cloud is closed.
  done.catch(() => undefined);
  return {
    async of(name) {
      await done;
      return join(directory, name);
    },
    end,
  };
}

async function finished(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  child.stdout?.on('data', (chunk) => said.push(String(chunk)));
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`cdk synth failed:\n${said.join('').slice(-4000)}`);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Between the look and the signal it may have ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
