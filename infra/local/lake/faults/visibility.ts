/** Eventual consistency on demand: how many reads or milliseconds it takes until a write shows. */

interface Delay {
  /** The first `reads` reads don't see the write. */
  readonly reads?: number;
  /** Reads within `ms` of the write don't see it. */
  readonly ms?: number;
}

export interface Visibility {
  /** Sets the delay of writes of this kind from now on; `{}` ends it. */
  delay(service: string, kind: string, delay: Delay): void;
  /** To be called at a write; the answer is asked at every read whether the write shows yet. */
  wrote(service: string, kind: string): () => boolean;
}

export interface VisibilityControl extends Visibility {
  /** Whether any write was, or will be, delayed. */
  isSet(): boolean;
}

const always = (): boolean => true;

/** Everything shows at once, until a delay is set. */
export function createVisibility(now: () => number): VisibilityControl {
  const delays = new Map<string, Delay>();
  let hasDelayed = false;
  return {
    delay(service, kind, delay) {
      if (delay.reads === undefined && delay.ms === undefined) delays.delete(`${service}/${kind}`);
      else delays.set(`${service}/${kind}`, delay);
    },
    wrote(service, kind) {
      const delay = delays.get(`${service}/${kind}`);
      if (delay === undefined) return always;
      hasDelayed = true;
      const from = now() + (delay.ms ?? 0);
      let blind = delay.reads ?? 0;
      return () => {
        if (now() < from) return false;
        if (blind <= 0) return true;
        blind -= 1;
        return false;
      };
    },
    isSet: () => hasDelayed || delays.size > 0,
  };
}
