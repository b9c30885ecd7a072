/** The Condition member. An operator or a value we don't know is untold, never a guess. */

import type { Claim } from './claim.ts';
import { allOf, anyOf, NO, no, not, untold, YES, yes } from './claim.ts';
import { asTexts, isMembers } from './document.ts';
import type { Values } from './keys.ts';
import { isMultivalued, valuesOf } from './keys.ts';
import type { Token } from './pattern.ts';
import { matches, wildcards } from './pattern.ts';
import type { Reading } from './variables.ts';
import { compile, fitsArn, fitsPattern, isConstant, missingVariable } from './variables.ts';

type Compare = (wanted: string, actual: string, reading: Reading) => Claim;

const literal = (text: string): readonly Token[] => [...text];

const COMPARE: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', equal],
  ['StringEqualsIgnoreCase', ignoringCase],
  ['StringLike', like],
  // AWS: ArnEquals and ArnLike behave the same.
  ['ArnEquals', fitsArn],
  ['ArnLike', fitsArn],
  ['Bool', sameTruth],
  ['NumericEquals', ordered(toNumber, (a, b) => a === b)],
  ['NumericLessThan', ordered(toNumber, (a, b) => a < b)],
  ['NumericLessThanEquals', ordered(toNumber, (a, b) => a <= b)],
  ['NumericGreaterThan', ordered(toNumber, (a, b) => a > b)],
  ['NumericGreaterThanEquals', ordered(toNumber, (a, b) => a >= b)],
  ['DateEquals', ordered(toTime, (a, b) => a === b)],
  ['DateLessThan', ordered(toTime, (a, b) => a < b)],
  ['DateLessThanEquals', ordered(toTime, (a, b) => a <= b)],
  ['DateGreaterThan', ordered(toTime, (a, b) => a > b)],
  ['DateGreaterThanEquals', ordered(toTime, (a, b) => a >= b)],
]);

const NEGATED: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
]);

interface Operator {
  readonly compare: Compare;
  readonly negated: boolean;
  readonly quantifier: 'ForAnyValue' | 'ForAllValues' | null;
  readonly ifExists: boolean;
}

const NO_CONDITION = yes('it has no condition');

/** Every operator and every key in it must hold. */
export function conditionHolds(condition: unknown, reading: Reading): Claim {
  if (condition === undefined) return NO_CONDITION;
  if (!isMembers(condition)) return untold('its Condition is not an object');
  return allOf(
    Object.entries(condition).flatMap(([name, keys]) =>
      isMembers(keys)
        ? Object.entries(keys).map(([key, wanted]) => keyHolds(name, key, asTexts(wanted), reading))
        : [untold(`its Condition ${name} is not an object`)],
    ),
  );
}

function keyHolds(name: string, key: string, wanted: readonly string[] | null, reading: Reading): Claim {
  if (wanted === null || wanted.length === 0) return untold(`${name} of ${key} names no values`);
  const values = valuesOf(reading.request, key);
  if (name === 'Null') return nullHolds(key, wanted, values);
  const operator = parseOperator(name);
  if (operator === null) return untold(`the operator ${name} of ${key} is not evaluated`);
  if (values === null) return untold(`${key}, which ${name} asks for, is not known from here`);
  const claim = holdsFor(operator, key, wanted, values, reading);
  return claim.holds === null
    ? claim
    : { ...claim, by: `${name} of ${key} ${claim.holds ? 'holds' : 'does not hold'}` };
}

function nullHolds(key: string, wanted: readonly string[], values: Values): Claim {
  const flags = wanted.map((flag) => flag.toLowerCase());
  if (flags.some((flag) => flag !== 'true' && flag !== 'false')) return untold(`Null of ${key} takes true or false`);
  if (values === null) return untold(`${key}, which Null asks for, is not known from here`);
  return told(flags.includes(String(values.length === 0)), `Null of ${key}`);
}

function holdsFor(
  { compare, negated, quantifier, ifExists }: Operator,
  key: string,
  wanted: readonly string[],
  values: readonly string[],
  reading: Reading,
): Claim {
  const takesOne = 'has several values and the operator takes one';
  if (quantifier === null && (values.length > 1 || isMultivalued(key))) return untold(`${key} ${takesOne}`);
  if (values.length === 0) return ofNone(key, { negated, quantifier, ifExists });
  const claims = values.map((value) => {
    const equal = anyOf(
      wanted.map((text) => compare(text, value, reading)),
      '',
    );
    if (!negated) return equal;
    // Whether a text with a variable without value equals nothing, or makes the whole statement void, AWS doesn't say.
    const missing = equal.holds === false ? missingVariable(wanted, reading) : null;
    return missing === null ? not(equal) : untold(`\${${missing}} has no known value`);
  });
  return quantifier === 'ForAllValues' ? allOf(claims) : anyOf(claims, '');
}

/** A key that is not in the request equals nothing: "not equal" holds, and so does "all of none". */
function ofNone(key: string, { negated, quantifier, ifExists }: Omit<Operator, 'compare'>): Claim {
  if (quantifier === 'ForAllValues') return YES;
  if (quantifier === null) return told(ifExists || negated);
  return ifExists ? untold(`whether ForAnyValue with IfExists holds without ${key} is not documented`) : NO;
}

function parseOperator(name: string): Operator | null {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const positive = NEGATED.get(base);
  const compare = COMPARE.get(positive ?? base);
  if (compare === undefined) return null;
  return {
    compare,
    negated: positive !== undefined,
    quantifier: quantifier === 'ForAnyValue' || quantifier === 'ForAllValues' ? quantifier : null,
    ifExists: ifExists !== undefined,
  };
}

/** Of anything else, a variable too, AWS does not say what it means. */
function sameTruth(wanted: string, actual: string): Claim {
  const [asked, given] = [wanted.toLowerCase(), actual.toLowerCase()];
  const isTruth = (text: string) => text === 'true' || text === 'false';
  if (!isTruth(asked) || !isTruth(given)) return untold('Bool compares true and false, and nothing else');
  return told(asked === given);
}

function equal(wanted: string, actual: string, reading: Reading): Claim {
  if (isConstant(wanted, reading)) return told(wanted === actual);
  return fitsPattern(compile(wanted, reading, literal), actual);
}

function like(wanted: string, actual: string, reading: Reading): Claim {
  if (isConstant(wanted, reading)) return told(matches(wanted, actual));
  return fitsPattern(compile(wanted, reading, wildcards), actual);
}

function ignoringCase(wanted: string, actual: string, reading: Reading): Claim {
  const { tokens, missing } = compile(wanted, reading, literal);
  const lower = tokens.map((token) => (typeof token === 'string' ? token.toLowerCase() : token));
  return fitsPattern({ tokens: lower, missing }, actual.toLowerCase());
}

function ordered(read: (text: string) => number, holds: (actual: number, wanted: number) => boolean): Compare {
  return (wanted, actual) => {
    const [a, b] = [read(actual), read(wanted)];
    if (Number.isNaN(a) || Number.isNaN(b)) return untold(`"${actual}" and "${wanted}" can't be compared`);
    return told(holds(a, b));
  };
}

function toNumber(text: string): number {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Seconds since the epoch, or ISO 8601 with its zone: without one it would mean another time on another machine. */
function toTime(text: string): number {
  if (/^\d{5,}$/.test(text)) return Number(text) * 1000;
  const zoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  return zoned ? Date.parse(text) : Number.NaN;
}

function told(holds: boolean, by?: string): Claim {
  if (by === undefined) return holds ? YES : NO;
  return holds ? yes(by) : no(by);
}
