/** Puts what `cdk synth` wrote into the accounts of the local cloud, as `cdk deploy` would. */

import type { LocalTarget } from '../clients.ts';
import { readAssembly, type StackToDeploy } from './assembly.ts';
import { bootstrap, publishAssets, templateSource } from './assets.ts';
import { makeByApi } from './by-api.ts';
import { type LeftOut, ownOutputs, splitTemplate, withOutputs } from './split.ts';
import { putStack } from './stack.ts';
import { verifyStack } from './verify.ts';

export interface DeployOptions {
  /** Where `cdk synth` wrote: the directory with `manifest.json`. */
  readonly assemblyDir: string;
  /** The lake's URL, or MiniStack's own. */
  readonly endpoint: string;
  /** Only these, by stack name; all when absent. */
  readonly stacks?: readonly string[];
  /** Values of template parameters, by stack name. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly onEvent?: (event: DeployEvent) => void;
}

export type DeployEvent =
  | { readonly kind: 'started'; readonly stack: string; readonly account: string; readonly region: string }
  | { readonly kind: 'left-out'; readonly stack: string; readonly resources: readonly LeftOut[] }
  | { readonly kind: 'deployed'; readonly stack: string; readonly verified: number; readonly ms: number };

interface DeployedStack {
  readonly account: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Logical id → physical id of what CloudFormation made. */
  readonly resources: Readonly<Record<string, string>>;
  readonly leftOut: readonly LeftOut[];
}

/** By stack name. */
export type Deployment = Readonly<Record<string, DeployedStack>>;

export async function deployAssembly(options: DeployOptions): Promise<Deployment> {
  const stacks = readAssembly(options.assemblyDir).filter(({ name }) => options.stacks?.includes(name) ?? true);
  // Refused before anything is made: a type nobody knows in the last stack must not leave the first ones behind.
  const split = stacks.map((stack) => ({ stack, ...splitTemplate(stack.name, stack.template) }));
  const deployed: Record<string, DeployedStack> = {};
  for (const part of split) deployed[part.stack.name] = await deployStack(part, options);
  return deployed;
}

type Part = { readonly stack: StackToDeploy } & ReturnType<typeof splitTemplate>;

async function deployStack(part: Part, options: DeployOptions): Promise<DeployedStack> {
  const { stack, sent, byApi, leftOut } = part;
  const { name, account, region } = stack;
  const target: LocalTarget = { endpoint: options.endpoint, account, region };
  const tell = options.onEvent ?? (() => {});
  const started = performance.now();
  tell({ kind: 'started', stack: name, account, region });
  await bootstrap(target);
  await publishAssets(target, stack.assets);
  const parameters = { ...stack.parameters, ...options.parameters?.[name] };
  const template = await templateSource(target, name, sent, stack.assets[0]?.bucket);
  const put = await putStack(target, { name, template, parameters });
  for (const resource of byApi) await makeByApi(target, resource.type, withOutputs(resource.properties, put.outputs));
  const verified = await verifyStack(target, put.resources, (id) => sent.Resources[id]?.Properties ?? {});
  if (leftOut.length > 0) tell({ kind: 'left-out', stack: name, resources: leftOut });
  tell({
    kind: 'deployed',
    stack: name,
    verified: verified + byApi.length,
    ms: Math.round(performance.now() - started),
  });
  return {
    account,
    region,
    outputs: ownOutputs(put.outputs),
    resources: Object.fromEntries(put.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    leftOut,
  };
}
