/** `cdk synth` for one policy, as the project's own app does it: the real templates and the real bundles. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns the assembly's directory. Throws with the app's own words when it refuses. */
export async function synthesize(policy: string, name: string): Promise<string> {
  const out = `${ROOT}.local/assemblies/${name}`;
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ policy }) };
  const child = spawn(process.execPath, ['infra/app.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stdout.on('data', (chunk) => said.push(String(chunk)));
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`synthesizing ${policy} failed:\n${said.join('').slice(-4000)}`);
  return out;
}
