/** The lake without a socket: what SDK clients in the same process can take as their `requestHandler`. */

import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { control } from './control/routes.ts';
import type { Ask } from './control-client.ts';
import { type Arrived, answer } from './dispatch.ts';
import type { Lake } from './lake.ts';
import type { WireAnswer } from './protocol/answer.ts';

/** A request as the SDK's serializers and its signer leave it. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable;
}

export interface DirectHandler {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' };
  handle(request: SdkRequest): Promise<{ response: SdkResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** Requests are answered as on the wire, in turn with everything else that waits; only the bytes are not sent. */
export function createDirectHandler(lake: () => Lake): DirectHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request) {
      // A socket would give way here, too: else a chain of calls would keep timers and other callers waiting.
      await setImmediate();
      const arrived = arrivedFrom(request);
      const url = new URL(`http://lake${arrived.path}`);
      const given = await answer(lake(), arrived, url, () => bytesOf(request.body));
      if (given === 'cut') throw connectionCut();
      return { response: responseOf(given, arrived, url) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** The control endpoint, asked the same way. */
export function createDirectAsk(lake: () => Lake): Ask {
  return async (method, path, body = '') => {
    await setImmediate();
    const answer = await control(lake(), method, new URL(`http://lake/_lake/${path}`), body);
    return { ok: answer.status < 400, body: String(answer.body) };
  };
}

/** What Node's client and the SDK's handler over it make of a socket that closes before the answer. */
export function connectionCut(): Error {
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}

function arrivedFrom({ method, path, query = {}, headers }: SdkRequest): Arrived {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((one) =>
        one === null ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(one)}`,
      ),
  );
  return {
    method,
    path: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<string | Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function responseOf(given: WireAnswer, { method }: Arrived, url: URL): SdkResponse {
  const bytes = typeof given.body === 'string' ? Buffer.from(given.body) : given.body;
  const headers = { 'content-length': String(bytes.length), ...given.headers };
  const shown = method === 'HEAD' ? new Uint8Array() : bytes;
  // Only objects are handed to the caller as a stream.
  const isObject = method === 'GET' && url.searchParams.get('x-id') === 'GetObject';
  return { statusCode: given.status, headers, body: isObject ? Readable.from([shown]) : shown };
}
