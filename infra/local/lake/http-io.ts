/** Bodies in, answers out. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireAnswer } from './protocol/answer.ts';

/** Above this, AWS's JSON services refuse too. S3 objects go through the same buffer: the scenes' are small. */
const MAX_BODY = 32 * 1024 * 1024;

export class BodyTooLarge extends Error {}

/** The whole body. Throws `BodyTooLarge` above the limit, after reading to the end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to the end all the same, or the client would not see the answer.
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) throw new BodyTooLarge();
  return Buffer.concat(chunks);
}

/** Writes the answer with its length; to HEAD without its body. */
export function send(response: ServerResponse, answer: WireAnswer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, { 'content-length': body.length, ...answer.headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A JSON document as an answer: what controls answer with. */
export const jsonAnswer = (status: number, body: unknown): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, jsonAnswer(status, body));
