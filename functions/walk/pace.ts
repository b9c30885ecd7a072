/** At most so many writes a second per member account and Region: a token bucket that holds one second's worth. */

export interface Pace {
  /** Waits until a write may go out. */
  turn(place: string): Promise<void>;
}

export function createPace(options: { perSecond: number; now(): number; sleep(ms: number): Promise<void> }): Pace {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const most = Math.max(1, options.perSecond);
  return {
    async turn(place) {
      const now = options.now();
      const bucket = buckets.get(place) ?? { tokens: most, at: now };
      const tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * options.perSecond) - 1;
      buckets.set(place, { tokens, at: now });
      if (tokens < 0) await options.sleep(Math.ceil((-tokens / options.perSecond) * 1000));
    },
  };
}
