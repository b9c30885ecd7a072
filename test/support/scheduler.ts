/** Several executions on one clock: time passes only when all of them pause, and then no further than to the first. */

export interface Scheduler {
  pause(seconds: number): Promise<void>;
  /** Counts as one that has to pause before time passes. */
  play<T>(execution: () => Promise<T>): Promise<T>;
}

export function createScheduler(clock: { now(): number; sleep(ms: number): Promise<void> }): Scheduler {
  let playing = 0;
  let paused: { readonly due: number; readonly go: () => void }[] = [];
  const passIfAllPause = async (): Promise<void> => {
    if (paused.length === 0 || paused.length < playing) return;
    const first = Math.min(...paused.map(({ due }) => due));
    await clock.sleep(Math.max(0, first - clock.now()));
    const woken = paused.filter(({ due }) => due <= first);
    paused = paused.filter(({ due }) => due > first);
    for (const { go } of woken) go();
  };
  return {
    async pause(seconds) {
      const due = clock.now() + seconds * 1000;
      const over = new Promise<void>((go) => paused.push({ due, go }));
      await passIfAllPause();
      return over;
    },
    async play(execution) {
      playing += 1;
      try {
        return await execution();
      } finally {
        playing -= 1;
        await passIfAllPause();
      }
    },
  };
}
