/** Where tests begin: a world in which some things have happened. Each is made once; whoever asks gets a copy. */

import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { makeSalesLake } from '../../infra/local/scenes/sales-world.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { type InProcess, type InProcessOptions, inProcess, type Saved } from './in-process.ts';
import { publishAll } from './scopes.ts';

/** Something that happens before the test. It goes by the world and its policy alone, so that once is enough. */
export type Step = (cloud: InProcess, policy: Policy) => Promise<unknown>;

/** The producer's crawler ran: the table of `cur` is there. */
export const crawled: Step = ({ stage }) => runCrawler(stage);

/** The article's data lake, still without tables. */
export const salesLake: Step = ({ stage }) => makeSalesLake(stage);

/** Every product was published, and what that woke has run. */
export const published: Step = publishAll;

/** As `published`, under another policy than the world was made for. */
export const publishedUnder = stepFor((policy: Policy) => (cloud) => publishAll(cloud, policy));

/** A scope was reconciled to the end, with whatever that woke. */
export const settled = stepFor((scope: Scope) => (cloud) => cloud.settle(scope));

/** Steps told apart by an argument, which is plain data: the same argument gives the same step. */
export function stepFor<T>(make: (given: T) => Step): (given: T) => Step {
  const made = new Map<string, Step>();
  return (given) => {
    const key = JSON.stringify(given);
    const step = made.get(key) ?? make(given);
    made.set(key, step);
    return step;
  };
}

/** A world as it is so far, and those that go on from there. */
interface Beginning {
  readonly saved: Saved;
  readonly next: Map<Step, Beginning>;
}

/** By policy and options. */
const beginnings = new Map<string, Beginning>();

/** A copy of the demo's world under a policy, after these steps. */
export async function scenario(
  policy: Policy,
  steps: readonly Step[] = [],
  options: InProcessOptions = {},
): Promise<InProcess> {
  const key = JSON.stringify([policy, options]);
  let at = beginnings.get(key) ?? (await kept(await inProcess(policy, options)));
  beginnings.set(key, at);
  for (const step of steps) {
    const next: Beginning = at.next.get(step) ?? (await after(step, at.saved, policy, options));
    at.next.set(step, next);
    at = next;
  }
  return inProcess(policy, { ...options, from: at.saved });
}

async function after(step: Step, from: Saved, policy: Policy, options: InProcessOptions): Promise<Beginning> {
  const cloud = await inProcess(policy, { ...options, from });
  await step(cloud, policy);
  return kept(cloud);
}

async function kept(cloud: InProcess): Promise<Beginning> {
  const saved = cloud.save();
  await cloud.close();
  return { saved, next: new Map() };
}
