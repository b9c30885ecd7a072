/** At most so many calls a second per member account and Region: a token bucket. */

export interface RateLimit {
  /** Waits until a write may go out. */
  acquire(place: string): Promise<void>;
  /** How the writes since the last word went: throttled, they go out half as fast; taken, a quarter faster again. */
  adapt(place: string, throttled: boolean): void;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
  readonly perSecond: number;
}

export function createRateLimit(options: {
  perSecond: number;
  /** How many may go out at once after a quiet time; absent: one second's worth. */
  burst?: number;
  now(): number;
  sleep(ms: number): Promise<void>;
}): RateLimit {
  const buckets = new Map<string, Bucket>();
  const slowest = Math.min(1, options.perSecond);
  const full = (perSecond: number) => options.burst ?? Math.max(1, perSecond);
  /** As it is now, filled at the pace it had. */
  const bucketOf = (place: string): Bucket => {
    const now = options.now();
    const found = buckets.get(place);
    if (found === undefined) {
      return { tokens: full(options.perSecond), at: now, perSecond: options.perSecond };
    }
    const { tokens, at, perSecond } = found;
    return { tokens: Math.min(full(perSecond), tokens + ((now - at) / 1000) * perSecond), at: now, perSecond };
  };
  return {
    async acquire(place) {
      const bucket = bucketOf(place);
      const tokens = bucket.tokens - 1;
      buckets.set(place, { ...bucket, tokens });
      if (tokens < 0) await options.sleep(Math.ceil((-tokens / bucket.perSecond) * 1000));
    },
    adapt(place, throttled) {
      const bucket = bucketOf(place);
      const perSecond = throttled
        ? Math.max(slowest, bucket.perSecond / 2)
        : Math.min(options.perSecond, bucket.perSecond * 1.25);
      buckets.set(place, { ...bucket, perSecond });
    },
  };
}
