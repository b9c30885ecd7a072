/** The scene `blueprint` under each fact that only a real account can confirm, read the other way. */

import { expect, test } from 'vitest';
import { expectReady, expectTagged, lookAround } from '../../infra/local/scenes/sales-story.ts';
import { CATALOG, failed, LAKE, openBlueprint } from '../support/blueprint.ts';
import { writes } from '../support/journal.ts';
import { ALL_FLIPPED, asked, type Switches, underEverySwitch } from '../support/switches.ts';
import { play, wokenByPolicy } from '../support/waking.ts';

async function scene(switches: Switches): Promise<ReadonlySet<string>> {
  const { cloud, policy, run, openIn } = await openBlueprint({ switches });
  try {
    // Both make the keys that they need, at once: one of them is told that a key is there.
    await Promise.all([cloud.run(CATALOG), cloud.run(LAKE)]);
    await play(cloud, policy, await wokenByPolicy(cloud, policy));
    expect(failed(expectReady(await lookAround(cloud.stage)))).toEqual([]);
    expect((await run()).troubles).toEqual([]);
    expect(failed(expectTagged(await lookAround(cloud.stage)))).toEqual([]);
    expect(await openIn(CATALOG, LAKE)).toEqual([]);
    expect(await writes(cloud, () => run())).toEqual([]);
    return await asked(cloud);
  } finally {
    await cloud.close();
  }
}

underEverySwitch('', scene);

test('every switch flipped at once', async () => {
  await scene(ALL_FLIPPED);
});
