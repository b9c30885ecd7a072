/** Reading without stumbling: what AWS would not tell becomes "unknown", what is our own fault is thrown. */

import { toTrouble } from '#aws/errors.ts';
import { isLakeError } from '#contracts/errors.ts';
import { known, type Observed, unknown } from '#core/lake.ts';

export async function observed<T>(read: () => Promise<T>): Promise<Observed<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (!isLakeError(error)) throw error;
    return unknown(toTrouble(error));
  }
}

/** Asks once per walk, however many hops want the answer. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= read();
    return answer;
  };
}

/** The same, one answer per key. */
export function oncePer<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = read(key);
    answers.set(key, answer);
    return answer;
  };
}
