/** Live progress: why executions start, the stages they enter, and the writes that AWS sees from us, in order of time. */

import { setTimeout as sleep } from 'node:timers/promises';
import { accountName } from '../scenes/places.ts';
import type { Execution, SceneCloud } from '../scenes/scene-cloud.ts';
import { type OriginOf, openOrigins } from './origin.ts';

const EVERY_MS = 400;
/** As wide as what runs are called: `publish finance-lake #1` and a space. */
const WHO = 24;

interface Line {
  readonly at: number;
  /** Who speaks: an execution's label, or nobody. */
  readonly who: string;
  readonly text: string;
}

interface Followed {
  readonly label: string;
  seen: number;
  /** Since when it waits for its turn. */
  waitsSince: number | null;
  ended: boolean;
}

/** @returns a function that ends the watching. */
export async function watch(sceneCloud: SceneCloud, say: (text: string) => void): Promise<() => Promise<void>> {
  const watcher = new Watcher(sceneCloud, say, await openOrigins(sceneCloud));
  await watcher.begin();
  let watching = true;
  const loop = (async () => {
    while (watching) {
      await sleep(EVERY_MS);
      await watcher.look();
    }
  })();
  // Watching is a courtesy: when the cloud goes away first, there is nothing more to watch.
  const ended = loop.catch((error: unknown) => {
    if (watching) say(`(not watching any longer: ${error instanceof Error ? error.message : String(error)})`);
  });
  return async () => {
    watching = false;
    await ended;
  };
}

class Watcher {
  readonly #sceneCloud: SceneCloud;
  readonly #say: (text: string) => void;
  readonly #originOf: OriginOf;
  readonly #followed = new Map<string, Followed>();
  /** Labels by execution name. */
  readonly #labels = new Map<string, string>();
  readonly #runs = new Map<string, number>();
  #mark = 0;

  constructor(sceneCloud: SceneCloud, say: (text: string) => void, originOf: OriginOf) {
    this.#sceneCloud = sceneCloud;
    this.#say = say;
    this.#originOf = originOf;
  }

  /** What is there already is no news. */
  async begin(): Promise<void> {
    this.#mark = await this.#sceneCloud.mark();
    for (const execution of await this.#sceneCloud.executions()) {
      this.#followed.set(execution.arn, { label: '', seen: 0, waitsSince: null, ended: true });
    }
  }

  async look(): Promise<void> {
    const lines: Line[] = [];
    for (const execution of await this.#sceneCloud.executions()) lines.push(...(await this.#follow(execution)));
    lines.push(...(await this.#writes()));
    lines.sort((a, b) => a.at - b.at);
    for (const line of joined(lines)) this.#say(`  ${line.who.padEnd(line.who === '' ? 0 : WHO)}${line.text}`);
  }

  async #follow(execution: Execution): Promise<readonly Line[]> {
    const known = this.#followed.get(execution.arn);
    if (known?.ended) return [];
    const followed = known ?? (await this.#meet(execution));
    const lines: Line[] = [];
    const { label: who } = followed;
    if (known === undefined) {
      const origin = await this.#originOf(execution, this.#labels);
      lines.push({ at: execution.startedAt, who: '', text: `${origin} → ${who}` });
    }
    const steps = await this.#sceneCloud.steps(execution, followed.seen);
    followed.seen += steps.length;
    for (const { at, state } of steps) {
      const text = told(followed, state, at);
      if (text !== null) lines.push({ at, who, text });
    }
    if (execution.status !== 'RUNNING') {
      followed.ended = true;
      const at = steps.at(-1)?.at ?? Date.now();
      const seconds = ((at - execution.startedAt) / 1000).toFixed(1);
      lines.push({ at, who, text: execution.status === 'SUCCEEDED' ? `done in ${seconds} s` : execution.status });
    }
    return lines;
  }

  /** A scope and the how-manieth run on it: `publish cur_org #2`. */
  async #meet(execution: Execution): Promise<Followed> {
    const scope = await this.#sceneCloud.scope(execution);
    const name =
      scope.half === 'publish'
        ? `publish ${scope.database ?? accountName(scope.account)}`
        : `onboard ${accountName(scope.account)}`;
    const run = (this.#runs.get(name) ?? 0) + 1;
    this.#runs.set(name, run);
    const followed = { label: `${name} #${run}`, seen: 0, waitsSince: null, ended: false };
    this.#followed.set(execution.arn, followed);
    this.#labels.set(execution.name, followed.label);
    return followed;
  }

  async #writes(): Promise<readonly Line[]> {
    const calls = await this.#sceneCloud.calls(this.#mark);
    this.#mark = calls.at(-1)?.sequence ?? this.#mark;
    return calls
      .filter((call) => call.kind === 'write')
      .map((call) => ({
        at: Date.parse(call.time),
        who: '',
        text: `${' '.repeat(WHO)}${accountName(call.account)}: ${call.service}:${call.operation}${call.error === undefined ? '' : ` refused: ${call.error}`}`,
      }));
  }
}

/** States that say nothing by themselves: choices, and what leads into or out of a run. */
const SILENT = new Set(['', 'WaitForBucket', 'Begin', 'LeaseTaken', 'LeaseTakenAgain', 'Accepted', 'End', 'Done']);

/** A run in line asks again and again; that it waits, and for how long it did, is all there is to know. */
function told(followed: Followed, state: string, at: number): string | null {
  if (state === 'WaitForLease') {
    if (followed.waitsSince !== null) return null;
    followed.waitsSince = at;
    return 'waits: another run is on this scope';
  }
  if (SILENT.has(state)) return null;
  const { waitsSince } = followed;
  followed.waitsSince = null;
  return waitsSince === null ? state : `(its turn after ${((at - waitsSince) / 1000).toFixed(1)} s) ${state}`;
}

/** What one execution does with nothing in between goes on one line. */
function joined(lines: readonly Line[]): readonly Line[] {
  const result: Line[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    if (last === undefined || last.who === '' || last.who !== line.who) result.push(line);
    else result[result.length - 1] = { ...last, text: `${last.text} → ${line.text}` };
  }
  return result;
}
