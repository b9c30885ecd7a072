/** Answers and errors as bytes, in the service's protocol. */

import type { AwsError } from '../aws-error.ts';
import type { Member, Model, Shape } from './model.ts';
import { loadModel, shapeOf } from './model.ts';
import { writeJson } from './write.ts';
import { escapeXml, writeXml, writeXmlMembers } from './xml.ts';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const XML = 'text/xml';

const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

function jsonType(model: Model): string {
  return model.metadata.protocol === 'json'
    ? `application/x-amz-json-${model.metadata.jsonVersion ?? '1.1'}`
    : 'application/json';
}

function queryAnswer(model: Model, operation: string, output: unknown, requestId: string): WireAnswer {
  const { output: shape, resultWrapper } = model.operations[operation] ?? {};
  const members = shape === undefined ? '' : writeXmlMembers(model, shape, output);
  const result = resultWrapper === undefined ? '' : `<${resultWrapper}>${members}</${resultWrapper}>`;
  const body =
    `<${operation}Response xmlns="${model.metadata.xmlNamespace ?? ''}">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
  return { status: 200, headers: { 'content-type': XML }, body };
}

function headersOf(model: Model, shape: Shape, output: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (member.location === 'header') {
      const type = shapeOf(model, member.shape).type;
      const date = value instanceof Date ? value : undefined;
      headers[(member.locationName ?? name).toLowerCase()] =
        type === 'timestamp' && date !== undefined ? date.toUTCString() : String(value);
    } else if (member.location === 'headers') {
      for (const [key, text] of Object.entries(value as Record<string, string>))
        headers[`${(member.locationName ?? '').toLowerCase()}${key}`] = text;
    }
  }
  return headers;
}

function payloadBytes(model: Model, member: Member, name: string, value: unknown): string | Uint8Array {
  const type = shapeOf(model, member.shape).type;
  if (value === undefined) return '';
  if (type === 'blob') return value as Uint8Array;
  if (type === 'string') return String(value);
  return writeXml(model, member, member.locationName ?? name, value);
}

/** S3's element names, where they aren't the output shape's. */
const ROOTS: Readonly<Record<string, string>> = {
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
  ListBuckets: 'ListAllMyBucketsResult',
  DeleteObjects: 'DeleteResult',
  GetBucketTagging: 'Tagging',
};

function restXmlAnswer(model: Model, operation: string, output: Record<string, unknown>): WireAnswer {
  const { output: shapeName, status = 200 } = model.operations[operation] ?? {};
  if (shapeName === undefined) return { status, headers: {}, body: '' };
  const shape = shapeOf(model, shapeName);
  const headers = headersOf(model, shape, output);
  const payload = shape.payload === undefined ? undefined : shape.members?.[shape.payload];
  if (shape.payload !== undefined && payload !== undefined)
    return { status, headers, body: payloadBytes(model, payload, shape.payload, output[shape.payload]) };
  const inner = writeXmlMembers(model, shapeName, output);
  // GetBucketLocation alone has no element around its one member. SDKs read its text only beside an attribute.
  const name = ROOTS[operation] ?? shapeName;
  const whole = operation === 'GetBucketLocation' ? inner : `<${name}>${inner}</${name}>`;
  const root = whole.replace('>', ` xmlns="${S3_NAMESPACE}">`);
  const empty = Object.values(shape.members ?? {}).every((member) => member.location !== undefined);
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: empty ? '' : root };
}

/** An operation's output as its service's protocol writes it. */
export function writeAnswer(service: string, operation: string, output: unknown, requestId: string): WireAnswer {
  const model = loadModel(service);
  const { output: shape, status = 200 } = model.operations[operation] ?? {};
  const value = (output ?? {}) as Record<string, unknown>;
  if (model.metadata.protocol === 'query') return queryAnswer(model, operation, value, requestId);
  if (model.metadata.protocol === 'rest-xml') return restXmlAnswer(model, operation, value);
  const body = shape === undefined ? '' : JSON.stringify(writeJson(model, { shape }, value));
  return { status, headers: { 'content-type': jsonType(model) }, body };
}

/** The member that carries the text: Glue says `Message`, RAM `message`. */
function messageMember(shape: Shape | undefined): string {
  return Object.keys(shape?.members ?? {}).find((name) => name.toLowerCase() === 'message') ?? 'message';
}

function errorXml(model: Model, code: string, error: AwsError, status: number, requestId: string): string {
  const text = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  if (model.metadata.protocol === 'rest-xml') return `<Error>${text}<RequestId>${requestId}</RequestId></Error>`;
  const type = status >= 500 ? 'Receiver' : 'Sender';
  return (
    `<ErrorResponse xmlns="${model.metadata.xmlNamespace ?? ''}"><Error><Type>${type}</Type>${text}</Error>` +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

/** An error as its service's protocol writes it, with the status its model gives it. */
export function writeError(service: string, error: AwsError, requestId: string): WireAnswer {
  const model = loadModel(service);
  const shape = Object.hasOwn(model.shapes, error.name) ? model.shapes[error.name] : undefined;
  const status = error.status === 400 ? (shape?.error?.httpStatusCode ?? 400) : error.status;
  const code = shape?.error?.code ?? error.name;
  if (model.metadata.protocol === 'query' || model.metadata.protocol === 'rest-xml')
    return { status, headers: { 'content-type': XML }, body: errorXml(model, code, error, status, requestId) };
  const body = JSON.stringify({ __type: code, [messageMember(shape)]: error.message, ...error.fields });
  return { status, headers: { 'content-type': jsonType(model), 'x-amzn-errortype': code }, body };
}

/** For services there is no model of: the protocol's plainest form. */
export function plainError(wire: 'json' | 'query', error: AwsError, requestId: string): WireAnswer {
  if (wire === 'json') {
    const body = JSON.stringify({ __type: error.name, message: error.message });
    return {
      status: error.status,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.name },
      body,
    };
  }
  const code = error.name === 'AccessDeniedException' ? 'AccessDenied' : error.name;
  const body =
    `<ErrorResponse><Error><Type>Sender</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>` +
    `</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status: code === 'AccessDenied' ? 403 : error.status, headers: { 'content-type': XML }, body };
}
