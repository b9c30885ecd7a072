/** Everything the lake doesn't own goes to MiniStack, signed as the caller's account. */

import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Signature } from './identity/sigv4.ts';
import type { Lake } from './lake.ts';

/** MiniStack takes a 12-digit access key id for the account and looks at no signature. */
function asAccount(authorization: string | undefined, account: string): string | undefined {
  return authorization?.replace(/Credential=[^/]+\//, `Credential=${account}/`);
}

export async function passOn(
  lake: Lake,
  ministack: string,
  request: IncomingMessage,
  response: ServerResponse,
  signature: Signature | undefined,
): Promise<void> {
  const session = signature === undefined ? undefined : lake.world.sessions.find(signature.accessKeyId);
  const { authorization, host: _host, ...headers } = request.headers;
  const as = session === undefined ? authorization : asAccount(authorization, session.caller.account);
  const target = new URL(request.url ?? '/', ministack);
  await new Promise<void>((resolve, reject) => {
    const onward = httpRequest(
      target,
      {
        method: request.method,
        headers: { ...headers, host: target.host, ...(as === undefined ? {} : { authorization: as }) },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('end', resolve);
        answer.on('error', reject);
      },
    );
    onward.on('error', reject);
    request.pipe(onward);
  });
}
