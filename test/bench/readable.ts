/** From a crawler's event to the job role's first complete reading, each time on a local cloud made anew. */

import { startLocalCloud } from '../../infra/local/cloud.ts';
import { setUp, WAIT_SCALE } from '../../infra/local/demo/play.ts';
import { ACCOUNTS, accountName } from '../../infra/local/scenes/places.ts';
import { executionArns, settled } from '../../infra/local/scenes/scene.ts';
import type { SceneCloud } from '../../infra/local/scenes/scene-cloud.ts';
import { crawlUntilReadable } from '../../infra/local/scenes/share.ts';
import { makeWorld, runCrawler } from '../../infra/local/scenes/world.ts';

export interface ReadableOptions {
  readonly assembly: string;
  /** Waits take this part of their time; the demo's when absent. */
  readonly waitScale?: number;
  /** Milliseconds to wait for the first reading, when it is more than the scene's. */
  readonly within?: number;
}

export interface ReadableRun {
  readonly ms: number;
  /** Writes of both halves, by account. */
  readonly writes: Readonly<Record<string, number>>;
  /** The same of the same event once more. */
  readonly repeated: Readonly<Record<string, number>>;
  readonly reads: number;
}

/** `repeat`: also the same event once more. */
export async function benchReadable(options: ReadableOptions, repeat = false): Promise<ReadableRun> {
  const cloud = await startLocalCloud({ accounts: ACCOUNTS, waitScale: options.waitScale ?? WAIT_SCALE });
  try {
    await makeWorld({ url: cloud.url, control: cloud.control });
    const sceneCloud = await setUp(cloud, options.assembly, () => {});
    const play = { sceneCloud, say: () => {}, deployPolicy: () => Promise.reject(new Error('one policy only')) };
    const known = await executionArns(sceneCloud);
    const mark = await sceneCloud.mark();
    const ms = await crawlUntilReadable(play, options.within);
    if (ms === null) throw new Error('the table never became readable');
    if (!repeat) return { ms, writes: {}, repeated: {}, reads: 0 };
    await settled(sceneCloud, known);
    const calls = await sceneCloud.calls(mark);
    const reads = calls.filter(({ kind }) => kind === 'read').length;
    return { ms, writes: await writesSince(sceneCloud, mark), repeated: await again(sceneCloud), reads };
  } finally {
    await cloud.close();
  }
}

async function again(sceneCloud: SceneCloud): Promise<ReadableRun['repeated']> {
  const known = await executionArns(sceneCloud);
  const mark = await sceneCloud.mark();
  await runCrawler(sceneCloud);
  await settled(sceneCloud, known);
  return writesSince(sceneCloud, mark);
}

async function writesSince(sceneCloud: SceneCloud, mark: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = { 'finance-lake': 0, analytics: 0 };
  for (const { kind, account } of await sceneCloud.calls(mark)) {
    if (kind === 'write') counts[accountName(account)] = (counts[accountName(account)] ?? 0) + 1;
  }
  return counts;
}
