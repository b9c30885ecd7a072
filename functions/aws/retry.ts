/** The one place in TypeScript where a call is repeated. Waits for business reasons are the state machines'. */

import { StandardRetryStrategy } from '@smithy/core/retry';

/** First attempt and three more: with exponential backoff about 7 s at most, well inside one stage's timeout. */
export const ATTEMPTS = 4;

type RefreshArguments = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>;

/** What computes the pause between attempts; the SDK's own when not given. */
function fixedBackoff(delayMs: number): { computeNextBackoffDelay(): number; setDelayBase(): void } {
  return { computeNextBackoffDelay: () => delayMs, setDelayBase: () => undefined };
}

/**
 * The SDK repeats throttling, 5xx and cut connections, but not ConcurrentModificationException: Lake Formation's
 * and Glue's models give it no retry trait, though waiting is its only cure. DynamoDB's ReplicatedWriteConflictException
 * has the trait, on a class that bundles are made without. Here both count as throttling.
 */
const PASSES = /^(ConcurrentModification|ReplicatedWriteConflict)Exception$/;

export class LakeRetryStrategy extends StandardRetryStrategy {
  constructor(delayMs?: number) {
    super(
      delayMs === undefined ? { maxAttempts: ATTEMPTS } : { maxAttempts: ATTEMPTS, backoff: fixedBackoff(delayMs) },
    );
  }

  override async refreshRetryTokenForRetry(
    token: RefreshArguments[0],
    info: RefreshArguments[1],
  ): ReturnType<StandardRetryStrategy['refreshRetryTokenForRetry']> {
    const name = info.error instanceof Error ? info.error.name : '';
    const errorType = PASSES.test(name) ? 'THROTTLING' : info.errorType;
    return super.refreshRetryTokenForRetry(token, { ...info, errorType });
  }
}
