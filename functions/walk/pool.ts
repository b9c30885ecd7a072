/** Many questions to one service, a few at a time: all at once is what gets an account throttled. */

const AT_ONCE = 8;

/** Answers in the order of the questions; the first failure ends it. */
export async function inPool<T, R>(questions: readonly T[], ask: (question: T) => Promise<R>): Promise<readonly R[]> {
  const answers = new Map<number, R>();
  const open = questions.entries();
  // One iterator for all: each asker takes the next question nobody has taken.
  const asker = async () => {
    for (const [i, question] of open) answers.set(i, await ask(question));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, questions.length) }, asker));
  return [...answers.entries()].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}
