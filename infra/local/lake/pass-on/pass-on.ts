/** Services the lake doesn't own: identity, the caller's own rights and faults are ours, everything else MiniStack's. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error.ts';
import { readBody, send } from '../http-io.ts';
import { ANY_RESOURCE } from '../iam/evaluate.ts';
import { identify } from '../identity/identify.ts';
import type { Signature } from '../identity/sigv4.ts';
import { kindOf } from '../journal.ts';
import type { Lake } from '../lake.ts';
import { plainError } from '../protocol/answer.ts';
import { throttledCode } from '../protocol/services.ts';
import type { Call } from '../service.ts';
import { answerHeaders, forward } from './forward.ts';
import { actionPrefix, type Fields, resourcesOf } from './resources.ts';

type Wire = 'json' | 'query';

interface Passing {
  readonly wire: Wire;
  readonly operation: string;
  /** Undefined when the body is streamed, unread. */
  readonly body: Buffer | undefined;
  readonly fields: Fields;
}

/** Small structured requests are read, so that they can be decided about; anything else is streamed. */
async function inspect(request: IncomingMessage, path: string): Promise<Passing> {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const body = await readBody(request);
    return { wire: 'json', operation: target.slice(target.lastIndexOf('.') + 1), body, fields: parseFields(body) };
  }
  if (String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const body = await readBody(request);
    const fields = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { wire: 'query', operation: fields['Action'] ?? '', body, fields };
  }
  return { wire: 'json', operation: `${request.method} ${path.split('?')[0]}`, body: undefined, fields: {} };
}

function parseFields(body: Buffer): Fields {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Fields) : {};
  } catch {
    // MiniStack says what is wrong with it.
    return {};
  }
}

/** What the lake alone may say to the launcher: that a service emitted an event. */
function assertNotPosing(passing: Passing): void {
  if (passing.operation === 'PutEvents' && passing.fields['EmittedByService'] !== undefined)
    throw new AwsError('ValidationException', 'PutEvents has no member EmittedByService');
}

/** SNS has its own name for it. */
const inServiceTerms = (service: string, error: AwsError): AwsError =>
  service === 'sns' && error.name === 'AccessDeniedException'
    ? new AwsError('AuthorizationError', error.message, { status: 403 })
    : error;

async function authorize(call: Call, passing: Passing): Promise<void> {
  assertNotPosing(passing);
  // An operation known only by its path has no action name the lake could ask for.
  if (call.caller.kind === 'root' || passing.body === undefined) return;
  const action = `${actionPrefix(call.service)}:${call.operation}`;
  const resources = resourcesOf(call, passing.fields);
  for (const resource of resources.length === 0 ? [ANY_RESOURCE] : resources)
    await call.world.iam.authorize({ caller: call.caller, action, resource });
}

interface Outcome {
  readonly status: number;
  readonly error?: string;
}

async function carry(
  lake: Lake,
  ministack: string,
  call: Call,
  passing: Passing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Outcome> {
  const verdict = lake.world.faults.call(call, () => passing.body?.toString('utf8') ?? '');
  if (verdict.throttled) throw new AwsError(throttledCode(passing.wire), 'Rate exceeded');
  if (verdict.before !== undefined) throw faultError(verdict.before);
  await authorize(call, passing);
  const answer = await forward({
    ministack,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body: passing.body ?? request,
    account: call.account,
  });
  if (verdict.after !== undefined || verdict.cut) {
    answer.resume();
    if (verdict.after !== undefined) throw faultError(verdict.after);
    request.socket.destroy();
    return { status: 0, error: 'ConnectionCut' };
  }
  const status = answer.statusCode ?? 502;
  response.writeHead(status, answerHeaders(answer));
  await pipeline(answer, response);
  return status < 400 ? { status } : { status, error: String(answer.headers['x-amzn-errortype'] ?? status) };
}

const faultError = ({ code, message, status }: { code: string; message: string; status: number }): AwsError =>
  new AwsError(code, message, { status });

/**
 * Answers a request for a service that is not the lake's: refused by the caller's own policies here, or by MiniStack's
 * answer.
 */
export async function passOn(
  lake: Lake,
  ministack: string,
  request: IncomingMessage,
  response: ServerResponse,
  signature: Signature,
): Promise<void> {
  const started = performance.now();
  const passing = await inspect(request, request.url ?? '/');
  const requestId = lake.world.id(32);
  let who = { caller: '', account: '' };
  let outcome: Outcome;
  try {
    const caller = identify(signature, passing.wire, {
      sessions: lake.world.sessions,
      now: lake.world.now,
      hosts: lake.hosts,
    });
    who = { caller: caller.sessionArn ?? caller.arn, account: caller.account };
    const { region, service } = signature;
    const call: Call = {
      caller,
      account: caller.account,
      region,
      service,
      operation: passing.operation,
      requestId,
      world: lake.world,
    };
    outcome = await carry(lake, ministack, call, passing, request, response);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const answer = plainError(passing.wire, inServiceTerms(signature.service, error), requestId);
    outcome = { status: answer.status, error: error.name };
    send(response, answer);
  }
  lake.journal.add({
    time: new Date(lake.world.now()).toISOString(),
    ...who,
    region: signature.region,
    service: signature.service,
    operation: passing.operation,
    kind: kindOf(passing.operation),
    ...outcome,
    durationMs: performance.now() - started,
  });
}
