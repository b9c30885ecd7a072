/** A fault rule as a test sent it: a misspelt one would never strike and make the test green for nothing. */

import type { FaultRule } from './rules.ts';

type Type = 'string' | 'number';

const MATCH: Readonly<Record<string, Type>> = {
  service: 'string',
  operation: 'string',
  account: 'string',
  region: 'string',
  principal: 'string',
  body: 'string',
};

const FREQUENCY: Readonly<Record<string, Type>> = { nth: 'number', times: 'number', probability: 'number' };

interface Form {
  readonly members: Readonly<Record<string, Type>>;
  readonly required: readonly string[];
}

const ERROR: Readonly<Record<string, Type>> = { code: 'string', message: 'string' };

const FORMS: Readonly<Record<FaultRule['kind'], Form>> = {
  error: { members: { ...MATCH, ...FREQUENCY, ...ERROR, when: 'string', status: 'number' }, required: ['code'] },
  cut: { members: { ...MATCH, ...FREQUENCY }, required: [] },
  throttle: { members: { ...MATCH, burst: 'number', perSecond: 'number' }, required: ['burst', 'perSecond'] },
  entry: { members: { ...MATCH, ...FREQUENCY, ...ERROR }, required: ['code'] },
  event: {
    members: { ...FREQUENCY, effect: 'string', detailType: 'string', account: 'string', ms: 'number' },
    required: ['effect'],
  },
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  when: ['before', 'after'],
  effect: ['drop', 'double', 'delay', 'reorder'],
};

const isKind = (kind: unknown): kind is FaultRule['kind'] => typeof kind === 'string' && Object.hasOwn(FORMS, kind);

/** Throws what is wrong with it. */
export function parseFault(body: Readonly<Record<string, unknown>>): FaultRule {
  const { kind, ...rest } = body;
  if (!isKind(kind)) throw new Error(`a fault's kind is ${Object.keys(FORMS).join(', ')}, not ${String(kind)}`);
  const { members, required } = FORMS[kind];
  const missing = required.find((name) => rest[name] === undefined);
  if (missing !== undefined) throw new Error(`a fault of kind ${kind} needs ${missing}`);
  for (const [name, value] of Object.entries(rest)) {
    const type = Object.hasOwn(members, name) ? members[name] : undefined;
    if (type === undefined) throw new Error(`a fault of kind ${kind} has no ${name}`);
    if (typeof value !== type) throw new Error(`${name} of a fault must be a ${type}`);
    const choices = CHOICES[name];
    if (choices !== undefined && !choices.includes(String(value)))
      throw new Error(`${name} of a fault is ${choices.join(', ')}, not ${String(value)}`);
  }
  // Every member has been checked against the form of its kind.
  return body as unknown as FaultRule;
}
