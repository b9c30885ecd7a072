/** Condition blocks: every operator must hold, a key's values are alternatives. */

import { AwsError } from '../aws-error.ts';
import type { ContextValue } from './decide.ts';
import type { Condition, Statement } from './document.ts';
import { inRange } from './ip.ts';
import { arnLike, glob, plain, type RequestContext, substitute } from './match.ts';

type Test = (wanted: string, actual: string) => boolean;

const number = (compare: (a: number, b: number) => boolean): Test => {
  return (wanted, actual) => compare(Number(actual), Number(wanted));
};

const time = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const date = (compare: (a: number, b: number) => boolean): Test => {
  return (wanted, actual) => compare(time(actual), time(wanted));
};

/** Positive operators; `Not…` is their negation. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, actual) => plain(wanted) === actual,
  StringEqualsIgnoreCase: (wanted, actual) => plain(wanted).toLowerCase() === actual.toLowerCase(),
  StringLike: (wanted, actual) => glob(wanted, actual),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  BinaryEquals: (wanted, actual) => wanted === actual,
  NumericEquals: number((a, b) => a === b),
  NumericLessThan: number((a, b) => a < b),
  NumericLessThanEquals: number((a, b) => a <= b),
  NumericGreaterThan: number((a, b) => a > b),
  NumericGreaterThanEquals: number((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
  IpAddress: inRange,
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
};

interface Operator {
  readonly test: Test;
  readonly negated: boolean;
  readonly set: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
}

function readOperator(name: string): Operator {
  const [, prefix, base = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(name) ?? [];
  const ifExists = base.endsWith('IfExists');
  const bare = ifExists ? base.slice(0, -'IfExists'.length) : base;
  const positive = NEGATED[bare] ?? bare;
  const test = TESTS[positive];
  if (test === undefined)
    throw new AwsError('NotImplemented', `the lake does not know the condition operator ${name}`, { status: 501 });
  const set = prefix === undefined ? undefined : prefix === 'ForAllValues' ? 'all' : 'any';
  return { test, negated: bare !== positive, set, ifExists };
}

const asList = (value: ContextValue): readonly string[] => (typeof value === 'string' ? [value] : value);

function holdsFor(operator: Operator, wanted: readonly string[], actual: ContextValue): boolean {
  const one = (text: string): boolean => {
    const matched = wanted.some((pattern) => operator.test(pattern, text));
    return operator.negated ? !matched : matched;
  };
  const values = asList(actual);
  // A negated operator without a set prefix must hold for every value there is.
  if (operator.set === 'all' || (operator.set === undefined && operator.negated)) return values.every(one);
  return values.some(one);
}

function holds(condition: Condition, context: RequestContext, variables: boolean): boolean {
  const actual = context.get(condition.key.toLowerCase());
  if (condition.operator === 'Null' || condition.operator === 'NullIfExists')
    return condition.values.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
  const operator = readOperator(condition.operator);
  if (actual === undefined) {
    if (operator.set === 'all' || operator.ifExists) return true;
    return operator.set === undefined && operator.negated;
  }
  const wanted = condition.values
    .map((value) => (variables ? substitute(value, context) : value))
    .filter((value): value is string => value !== undefined);
  return holdsFor(operator, wanted, actual);
}

/** Whether all conditions of a statement hold. */
export const conditionsHold = (
  { conditions, variables }: Pick<Statement, 'conditions' | 'variables'>,
  context: RequestContext,
): boolean => conditions.every((condition) => holds(condition, context, variables));
