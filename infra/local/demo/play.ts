/** Starts the local cloud, deploys, plays the scenes, and says what was seen. */

import { fileURLToPath } from 'node:url';
import type { DemoDocument } from '#contracts/documents.ts';
import { type LocalCloud, startLocalCloud } from '../cloud.ts';
import { readAssembly } from '../deployer/assembly.ts';
import { type DeployEvent, deployAssembly } from '../deployer/deploy.ts';
import { encryptCatalog } from '../scenes/catalog-key.ts';
import { ACCOUNTS } from '../scenes/places.ts';
import { type Play, type Scene, type SceneResult, settled } from '../scenes/scene.ts';
import { openSceneCloud, type SceneCloud } from '../scenes/scene-cloud.ts';
import { makeWorld } from '../scenes/world.ts';
import { type Assemblies, synthesize } from './synthesize.ts';
import { watch } from './watch.ts';

export interface DemoOptions {
  readonly scenes: readonly Scene[];
  readonly say: (text: string) => void;
}

export interface Demo {
  readonly document: DemoDocument & { readonly scenes: SceneResult[] };
  readonly cloud: LocalCloud;
  /** The policy file in force at the end. */
  readonly policy: string;
}

/** Wait states and retries take this part of their time; everything else runs at full length. */
export const WAIT_SCALE = 0.2;

/** The version of the policy that the hub is deployed with. */
const FIRST = 'demo-share';

export const policyFile = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/policies/${name}.yaml`, import.meta.url));

/** The caller closes the cloud. */
export async function playDemo(options: DemoOptions): Promise<Demo> {
  const assemblies = synthesize([FIRST, ...options.scenes.flatMap((scene) => scene.policies)].map(policyFile));
  try {
    const cloud = await startLocalCloud({ accounts: ACCOUNTS, waitScale: WAIT_SCALE, onProgress: options.say });
    try {
      return { cloud, ...(await playOn(cloud, assemblies, options)) };
    } catch (error) {
      await cloud.close();
      throw error;
    }
  } finally {
    await assemblies.end();
  }
}

async function playOn(
  cloud: LocalCloud,
  assemblies: Assemblies,
  { scenes, say }: DemoOptions,
): Promise<Omit<Demo, 'cloud'>> {
  const stage = { url: cloud.url, control: cloud.control };
  await makeWorld(stage);
  await encryptCatalog(stage);
  say('synthesizing the stacks with every policy the scenes need (cdk synth)');
  const sceneCloud = await setUp(cloud, await assemblies.of(FIRST), say);
  let policy: string = FIRST;
  const inPlace = memberStacks(await assemblies.of(FIRST));
  const deployPolicy = async (name: string): Promise<void> => {
    const assembly = await assemblies.of(name);
    const changed = [...memberStacks(assembly)].filter(([stack, template]) => inPlace.get(stack) !== template);
    const { roles, events } = rolesAndEvents(changed.map(([stack]) => stack));
    // As a person does it: roles first, or the hub could not enter; what forwards to the hub's bus last.
    for (const names of [roles, ['onramp-hub'], events]) await deploy(cloud, assembly, say, names);
    for (const [stack, template] of changed) inPlace.set(stack, template);
    policy = name;
  };
  const results = await playScenes(scenes, { sceneCloud, say, deployPolicy });
  const document = { schema: 'onramp.demo/1' as const, ok: results.every((scene) => scene.ok), scenes: results };
  return { document, policy: policyFile(policy) };
}

async function playScenes(scenes: readonly Scene[], play: Play): Promise<SceneResult[]> {
  const results: SceneResult[] = [];
  if (scenes[0]?.prepare !== undefined) {
    play.say('bringing about what the scene before it leaves');
    await scenes[0].prepare({ ...play, say: () => {} });
  }
  const stop = await watch(play.sceneCloud, play.say);
  try {
    for (const scene of scenes) {
      play.say(`scene ${scene.name}: ${scene.title}`);
      results.push(await scene.run(play));
    }
  } finally {
    await stop();
  }
  return results;
}

/**
 * In the order of the README: the hub first. Its policy starts a publish at once, which can't enter the accounts yet
 * and says so, once. Then the member accounts get their roles, and from then on events arrive.
 */
export async function setUp(cloud: LocalCloud, assembly: string, say: (text: string) => void): Promise<SceneCloud> {
  say('deploying the hub into 333333333333');
  await deploy(cloud, assembly, say, ['onramp-hub']);
  const sceneCloud = await openSceneCloud(cloud);
  await settled(sceneCloud, new Set());
  say('deploying roles and event forwarding into 111111111111 and 222222222222');
  const { roles, events } = rolesAndEvents([...memberStacks(assembly).keys()]);
  for (const names of [roles, events]) await deploy(cloud, assembly, say, names);
  return sceneCloud;
}

/** Templates of the stacks that go into member accounts, by name. */
function memberStacks(assembly: string): Map<string, string> {
  const stacks = readAssembly(assembly).filter(({ name }) => name !== 'onramp-hub');
  return new Map(stacks.map(({ name, template }) => [name, JSON.stringify(template)]));
}

/** The stacks of our member roles among them, and those that forward events. */
function rolesAndEvents(stacks: readonly string[]) {
  const isRoles = (stack: string): boolean => stack.startsWith('onramp-member-');
  return { roles: stacks.filter(isRoles), events: stacks.filter((stack) => !isRoles(stack)) };
}

async function deploy(
  cloud: LocalCloud,
  assemblyDir: string,
  say: (text: string) => void,
  stacks: readonly string[],
): Promise<void> {
  const onEvent = (event: DeployEvent) => {
    if (event.kind === 'deployed') say(`  deployed ${event.stack}: ${event.verified} resources there, ${event.ms} ms`);
    if (event.kind === 'left-out')
      say(`  left out of ${event.stack}, which MiniStack can't make: ${counted(event.resources.map((r) => r.type))}`);
  };
  await deployAssembly({ assemblyDir, endpoint: cloud.url, onEvent, stacks });
}

/** `CloudWatch::Alarm (11), CloudWatch::Dashboard` */
function counted(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, n]) => `${type.replace('AWS::', '')}${n > 1 ? ` (${n})` : ''}`).join(', ');
}
