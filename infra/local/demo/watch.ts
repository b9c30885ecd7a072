/** Live progress: executions as they start, the stages they enter, and the writes that AWS sees from us. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Theatre } from '../scenes/theatre.ts';

const EVERY_MS = 250;

/** @returns a function that ends the watching. */
export function watch(theatre: Theatre, say: (text: string) => void): () => void {
  let watching = true;
  const seen = new Map<string, number>();
  void (async () => {
    let mark = await theatre.mark();
    for (const execution of await theatre.executions()) seen.set(execution.arn, Number.POSITIVE_INFINITY);
    while (watching) {
      try {
        await tellSteps(theatre, seen, say);
        mark = await tellWrites(theatre, mark, say);
      } catch (error) {
        // Watching is a courtesy: when the cloud goes away first, there is nothing more to watch.
        if (watching) say(`(not watching any longer: ${error instanceof Error ? error.message : String(error)})`);
        watching = false;
      }
      await sleep(EVERY_MS);
    }
  })();
  return () => {
    watching = false;
  };
}

async function tellSteps(theatre: Theatre, seen: Map<string, number>, say: (text: string) => void): Promise<void> {
  for (const execution of await theatre.executions()) {
    const after = seen.get(execution.arn) ?? 0;
    if (after === Number.POSITIVE_INFINITY) continue;
    const label = `${execution.machine.replace('onramp-', '')} ${execution.name.slice(-6)}`;
    if (after === 0) say(`  event → rule → ${label} started`);
    const steps = await theatre.steps(execution, after);
    const entered = steps
      .filter((step) => step.type.endsWith('StateEntered') && !step.state.startsWith('WaitForBucket'))
      .map((step) => step.state);
    if (entered.length > 0) say(`  ${label}: ${entered.join(' → ')}`);
    const ended = execution.status !== 'RUNNING';
    if (ended) say(`  ${label}: ${execution.status}`);
    seen.set(execution.arn, ended ? Number.POSITIVE_INFINITY : after + steps.length);
  }
}

async function tellWrites(theatre: Theatre, mark: number, say: (text: string) => void): Promise<number> {
  const calls = await theatre.calls(mark);
  for (const call of calls) {
    if (call.kind !== 'write' || call.operation === 'AssumeRole') continue;
    say(
      `    ${call.account} ${call.service}:${call.operation}${call.error === undefined ? '' : ` refused: ${call.error}`}`,
    );
  }
  return calls.at(-1)?.sequence ?? mark;
}
