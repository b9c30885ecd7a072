/**
 * The smallest AWS: a local HTTP server that answers what a test tells it to, for the answers no lake can be
 * brought to give. Real SDK clients talk to it; it records what they sent.
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Access, createAccess } from '#aws/clients.ts';
import type { SessionOptions } from '#aws/sessions.ts';

export interface StubRequest {
  /** Signing name: `glue`, `lakeformation`, `ram`, `s3`… */
  readonly service: string;
  /** `GetDatabase`; for REST protocols the method and path: `POST /ListPermissions`. */
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was sent
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Cut the connection instead of answering. */
  readonly cut?: boolean;
}

export interface AwsStub {
  readonly url: string;
  readonly requests: StubRequest[];
  /** Decides every answer; replace it at will. */
  respond: (request: StubRequest, nth: number) => StubAnswer;
  /** How often an operation was asked for. */
  count(operation: string): number;
  /** Clients that talk to it, without pauses between attempts. */
  access(options?: Partial<SessionOptions>): Access;
  close(): Promise<void>;
}

export function awsError(code: string, message = '', status = 400): StubAnswer {
  return { status, headers: { 'x-amzn-errortype': code }, body: { __type: code, Code: code, message } };
}

export function xmlError(code: string, message = '', status = 400): StubAnswer {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: error };
}

export function queryError(code: string, message = '', status = 400): StubAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>` };
}

/** Answers one after another; the last one stays. */
export function inTurn(...answers: readonly StubAnswer[]): (request: StubRequest, nth: number) => StubAnswer {
  return (_, nth) => answers[Math.min(nth, answers.length) - 1] ?? {};
}

export async function startAwsStub(): Promise<AwsStub> {
  const requests: StubRequest[] = [];
  const server = createServer(async (message, response) => {
    const request = await read(message);
    requests.push(request);
    const answer = stub.respond(request, stub.count(request.operation));
    if (answer.cut) {
      message.socket.destroy();
      return;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status ?? 200, { 'x-amzn-requestid': `request-${requests.length}`, ...answer.headers });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub: AwsStub = {
    url,
    requests,
    respond: () => ({}),
    count: (operation) => requests.filter((request) => request.operation === operation).length,
    access: (options) =>
      createAccess({
        partition: 'aws',
        namespace: 'onramp',
        rolePath: '/onramp/',
        sessionName: 'test',
        baseCredentials: async () => ({ accessKeyId: 'AKIDHUB', secretAccessKey: 'secret' }),
        retryDelayMs: 0,
        ...options,
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  // The one variable by which the SDK is told where AWS is.
  process.env['AWS_ENDPOINT_URL'] = url;
  return stub;
}

async function read(message: IncomingMessage): Promise<StubRequest> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf-8');
  const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(message.headers.authorization ?? '');
  const form = text.startsWith('Action=') ? Object.fromEntries(new URLSearchParams(text)) : null;
  const target = String(message.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const path = (message.url ?? '').split('?')[0];
  return {
    service: scope?.[3] ?? '',
    region: scope?.[2] ?? '',
    accessKeyId: scope?.[1] ?? '',
    operation: form?.['Action'] ?? (target || `${message.method} ${path}`),
    body: form ?? jsonOr(text),
    headers: message.headers,
    url: message.url ?? '',
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
