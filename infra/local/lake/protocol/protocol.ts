/** One face for four wire protocols: a request becomes operation and input, an answer or an error becomes bytes. */

import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import { check } from './check.ts';
import type { Model, OperationModel } from './model.ts';
import { loadModel, shapeOf } from './model.ts';
import { readQuery } from './query.ts';
import { parseJson, readJson } from './read.ts';
import { matchRest, readBindings } from './rest.ts';
import { VALIDATION } from './services.ts';
import { parseXml, readXml } from './xml.ts';

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as it came, where `body` is without transfer framing. */
  readonly raw: Buffer;
}

const notImplemented = (service: string, operation: string, known: boolean): AwsError =>
  known
    ? new AwsError('NotImplemented', `the lake does not implement ${service}:${operation}`, { status: 501 })
    : new AwsError('UnknownOperationException', `${service} has no operation ${operation}`, { status: 501 });

function modelled(model: Model, service: string, name: string): OperationModel {
  const operation = Object.hasOwn(model.operations, name) ? model.operations[name] : undefined;
  if (operation === undefined) throw notImplemented(service, name, model.others.includes(name));
  return operation;
}

function nameOf(model: Model, service: string, request: WireRequest): string {
  const { protocol } = model.metadata;
  if (protocol === 'json') {
    const target = String(request.headers['x-amz-target'] ?? '');
    return target.slice(target.lastIndexOf('.') + 1) || '(no X-Amz-Target header)';
  }
  if (protocol === 'query') return queryOf(request).get('Action') ?? '(no Action parameter)';
  const match = matchRest(model, request.method, request.url);
  if (match === undefined) throw notImplemented(service, `${request.method} ${request.url.pathname}`, false);
  return match.operation;
}

function queryOf({ url, body }: WireRequest): URLSearchParams {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) params.append(name, value);
  return params;
}

/** Whether the lake knows the operation's shapes. */
export const isModelled = (service: string, operation: string): boolean =>
  Object.hasOwn(loadModel(service).operations, operation);

/** The name alone: what authorization errors, faults and the journal need before the body is understood. */
export function operationOf(service: string, request: WireRequest): string {
  const model = loadModel(service);
  const name = nameOf(model, service, request);
  modelled(model, service, name);
  return name;
}

/** What a request asks for, be it an operation or not: for the journal. */
export function requestedOperation(service: string, request: WireRequest): string {
  try {
    return nameOf(loadModel(service), service, request);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${request.method} ${request.url.pathname}`;
  }
}

function readRest(model: Model, shapeName: string, request: WireRequest): Record<string, unknown> {
  const shape = shapeOf(model, shapeName);
  const match = matchRest(model, request.method, request.url);
  if (match === undefined) return {};
  const out = readBindings(model, shape, match, request.url, request.headers);
  const payload = shape.payload === undefined ? undefined : shape.members?.[shape.payload];
  if (shape.payload !== undefined && payload !== undefined) {
    const type = shapeOf(model, payload.shape).type;
    if (type === 'blob') out[shape.payload] = new Uint8Array(request.body);
    else if (type === 'string') out[shape.payload] = request.body.toString('utf8');
    else if (request.body.length > 0)
      out[shape.payload] = readXml(model, payload, parseXml(request.body.toString('utf8')));
    return out;
  }
  if (model.metadata.protocol === 'rest-xml') return out;
  return { ...(readJson(model, { shape: shapeName }, parseJson(request.body)) as Record<string, unknown>), ...out };
}

function assertValid(
  model: Model,
  service: string,
  shape: string,
  input: Record<string, unknown>,
  code: () => string,
): void {
  const errors = check(model, { shape }, input);
  if (errors.length === 0) return;
  const count = errors.length === 1 ? '1 validation error' : `${errors.length} validation errors`;
  throw new AwsError(code(), `${count} detected: ${errors.slice(0, 10).join('; ')}`, VALIDATION[service]?.fields ?? {});
}

/** The request's input with the API's member names, checked against the model; `code` names the error of a bad one. */
export function readInput(
  service: string,
  operation: string,
  request: WireRequest,
  code: () => string,
): Record<string, unknown> {
  const model = loadModel(service);
  const shape = modelled(model, service, operation).input;
  if (shape === undefined) return {};
  const { protocol } = model.metadata;
  let input: Record<string, unknown>;
  if (protocol === 'json') {
    input = readJson(model, { shape }, parseJson(request.body)) as Record<string, unknown>;
  } else if (protocol === 'query') input = readQuery(model, shape, queryOf(request));
  else input = readRest(model, shape, request);
  assertValid(model, service, shape, input, code);
  return input;
}
