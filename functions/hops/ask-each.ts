/** The same question about several things, a few at a time: all at once is what gets an account throttled. */

import pMap from 'p-map';
import { known, type Observed } from '#core/observed.ts';

const CONCURRENCY = 8;

class Unknown extends Error {
  readonly observed: Observed<never>;

  constructor(observed: Observed<never>) {
    super('unknown');
    this.observed = observed;
  }
}

/** All answers in the order of the questions; the first that is unknown is the answer to all, and ends the asking. */
export async function askEach<Q, T>(
  questions: readonly Q[],
  ask: (question: Q) => Promise<Observed<T>>,
): Promise<Observed<readonly T[]>> {
  try {
    const answers = await pMap(
      questions,
      async (question) => {
        const answer = await ask(question);
        if (!answer.known) throw new Unknown(answer);
        return answer.value;
      },
      { concurrency: CONCURRENCY },
    );
    return known(answers);
  } catch (error) {
    if (error instanceof Unknown) return error.observed;
    throw error;
  }
}

/** Every answer for itself, known or not, in the order of the questions. */
export function askAll<Q, T>(
  questions: readonly Q[],
  ask: (question: Q) => Promise<Observed<T>>,
): Promise<readonly Observed<T>[]> {
  return pMap(questions, ask, { concurrency: CONCURRENCY });
}
