/** Starts the local cloud, deploys, plays the scenes, and says what was seen. */

import { fileURLToPath } from 'node:url';
import type { DemoDocument } from '#contracts/documents.ts';
import { type LocalCloud, startLocalCloud } from '../cloud.ts';
import { type DeployEvent, deployAssembly } from '../deployer/deploy.ts';
import { ACCOUNTS, ANALYTICS, FINANCE, REGION } from '../scenes/places.ts';
import { type Play, type Scene, settled } from '../scenes/scene.ts';
import { openTheatre, type Theatre } from '../scenes/theatre.ts';
import { makeWorld } from '../scenes/world.ts';
import { synthesize } from './synthesize.ts';
import { watch } from './watch.ts';

export interface DemoOptions {
  readonly scenes: readonly Scene[];
  readonly say: (text: string) => void;
}

/** Wait states and retries take this part of their time; everything else runs at full length. */
const WAIT_SCALE = 0.05;

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/policies/${name}.yaml`, import.meta.url));
/** The versions of the demo's policy, in the order in which they come into force. */
const POLICIES = ['demo-share', 'demo', 'demo-revoke'] as const;

/** The caller closes the cloud. */
export async function playDemo(options: DemoOptions): Promise<{ document: DemoDocument; cloud: LocalCloud }> {
  const { say } = options;
  const first = synthesize(fixture(POLICIES[0]), POLICIES[0]);
  // Awaited below; meanwhile its failure must not end the process before the cloud is closed.
  first.catch(() => undefined);
  const cloud = await startLocalCloud({ accounts: ACCOUNTS, waitScale: WAIT_SCALE, onProgress: say });
  try {
    say('synthesizing the stacks (cdk synth)');
    const assembly = await first;
    const later = new Map(POLICIES.slice(1).map((name) => [name, inTurn(() => synthesize(fixture(name), name))]));
    const theatre = await setUp(cloud, assembly, say);
    const play: Play = {
      theatre,
      say,
      deployPolicy: async (name) =>
        void (await deploy(cloud, await (later.get(name as (typeof POLICIES)[number]) ?? first), say, ['onramp-hub'])),
    };
    const stop = watch(theatre, say);
    const scenes: DemoDocument['scenes'] = [];
    try {
      for (const scene of options.scenes) {
        say(`scene ${scene.name}: ${scene.title}`);
        scenes.push(await scene.run(play));
      }
    } finally {
      stop();
      await Promise.allSettled(later.values());
    }
    return { cloud, document: { schema: 'onramp.demo/1', ok: scenes.every((scene) => scene.ok), scenes } };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

let last: Promise<unknown> = Promise.resolve();
/** One synthesis at a time: two cores, and the scenes want one of them. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work);
  last = next.catch(() => undefined);
  next.catch(() => undefined);
  return next;
}

/**
 * In the order of the README: the hub first. Its policy starts a publish at once, which can't enter the accounts yet
 * and says so, once. Then the member accounts get their roles, and from then on events arrive.
 */
async function setUp(cloud: LocalCloud, assembly: string, say: (text: string) => void): Promise<Theatre> {
  await makeWorld({ url: cloud.url, control: cloud.control });
  say('deploying the hub into 333333333333');
  await deploy(cloud, assembly, say, ['onramp-hub']);
  const theatre = await openTheatre(cloud);
  await settled(theatre, new Set());
  say('deploying roles and event forwarding into 111111111111 and 222222222222');
  const members = [FINANCE, ANALYTICS].flatMap((account) => [
    `onramp-member-${account}`,
    `onramp-events-${account}-${REGION}`,
  ]);
  await deploy(cloud, assembly, say, members);
  return theatre;
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
      say(`  left out of ${event.stack}: ${event.resources.map((r) => r.type.replace('AWS::', '')).join(', ')}`);
  };
  await deployAssembly({ assemblyDir, endpoint: cloud.url, onEvent, stacks });
}
