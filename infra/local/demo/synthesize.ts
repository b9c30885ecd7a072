/** `cdk synth`, as the project's own app does it: the real templates and the real bundles. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProcessGroup, startGroup } from '../emulator/process-group.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const ASSEMBLIES = fileURLToPath(new URL('./assemblies.ts', import.meta.url));

export interface Assemblies {
  /** The assembly's directory, by the policy's name. Throws with the app's own words when it refuses. */
  of(name: string): Promise<string>;
  /** Whether or not it is done; the directory goes, too. */
  end(): Promise<void>;
}

/** Begins at once, in a process and a directory of its own; neither outlives this process. */
export function synthesize(policies: readonly string[]): Assemblies {
  const directory = mkdtempSync(join(tmpdir(), 'onramp-assemblies-'));
  const log = join(directory, 'synth.log');
  const args = [ASSEMBLIES, directory, ...policies];
  const group = startGroup({ command: process.execPath, args, env: process.env, cwd: PROJECT, log });
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const done = finished(group, log);
  // Awaited by whoever asks; until then its failure must not end the process before the cloud is closed.
  done.catch(() => undefined);
  return {
    async of(name) {
      await done;
      return join(directory, name);
    },
    async end() {
      await group.stop();
      process.off('exit', remove);
      remove();
    },
  };
}

async function finished(group: ProcessGroup, log: string): Promise<void> {
  const how = await group.ended;
  const said = readFileSync(log, 'utf8');
  await group.stop();
  if (how !== 'exit code 0') throw new Error(`cdk synth failed (${how}):\n${said.slice(-4000)}`);
}
