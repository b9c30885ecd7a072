/** Requests made up from the service models: mostly fitting, often enough not. Seeded, so each can be made again. */

import type { Model, Shape } from '../../../../infra/local/lake/protocol/model.ts';
import { shapeOf } from '../../../../infra/local/lake/protocol/model.ts';

export interface Random {
  /** Below `n`. */
  below(n: number): number;
  /** True with this probability. */
  chance(p: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** A 32-bit generator; any will do that is the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    chance: (p) => next() < p,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
  };
}

/** Names that are there, names that aren't, and names that trip up programs. */
const words = [
  'db',
  't',
  'link',
  'DB',
  'none',
  '111111111111',
  '222222222222',
  'arn:aws:iam::111111111111:role/r',
  'arn:aws:glue:us-east-1:111111111111:database/db',
  'arn:aws:s3:::lake/t',
  's3://lake/t/',
  'IAM_ALLOWED_PRINCIPALS',
  'us-east-1',
  'year = 2026 and month in (1, 2)',
  "year = 'x",
  '((((((((',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}',
  'constructor',
  '__proto__',
  'toString',
  '売上',
  '',
  ' ',
  '\u0000',
  '../..',
  '*',
  '2026',
];

const misfits: readonly unknown[] = [null, -1, 1e308, '', [], {}, true, 'x'.repeat(10_000), [[[[]]]], { a: { b: 1 } }];

/** An input for the operation, of which one part in `1 / wrong` is not what the model says. */
export function inputFor(model: Model, operation: string, random: Random, wrong: number): unknown {
  const input = model.operations[operation]?.input;
  return input === undefined ? {} : madeOf(model, input, random, wrong, 0);
}

function madeOf(model: Model, name: string, random: Random, wrong: number, depth: number): unknown {
  if (depth > 0 && random.chance(wrong)) return random.pick(misfits);
  const shape = shapeOf(model, name);
  switch (shape.type) {
    case 'structure':
      return structure(model, shape, random, wrong, depth);
    case 'list':
      return listOf(shape, random, depth, (member) => madeOf(model, member, random, wrong, depth + 1));
    case 'map':
      return mapOf(model, shape, random, wrong, depth);
    default:
      return scalar(shape, random);
  }
}

function structure(model: Model, shape: Shape, random: Random, wrong: number, depth: number): object {
  const required = new Set(shape.required);
  const given = Object.entries(shape.members ?? {}).filter(
    ([member]) => (required.has(member) && !random.chance(wrong)) || random.chance(depth > 3 ? 0.05 : 0.35),
  );
  const few = shape.union ? given.slice(0, 1) : given;
  return Object.fromEntries(few.map(([name, member]) => [name, madeOf(model, member.shape, random, wrong, depth + 1)]));
}

function listOf(shape: Shape, random: Random, depth: number, make: (shape: string) => unknown): unknown[] {
  const length = Math.max(Math.min(shape.min ?? 0, 3), depth > 4 ? 0 : random.below(3));
  return Array.from({ length }, () => make(shape.member?.shape ?? 'String'));
}

function mapOf(model: Model, shape: Shape, random: Random, wrong: number, depth: number): object {
  const entries = Array.from({ length: depth > 4 ? 0 : random.below(3) }, () => [
    random.pick(words),
    madeOf(model, shape.value?.shape ?? 'String', random, wrong, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function scalar(shape: Shape, random: Random): unknown {
  if (shape.enum) return random.pick(shape.enum);
  switch (shape.type) {
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
    case 'long':
      return (shape.min ?? 0) + random.below(Math.min((shape.max ?? 100) - (shape.min ?? 0), 1000) + 1);
    case 'double':
    case 'float':
      return random.below(1000) / 10;
    case 'timestamp':
      return 1_700_000_000 + random.below(100_000_000);
    case 'blob':
      return Buffer.from(random.pick(words)).toString('base64');
    default:
      return random.pick(words);
  }
}
