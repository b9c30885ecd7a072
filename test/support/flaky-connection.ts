/** The line between our functions and AWS, which a test can have go dead: as when a Lambda is killed mid-call. */

import { connectionCut, type DirectHandler } from '../../infra/local/lake/start.ts';

export interface FlakyConnection {
  /** For the clients whose line it is. */
  readonly requestHandler: DirectHandler;
  /** Requests that came through since the last `mend`. */
  readonly count: number;
  readonly dead: boolean;
  /** Dies at the nth request from now: `before` it reaches AWS, or `after` its effect, without an answer. */
  die(nth: number, when: 'before' | 'after'): void;
  /** In working order, counting anew. */
  mend(): void;
}

export function openFlakyConnection(target: DirectHandler): FlakyConnection {
  const state = { count: 0, nth: Number.POSITIVE_INFINITY, when: 'before' as 'before' | 'after' };
  const handle: DirectHandler['handle'] = async (request) => {
    state.count += 1;
    const isLast = state.count === state.nth;
    if (state.count > state.nth || (isLast && state.when === 'before')) throw connectionCut();
    const answer = await target.handle(request);
    if (isLast) throw connectionCut();
    return answer;
  };
  return {
    requestHandler: { ...target, handle },
    get count() {
      return state.count;
    },
    get dead() {
      return state.count >= state.nth;
    },
    die: (nth, when) => Object.assign(state, { count: 0, nth, when }),
    mend: () => Object.assign(state, { count: 0, nth: Number.POSITIVE_INFINITY }),
  };
}
