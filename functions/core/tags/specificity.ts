/** Which of two rules is the more specific: dimension by dimension, the first that differs decides. */

import type { TagRule } from '#contracts/policy.ts';
import { isPattern } from '../policy/patterns.ts';

/** In the order in which they decide. */
export const DIMENSIONS = [
  'column',
  'table',
  'prefix',
  'parameters',
  'classification',
  'crawler',
  'workflow',
  'database',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Weights of one rule; of two lists the first difference decides, the larger number is the more specific. */
export function specificity(rule: TagRule): readonly number[] {
  return DIMENSIONS.flatMap((dimension) => weights(rule, dimension));
}

/** Negative: the first is more specific. 0: neither is. */
export function compareSpecificity(left: readonly number[], right: readonly number[]): number {
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i] ?? 0, right[i] ?? 0];
    if (a !== b) return a > b ? -1 : 1;
  }
  return 0;
}

/** The dimension in which two rules differ first, or null when they are equally specific. */
export function firstDifference(left: TagRule, right: TagRule): Dimension | null {
  const differs = (d: Dimension) => compareSpecificity(weights(left, d), weights(right, d)) !== 0;
  return DIMENSIONS.find(differs) ?? null;
}

function weights(rule: TagRule, dimension: Dimension): readonly number[] {
  if (dimension === 'prefix')
    return [rule.prefix === null ? 0 : 1 + rule.prefix.bucket.length + rule.prefix.prefix.length];
  if (dimension !== 'parameters') return [weight(rule[dimension])];
  const values = Object.values(rule.parameters);
  const patterns = values.filter(isPattern);
  return [values.length, values.length - patterns.length, patterns.reduce((sum, value) => sum + weight(value), 0)];
}

/** A name beats every pattern, a pattern beats one with fewer characters of its own, and `*` beats nothing written. */
function weight(pattern: string | null): number {
  if (pattern === null) return 0;
  if (!isPattern(pattern)) return Number.POSITIVE_INFINITY;
  return 1 + [...pattern].filter((char) => char !== '*' && char !== '?').length;
}
