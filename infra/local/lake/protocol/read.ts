/** From what came over the wire to a value with the API's member names and types. Unknown members are ignored, as AWS does. */

import { AwsError } from '../aws-error.ts';
import type { Member, Model, Shape } from './model.ts';
import { shapeOf } from './model.ts';

const serialization = (message: string): AwsError => new AwsError('SerializationException', message);

const TOKENS: Readonly<Record<string, string>> = {
  number: 'NUMBER_VALUE',
  boolean: 'TRUE_VALUE',
  object: 'START_OBJECT',
};

function mismatch(raw: unknown, wanted: string): AwsError {
  const token = Array.isArray(raw) ? 'START_ARRAY' : (TOKENS[typeof raw] ?? 'STRING_VALUE');
  return serialization(`${token} can not be converted to ${wanted}`);
}

const isRecord = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

function readStructure(model: Model, shape: Shape, raw: unknown): Record<string, unknown> {
  if (!isRecord(raw)) throw mismatch(raw, 'a Structure');
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    if (member.location !== undefined) continue;
    const wire = raw[member.locationName ?? name];
    if (wire !== undefined && wire !== null) out[name] = readJson(model, member, wire);
  }
  return out;
}

function readNumber(shape: Shape, raw: unknown): number {
  if (typeof raw !== 'number') throw mismatch(raw, shape.type === 'long' ? 'a Long' : 'a Number');
  if ((shape.type === 'integer' || shape.type === 'long') && !Number.isInteger(raw)) return Math.trunc(raw);
  return raw;
}

function readTimestamp(raw: unknown): Date {
  const date = typeof raw === 'number' ? new Date(raw * 1000) : typeof raw === 'string' ? new Date(raw) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) throw mismatch(raw, 'a Timestamp');
  return date;
}

/** JSON as the wire has it → value of the API. */
export function readJson(model: Model, member: Member, raw: unknown): unknown {
  const shape = shapeOf(model, member.shape);
  switch (shape.type) {
    case 'structure':
      return readStructure(model, shape, raw);
    case 'list':
      if (!Array.isArray(raw)) throw mismatch(raw, 'a List');
      return raw.filter((item) => item !== null).map((item) => readJson(model, shape.member as Member, item));
    case 'map':
      if (!isRecord(raw)) throw mismatch(raw, 'a Map');
      return Object.fromEntries(
        Object.entries(raw)
          .filter(([, value]) => value !== null)
          .map(([key, value]) => [key, readJson(model, shape.value as Member, value)]),
      );
    case 'string':
      if (typeof raw !== 'string') throw mismatch(raw, 'a String');
      return raw;
    case 'boolean':
      if (typeof raw !== 'boolean') throw mismatch(raw, 'a Boolean');
      return raw;
    case 'timestamp':
      return readTimestamp(raw);
    case 'blob':
      if (typeof raw !== 'string') throw mismatch(raw, 'a Blob');
      return new Uint8Array(Buffer.from(raw, 'base64'));
    default:
      return readNumber(shape, raw);
  }
}

/** A scalar that arrived as text: query parameters, headers, path labels, XML. */
export function readText(model: Model, member: Member, text: string): unknown {
  const shape = shapeOf(model, member.shape);
  switch (shape.type) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw serialization(`${text} is not a valid boolean`);
      return text === 'true';
    case 'integer':
    case 'long':
    case 'float':
    case 'double': {
      const value = Number(text);
      if (text.trim() === '' || Number.isNaN(value)) throw serialization(`${text} is not a valid number`);
      return value;
    }
    case 'timestamp':
      return readTimestamp(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
    case 'blob':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

/** The body of a JSON request, or SerializationException. An empty body is an empty request. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw Object.assign(serialization('Unexpected end-of-input or invalid JSON'), { cause });
  }
}
