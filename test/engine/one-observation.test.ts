/** Law 14: a run that finds nothing due reads each fact once and makes three calls; one that writes reads little more. */

import { afterEach, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import type { JournalEntry } from '../../infra/local/lake/control-client.ts';
import { CUR, HR, SALES } from '../../infra/local/scenes/places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-revoke');
const one = demoPolicy('demo-share');

let cloud: InProcess;
afterEach(() => cloud.close());

interface Counted {
  readonly made: readonly JournalEntry[];
  readonly functions: number;
  /** What was asked twice: the same command with the same arguments, as the same role. */
  readonly twice: readonly string[];
}

async function counted(scope: Scope): Promise<Counted> {
  let functions = 0;
  const asked: string[] = [];
  cloud.watch(async (command, role, input) => {
    asked.push(`${role} ${command} ${JSON.stringify(input)}`);
  });
  const made = await calls(cloud, async () => {
    functions = (await cloud.run(scope)).calls.length;
  });
  return { made, functions, twice: asked.filter((text, i) => asked.indexOf(text) !== i) };
}

describe('a run that finds nothing due', () => {
  test('publish: each fact once, at most fifteen and the pages, in three calls', async () => {
    cloud = await scenario(policy, [crawled, published]);
    for (const table of [CUR, SALES, HR]) {
      const { made, functions, twice } = await counted(scopeOf(table));
      expect(made.filter(({ kind }) => kind === 'write')).toEqual([]);
      expect(twice).toEqual([]);
      expect(made.length).toBeLessThanOrEqual(15 + 3);
      expect(functions).toBe(3);
    }
  });

  test('onboard: whatever the number of products, in three calls', async () => {
    const sizes: number[] = [];
    for (const each of [one, policy]) {
      cloud = await scenario(each, [crawled, published]);
      await cloud.run(CONSUMER);
      const { made, functions, twice } = await counted(CONSUMER);
      expect(twice).toEqual([]);
      expect(functions).toBe(3);
      sizes.push(made.length);
      await cloud.close();
    }
    cloud = await scenario(one);
    // 16 and the pages, and what is told of each of two roles; a product more is its link and the grants on it.
    expect(sizes[0]).toBeLessThanOrEqual(16 + 6 + 2);
    expect(sizes[1]).toBeLessThanOrEqual((sizes[0] ?? 0) + 2 * 4);
  });
});

test.each([
  // The consumer's own catalog policy is one of them: a Deny in it refuses its job roles.
  // RAM may begin each listing with an empty page, and AWS's guides say so: the lake does.
  ['yes', 80],
  ['no', 69],
])('the first publish and onboard of one table, 163 calls once (empty pages of RAM: %s)', async (pages, atMost) => {
  cloud = await scenario(one, [crawled], { switches: { 'ram-empty-pages': pages } });
  const made = await calls(cloud, () => cloud.settle(scopeOf(CUR)));
  expect(made.filter(({ kind }) => kind === 'write')).toHaveLength(10);
  expect(made.length).toBeLessThanOrEqual(atMost);
});
