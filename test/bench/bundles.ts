/** Size of each function's bundle, and how long Node takes from its start to a loaded handler: what Lambda calls init. */

import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { readAssembly } from '../../infra/local/deployer/assembly.ts';
import { median } from './numbers.ts';

const STARTS = 20;

export interface Bundle {
  readonly name: string;
  readonly kilobytes: number;
  /** Median of 20 starts, milliseconds. */
  readonly initMs: number;
}

interface Code {
  readonly FunctionName?: string;
  readonly Code?: { readonly S3Key?: string };
}

export async function benchBundles(assembly: string): Promise<readonly Bundle[]> {
  const hub = readAssembly(assembly).find(({ name }) => name === 'onramp-hub');
  if (hub === undefined) throw new Error(`no hub in ${assembly}`);
  const bundles: Bundle[] = [];
  for (const { Type, Properties = {} } of Object.values(hub.template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { FunctionName: name = '', Code: code } = Properties as Code;
    const asset = hub.assets.find(({ key }) => key === code?.S3Key);
    const file = join(asset?.path ?? '', 'index.mjs');
    bundles.push({ name, kilobytes: statSync(file).size / 1024, initMs: await initialization(file) });
  }
  return bundles;
}

/** The process tells the time since it began, so that Node's own start is in it. */
const PROGRAM =
  "const { handler } = await import(process.argv[1]); if (typeof handler !== 'function') throw new Error('no handler');" +
  'console.log(performance.now())';

async function initialization(file: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const args = ['--input-type=module', '--eval', PROGRAM, pathToFileURL(file).href];
    // As empty as Lambda's: nothing of this shell's NODE_OPTIONS or AWS variables.
    const env = { AWS_REGION: 'ap-northeast-1' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    times.push(Number(stdout));
  }
  return median(times);
}
