/** One request's way: control, identity, protocol, faults, operation, answer, journal. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { Caller } from './caller.ts';
import { handleControl } from './control/routes.ts';
import type { CallVerdict } from './faults/rules.ts';
import { jsonAnswer, readBody, send, sendJson } from './http-io.ts';
import { isAccountId } from './identity/arn.ts';
import { identify } from './identity/identify.ts';
import { readSignature, type Signature } from './identity/sigv4.ts';
import { kindOf } from './journal.ts';
import type { Lake } from './lake.ts';
import { forwardWhole } from './pass-on/forward.ts';
import { passOn } from './pass-on/pass-on.ts';
import { type WireAnswer, writeAnswer, writeError } from './protocol/answer.ts';
import { loadModel } from './protocol/model.ts';
import { isModelled, operationOf, readInput, requestedOperation, type WireRequest } from './protocol/protocol.ts';
import { accessDeniedCode, throttledCode, VALIDATION } from './protocol/services.ts';
import { isChunked, unchunk } from './s3/chunked.ts';
import type { Call, Input, ServiceModule } from './service.ts';

/** Structured requests; S3 objects have the larger limit of `http-io.ts`. */
const MAX_REQUEST = 8 * 1024 * 1024;

interface Step {
  caller?: Caller;
  operation: string;
  region: string;
}

function whoCalls(lake: Lake, service: string, signature: Signature | undefined): Caller {
  return identify(signature, loadModel(service).metadata.protocol, {
    sessions: lake.world.sessions,
    now: lake.world.now,
    hosts: lake.hosts,
  });
}

function validationCode(lake: Lake, service: string): string {
  if (service === 'glue' || service === 'lakeformation') return lake.world.switch('validation-error-name');
  return VALIDATION[service]?.code ?? 'ValidationException';
}

async function authorize(module: ServiceModule, call: Call, input: Input): Promise<void> {
  const root = call.caller.kind === 'root';
  // A root may do everything, but for what its organization takes from the whole account.
  if (module.authorizesItself === true || module.isNoAction?.(call) === true) return;
  if (root && !call.world.iam.isControlled(call.caller)) return;
  const action = `${call.service}:${call.operation}`;
  for (const resource of (await module.resources?.(call, input)) ?? ['*']) {
    const resourcePolicy = root ? undefined : module.resourcePolicy?.(call, resource);
    await call.world.iam.authorize({ caller: call.caller, action, resource, resourcePolicy });
  }
}

function throwFault(fault: CallVerdict['before']): void {
  if (fault !== undefined) throw new AwsError(fault.code, fault.message, { status: fault.status });
}

async function forwardTo(ministack: string, call: Call, wire: WireRequest, account: string): Promise<WireAnswer> {
  const answer = await forwardWhole({
    ministack,
    method: wire.method,
    path: `${wire.url.pathname}${wire.url.search}`,
    headers: wire.headers,
    body: wire.raw,
    account,
  });
  if (kindOf(call.operation) === 'write') call.world.backend.reset();
  return answer;
}

/** The operation itself: run here, or decided here and answered by MiniStack in the owner's name. */
async function answerOf(lake: Lake, module: ServiceModule, call: Call, wire: WireRequest): Promise<WireAnswer> {
  const { service, operation } = call;
  // MiniStack may know what no model here does; only an account's root needs no decision about it.
  if (!isModelled(service, operation) && lake.ministack !== undefined)
    return forwardTo(lake.ministack, call, wire, call.account);
  const input = readInput(service, operation, wire, () => validationCode(lake, service)) as Input;
  const run = Object.hasOwn(module.operations, operation) ? module.operations[operation] : undefined;
  if (run !== undefined) {
    await authorize(module, call, input);
    return writeAnswer(service, operation, await run(call, input), call.requestId);
  }
  if (module.forwardAs === undefined || lake.ministack === undefined)
    throw new AwsError('NotImplemented', `the lake does not implement ${service}:${operation}`, { status: 501 });
  return forwardTo(lake.ministack, call, wire, await module.forwardAs(call, input));
}

/** Throws 501 for what the lake doesn't know, unless it is a root's and MiniStack keeps the service's state. */
function operationName(lake: Lake, module: ServiceModule, caller: Caller, wire: WireRequest): string {
  try {
    return operationOf(module.name, wire);
  } catch (error) {
    const passes = module.forwardAs !== undefined && lake.ministack !== undefined && caller.kind === 'root';
    if (!passes || !(error instanceof AwsError) || error.status !== 501) throw error;
    return `${wire.method} ${wire.url.pathname}`;
  }
}

/** `cut`: it was done, and the caller never hears. */
interface Performed {
  readonly answer: WireAnswer;
  readonly cut: boolean;
}

async function perform(lake: Lake, module: ServiceModule, call: Call, wire: WireRequest): Promise<Performed> {
  const { service } = call;
  const verdict = lake.world.faults.call(call, () => wire.body.toString('utf8'));
  if (verdict.throttled) throw new AwsError(throttledCode(loadModel(service).metadata.protocol), 'Rate exceeded');
  throwFault(verdict.before);
  const answer = await answerOf(lake, module, call, wire);
  throwFault(verdict.after);
  return { answer, cut: verdict.cut };
}

/** A mistake in the lake itself: told loudly, and kept in the journal like any other answer. */
function broken(error: unknown): AwsError {
  const text =
    error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error);
  return Object.assign(new AwsError('InternalFailure', `the lake broke: ${text}`, { status: 500 }), { cause: error });
}

/** What AWS refuses before it looks at the operation: a body beyond its limit, a body of another kind. */
function assertForm(service: string, wire: WireRequest): void {
  if (service === 's3') return;
  if (wire.body.length > MAX_REQUEST)
    throw new AwsError('RequestEntityTooLargeException', 'the request body is too large', { status: 413 });
  const type = String(wire.headers['content-type'] ?? '');
  if (loadModel(service).metadata.protocol === 'json' && !/^application\/x-amz-json-1\.[01]/.test(type))
    throw new AwsError('UnknownOperationException', `unexpected content type ${type || '(none)'}`, { status: 404 });
}

function toAwsError(error: unknown, service: string): AwsError {
  if (!(error instanceof AwsError)) return broken(error);
  const protocol = loadModel(service).metadata.protocol;
  // One name inside the lake, the protocol's own on the wire.
  if (error.name === 'AccessDeniedException' && accessDeniedCode(protocol) !== error.name)
    return new AwsError('AccessDenied', error.message, { status: 403 });
  return error;
}

async function serve(
  lake: Lake,
  module: ServiceModule,
  signature: Signature | undefined,
  wire: WireRequest,
): Promise<WireAnswer | 'cut'> {
  const service = module.name;
  const started = performance.now();
  const requestId = lake.world.id(32);
  const step: Step = { operation: '', region: signature?.region ?? '' };
  let answer: WireAnswer;
  let cut = false;
  let failure: string | undefined;
  try {
    step.caller = whoCalls(lake, service, signature);
    assertForm(service, wire);
    step.operation = operationName(lake, module, step.caller, wire);
    const { caller, operation, region } = step;
    const call: Call = { caller, account: caller.account, region, service, operation, requestId, world: lake.world };
    ({ answer, cut } = await perform(lake, module, call, wire));
    if (cut) failure = 'ConnectionCut';
  } catch (error) {
    const refusal = toAwsError(error, service);
    failure = refusal.name;
    if (refusal.status === 501 && step.operation === '') step.operation = requestedOperation(service, wire);
    answer = writeError(service, refusal, requestId);
  }
  const ended = performance.now();
  const entry = {
    time: new Date(lake.world.now()).toISOString(),
    caller: step.caller?.sessionArn ?? step.caller?.arn ?? '',
    account: step.caller?.account ?? '',
    region: step.region,
    service,
    operation: step.operation,
    kind: kindOf(step.operation),
    status: cut ? 0 : answer.status,
    ...(failure === undefined ? {} : { error: failure }),
    durationMs: ended - started,
  };
  lake.journal.add(entry);
  lake.witness?.({
    ...entry,
    started,
    ended,
    input: () => inputOf(service, step.operation, wire),
    answer: answer.body,
  });
  return cut ? 'cut' : { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
}

/** What was asked for, whether or not the operation came to read it. */
function inputOf(service: string, operation: string, wire: WireRequest): Readonly<Record<string, unknown>> {
  return readInput(service, operation, wire, () => 'ValidationException');
}

/** A request, however it came. */
export interface Arrived {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** An unsigned request names no service in its scope; its target header may. */
function guessService({ headers }: Arrived): string {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith('AWSGlue.')) return 'glue';
  if (target.startsWith('AWSOrganizations')) return 'organizations';
  return 'lakeformation';
}

/** A service that is nobody's here. */
function refuseService(lake: Lake, service: string, arrived: Arrived, signature: Signature | undefined): WireAnswer {
  const target = arrived.headers['x-amz-target'];
  const operation = typeof target === 'string' ? target.split('.').at(-1) : `${arrived.method} ${arrived.path}`;
  const account = isAccountId(signature?.accessKeyId ?? '') ? (signature?.accessKeyId ?? '') : '';
  lake.journal.add({
    time: new Date(lake.world.now()).toISOString(),
    caller: account === '' ? '' : `arn:aws:iam::${account}:root`,
    account,
    region: signature?.region ?? '',
    service,
    operation: operation ?? '',
    kind: kindOf(operation ?? ''),
    status: 501,
    error: 'NotImplemented',
    durationMs: 0,
  });
  const message = `the lake does not implement ${service}, and no MiniStack was named to pass it on to`;
  return jsonAnswer(501, { __type: 'NotImplemented', message });
}

/** What the lake itself answers; `cut` when the caller is to hear nothing. */
export async function answer(
  lake: Lake,
  arrived: Arrived,
  url: URL,
  body: () => Promise<Buffer>,
): Promise<WireAnswer | 'cut'> {
  const signature = readSignature(arrived.headers, url);
  const service = signature?.service ?? guessService(arrived);
  const load = lake.services.get(service);
  if (load === undefined) return refuseService(lake, service, arrived, signature);
  const [module, raw] = await Promise.all([load(), body()]);
  const { method, headers } = arrived;
  return serve(lake, module, signature, { raw, method, url, headers, body: isChunked(headers) ? unchunk(raw) : raw });
}

/** MiniStack's part of the local cloud: services the lake has none of, when their caller is known. */
function isPassedOn(lake: Lake, signature: Signature | undefined): signature is Signature {
  return lake.ministack !== undefined && signature !== undefined && !lake.services.has(signature.service);
}

/**
 * Answers one request: a control, a service of the lake, or MiniStack's. Failures are answered, too; it throws only
 * for a body that is too large.
 */
export async function dispatch(lake: Lake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(`http://lake${request.url ?? '/'}`);
  if (url === null) return sendJson(response, 400, { __type: 'SerializationException', message: 'not a URL' });
  if (url.pathname.startsWith('/_lake/')) return handleControl(lake, request, response, url);
  const signature = readSignature(request.headers, url);
  if (isPassedOn(lake, signature)) return passOn(lake, lake.ministack ?? '', request, response, signature);
  const arrived = { method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers };
  const given = await answer(lake, arrived, url, () => readBody(request));
  if (given === 'cut') request.socket.destroy();
  else send(response, given);
}
