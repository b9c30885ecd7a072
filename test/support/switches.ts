/** A story under each fact that only a real account can confirm, read the other way. */

import { beforeAll, expect, test } from 'vitest';
import { SWITCHES } from '../../infra/local/lake/switches.ts';
import type { InProcess } from './in-process.ts';

export type Switches = Readonly<Record<string, string>>;

const FLIPS = SWITCHES.flatMap(({ name, alternatives }) => alternatives.map((value) => ({ name, value })));

export const ALL_FLIPPED: Switches = Object.fromEntries(FLIPS.map(({ name, value }) => [name, value]));

/** Names of the switches that the lake looked at: whichever way the others were, nothing would have gone differently. */
export async function asked({ stage }: InProcess): Promise<ReadonlySet<string>> {
  const switches = await stage.control.switches();
  return new Set(switches.filter((each) => each.asked).map(({ name }) => name));
}

/**
 * A test per flip. The story is played with all switches as they are, and again for each that was looked at meanwhile;
 * it holds its own expectations, and answers with `asked`. For the other flips the first time is the proof.
 */
export function underEverySwitch(title: string, story: (switches: Switches) => Promise<ReadonlySet<string>>): void {
  let relevant: ReadonlySet<string>;
  beforeAll(async () => {
    relevant = await story({});
  });
  test.each(FLIPS)(`${title}$name: $value`, async ({ name, value }) => {
    if (!relevant.has(name)) return;
    expect(await story({ [name]: value })).toContain(name);
  });
}
