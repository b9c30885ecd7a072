/** At most so many writes a second per member account and Region: a token bucket that holds one second's worth. */

export interface Pace {
  /** Waits until a write may go out. */
  turn(place: string): Promise<void>;
  /** How the writes since the last word went: throttled, they go out half as fast; taken, a quarter faster again. */
  went(place: string, throttled: boolean): void;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
  readonly perSecond: number;
}

export function createPace(options: { perSecond: number; now(): number; sleep(ms: number): Promise<void> }): Pace {
  const buckets = new Map<string, Bucket>();
  const slowest = Math.min(1, options.perSecond);
  const bucketOf = (place: string, now: number): Bucket =>
    buckets.get(place) ?? { tokens: Math.max(1, options.perSecond), at: now, perSecond: options.perSecond };
  return {
    async turn(place) {
      const now = options.now();
      const { perSecond, ...bucket } = bucketOf(place, now);
      const most = Math.max(1, perSecond);
      const tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * perSecond) - 1;
      buckets.set(place, { tokens, at: now, perSecond });
      if (tokens < 0) await options.sleep(Math.ceil((-tokens / perSecond) * 1000));
    },
    went(place, throttled) {
      const bucket = bucketOf(place, options.now());
      const perSecond = throttled
        ? Math.max(slowest, bucket.perSecond / 2)
        : Math.min(options.perSecond, bucket.perSecond * 1.25);
      buckets.set(place, { ...bucket, perSecond });
    },
  };
}
