/** The HTTP face: a signed request goes to the service it was signed for, or is passed on. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dispatch } from './dispatch.ts';
import { BodyTooLarge, sendJson } from './http-io.ts';
import type { Lake } from './lake.ts';

async function serve(lake: Lake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await dispatch(lake, request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (error instanceof BodyTooLarge)
      sendJson(response, 413, { __type: 'RequestEntityTooLargeException', message: 'the request body is too large' });
    else sendJson(response, 500, { __type: 'InternalFailure', message: `the lake broke: ${String(error)}` });
  }
}

/** An HTTP server for this lake that nobody has started to listen with yet. */
export function createLakeServer(lake: Lake): Server {
  return createServer((request, response) => {
    void serve(lake, request, response);
  });
}
