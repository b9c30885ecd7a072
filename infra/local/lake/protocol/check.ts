/** Checks a request against the model's constraints: required, enum, length, pattern, range. */

import type { Member, Model, Shape } from './model.ts';
import { shapeOf } from './model.ts';

const patterns = new Map<string, RegExp | undefined>();

/** AWS matches whole values. A pattern JavaScript can't read is left to the service, as if there were none. */
function compiled(pattern: string): RegExp | undefined {
  if (!patterns.has(pattern)) {
    let regex: RegExp | undefined;
    try {
      regex = new RegExp(`^(?:${pattern})$`, 'u');
    } catch {
      try {
        regex = new RegExp(`^(?:${pattern})$`);
      } catch {
        regex = undefined;
      }
    }
    patterns.set(pattern, regex);
  }
  return patterns.get(pattern);
}

/** AWS names members in messages from a lower-case letter: `databaseInput.name`. */
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const shown = (value: unknown): string => (typeof value === 'string' ? `'${value.slice(0, 256)}' ` : '');

function failed(value: unknown, path: string, constraint: string): string {
  return `Value ${shown(value)}at '${path}' failed to satisfy constraint: Member must ${constraint}`;
}

function checkLength(shape: Shape, value: unknown, size: number, path: string, what: string): string[] {
  const out: string[] = [];
  if (shape.min !== undefined && size < shape.min)
    out.push(failed(value, path, `have length greater than or equal to ${shape.min}`));
  if (shape.max !== undefined && size > shape.max)
    out.push(failed(value, path, `have ${what} less than or equal to ${shape.max}`));
  return out;
}

function checkString(shape: Shape, value: string, path: string): string[] {
  if (shape.enum !== undefined && !shape.enum.includes(value))
    return [failed(value, path, `satisfy enum value set: [${shape.enum.join(', ')}]`)];
  const out = checkLength(shape, value, value.length, path, 'length');
  if (out.length === 0 && shape.pattern !== undefined && compiled(shape.pattern)?.test(value) === false)
    out.push(failed(value, path, `satisfy regular expression pattern: ${shape.pattern}`));
  return out;
}

function checkNumber(shape: Shape, value: number, path: string): string[] {
  if (shape.min !== undefined && value < shape.min)
    return [
      `Value '${value}' at '${path}' failed to satisfy constraint: Member must have value greater than or equal to ${shape.min}`,
    ];
  if (shape.max !== undefined && value > shape.max)
    return [
      `Value '${value}' at '${path}' failed to satisfy constraint: Member must have value less than or equal to ${shape.max}`,
    ];
  return [];
}

function checkStructure(model: Model, shape: Shape, value: Record<string, unknown>, path: string): string[] {
  const at = (name: string): string => (path === '' ? lower(name) : `${path}.${lower(name)}`);
  const out = (shape.required ?? [])
    .filter((name) => value[name] === undefined)
    .map((name) => `Value null at '${at(name)}' failed to satisfy constraint: Member must not be null`);
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    if (value[name] !== undefined) out.push(...check(model, member, value[name], at(name)));
  }
  return out;
}

/** What does not hold, in AWS's words; empty when all does. */
export function check(model: Model, member: Member, value: unknown, path = ''): string[] {
  const shape = shapeOf(model, member.shape);
  if (shape.type === 'structure') return checkStructure(model, shape, value as Record<string, unknown>, path);
  if (shape.type === 'list') {
    const list = value as unknown[];
    const items = list.flatMap((item, i) => check(model, shape.member as Member, item, `${path}.${i + 1}.member`));
    return [...checkLength(shape, undefined, list.length, path, 'length'), ...items];
  }
  if (shape.type === 'map') {
    const entries = Object.entries(value as Record<string, unknown>);
    const items = entries.flatMap(([key, item]) => [
      ...check(model, shape.key as Member, key, `${path}.key`),
      ...check(model, shape.value as Member, item, `${path}.${key}.member`),
    ]);
    return [...checkLength(shape, undefined, entries.length, path, 'length'), ...items];
  }
  if (shape.type === 'string') return checkString(shape, value as string, path);
  if (shape.type === 'blob') return checkLength(shape, undefined, (value as Uint8Array).length, path, 'length');
  if (typeof value === 'number') return checkNumber(shape, value, path);
  return [];
}
