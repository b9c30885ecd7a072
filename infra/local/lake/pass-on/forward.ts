/** A request on its way to MiniStack in an account's name, and the answer back, unread. */

import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { WireAnswer } from '../protocol/answer.ts';

export interface Onward {
  readonly ministack: string;
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Readable;
  /** MiniStack takes a 12-digit access key id for the account and looks at no signature. */
  readonly account: string | undefined;
}

/** The session token would make MiniStack look for a session of its own; framing headers are made anew. */
function onwardHeaders({ headers, account, body }: Onward, host: string): Record<string, string | string[]> {
  const { host: _host, 'x-amz-security-token': _token, connection: _connection, authorization, ...rest } = headers;
  const out: Record<string, string | string[]> = { host };
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) out[name] = value;
  if (authorization !== undefined) {
    const renamed =
      account === undefined ? authorization : authorization.replace(/Credential=[^/]+\//, `Credential=${account}/`);
    out['authorization'] = renamed;
  }
  if (Buffer.isBuffer(body) && out['transfer-encoding'] === undefined) out['content-length'] = String(body.length);
  return out;
}

/** MiniStack's answer with its body still to be read. Throws when MiniStack does not answer. */
export function forward(onward: Onward): Promise<IncomingMessage> {
  const path =
    onward.account === undefined
      ? onward.path
      : onward.path.replace(/([?&]X-Amz-Credential=)[^%/&]+/, `$1${onward.account}`);
  const target = new URL(path, onward.ministack);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      target,
      { method: onward.method, headers: onwardHeaders(onward, target.host) },
      resolve,
    );
    request.on('error', (cause) => {
      reject(new Error(`MiniStack at ${onward.ministack} does not answer: ${cause.message}`, { cause }));
    });
    if (Buffer.isBuffer(onward.body)) request.end(onward.body);
    else onward.body.pipe(request);
  });
}

/** Hop-by-hop headers are ours to make. */
export function answerHeaders(answer: IncomingMessage): Record<string, string> {
  const { connection: _connection, 'transfer-encoding': _encoding, 'keep-alive': _alive, ...rest } = answer.headers;
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

/** MiniStack's answer, read to its end. Throws when MiniStack does not answer. */
export async function forwardWhole(onward: Onward): Promise<WireAnswer> {
  const answer = await forward(onward);
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  const { 'content-length': length, ...headers } = answerHeaders(answer);
  // The length of what HEAD would have sent is the answer itself.
  const kept = onward.method === 'HEAD' && length !== undefined ? { ...headers, 'content-length': length } : headers;
  return { status: answer.statusCode ?? 502, headers: kept, body: Buffer.concat(chunks) };
}
