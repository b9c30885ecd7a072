/** The line between our functions and AWS, which a test can have go dead: as when a Lambda is killed mid-call. */

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Line {
  readonly url: string;
  /** Requests that came through since the last `mend`. */
  readonly count: number;
  readonly dead: boolean;
  /** Dies at the nth request from now: `before` it reaches AWS, or `after` its effect, without an answer. */
  die(nth: number, when: 'before' | 'after'): void;
  /** In working order, counting anew. */
  mend(): void;
  close(): Promise<void>;
}

export async function openLine(target: string): Promise<Line> {
  const state = { count: 0, nth: Number.POSITIVE_INFINITY, when: 'before' as 'before' | 'after' };
  const server = createServer((incoming, outgoing) => {
    state.count += 1;
    const late = state.count > state.nth || (state.count === state.nth && state.when === 'before');
    if (late) {
      incoming.socket.destroy();
      return;
    }
    forward(target, incoming, state.count === state.nth ? null : outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return state.count;
    },
    get dead() {
      return state.count >= state.nth;
    },
    die: (nth, when) => Object.assign(state, { count: 0, nth, when }),
    mend: () => Object.assign(state, { count: 0, nth: Number.POSITIVE_INFINITY }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `outgoing` null: the caller never hears, and is cut off once AWS has answered. */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse | null): void {
  const { method, headers, url = '/' } = incoming;
  const onward = request(new URL(url, target), { method: method ?? 'GET', headers }, (answer) => {
    if (outgoing === null) {
      answer.resume().on('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
