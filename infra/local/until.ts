import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is an answer; undefined when the deadline passes without one. */
export async function until<T>(
  deadlineMs: number,
  ask: () => Promise<T | undefined>,
  everyMs = 25,
): Promise<T | undefined> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= deadline) return answer;
    await sleep(everyMs);
  }
}
