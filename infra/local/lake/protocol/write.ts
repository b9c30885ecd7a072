/** From an operation's answer to JSON on the wire. Members the model doesn't have are left out. */

import type { Member, Model, Shape } from './model.ts';
import { shapeOf } from './model.ts';

function writeTimestamp(value: unknown, format: string | undefined): unknown {
  const date = value instanceof Date ? value : new Date(Number(value) * 1000);
  if (format === 'iso8601') return date.toISOString();
  return date.getTime() / 1000;
}

/** Members that belong in a body, put together once a shape: a page has hundreds of each. */
const inBody = new WeakMap<Shape, readonly (readonly [string, Member])[]>();

function bodyMembers(shape: Shape): readonly (readonly [string, Member])[] {
  const known = inBody.get(shape);
  if (known !== undefined) return known;
  const found = Object.entries(shape.members ?? {}).filter(([, { location }]) => location === undefined);
  inBody.set(shape, found);
  return found;
}

/** The value as the model's JSON: members it does not have are left out, timestamps are numbers. */
export function writeJson(model: Model, member: Member, value: unknown): unknown {
  const shape = shapeOf(model, member.shape);
  switch (shape.type) {
    case 'structure': {
      const source = value as Record<string, unknown>;
      const out: Record<string, unknown> = {};
      for (const [name, part] of bodyMembers(shape)) {
        const item = source[name];
        if (item === undefined || item === null) continue;
        out[part.locationName ?? name] = writeJson(model, part, item);
      }
      return out;
    }
    case 'list':
      return [...(value as Iterable<unknown>)].map((item) => writeJson(model, shape.member as Member, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Record<string, unknown>)
          .filter(([, item]) => item !== undefined)
          .map(([key, item]) => [key, writeJson(model, shape.value as Member, item)]),
      );
    case 'timestamp':
      return writeTimestamp(value, member.timestampFormat ?? shape.timestampFormat);
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64');
    default:
      return value;
  }
}
