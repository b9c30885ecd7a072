/** Several executions on one clock: who pauses lets the others go first; time passes only when all of them pause. */

export interface Turn {
  pause(seconds: number): Promise<void>;
  step<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(pass: (seconds: number) => Promise<void>) {
  let playing = 0;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
  };
  const turn: Turn = {
    async pause(seconds) {
      if (waiting.length + 1 < playing) return new Promise<void>((resolve) => waiting.push(resolve));
      await pass(seconds);
      wake();
    },
    async step(work) {
      try {
        return await work();
      } finally {
        wake();
      }
    },
  };
  return {
    async play<T>(execution: (turn: Turn) => Promise<T>): Promise<T> {
      playing += 1;
      try {
        return await execution(turn);
      } finally {
        playing -= 1;
        wake();
      }
    },
  };
}
