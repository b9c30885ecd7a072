/** Patterns that AWS compares with ARNs part by part, compiled once per text. */

import { remembered } from '../remembered.ts';
import { type Claim, NO, untold, YES } from './claim.ts';
import { type Matcher, matcherOf } from './pattern.ts';

/** What a pattern says of one ARN. */
export interface ArnPattern {
  /** As an ARN condition compares: a `*` before the fifth colon stays in its part. */
  fits(arn: string): Claim;
  /** As a Resource: a `*` that ends its part may, AWS says, reach across the parts that follow. */
  fitsResource(arn: string): Claim;
}

const COLONS = 5;

export const arnPatternOf: (text: string) => ArnPattern = remembered(5_000, compiled);

function compiled(text: string): ArnPattern {
  if (text === '*') return { fits: () => YES, fitsResource: () => YES };
  const loosely = matcherOf(text);
  const strictly = byParts(text);
  // A pattern that fits only across parts is one AWS isn't plain about.
  const across = untold(`${text} fits only if its wildcards reach across parts of the ARN`);
  const acrossResource = /\*[^*:]/.test(text) ? across : YES;
  const judge = (arn: string, otherwise: Claim): Claim => {
    if (!loosely(arn)) return NO;
    return strictly === null || strictly(arn) ? YES : otherwise;
  };
  return { fits: (arn) => judge(arn, across), fitsResource: (arn) => judge(arn, acrossResource) };
}

/** Null where no wildcard stands before the fifth colon: whatever fits, fits by parts. */
function byParts(text: string): Matcher | null {
  const patterns = arnParts(text);
  if (patterns === null) return () => false;
  if (patterns.slice(0, COLONS).every((part) => !/[*?]/.test(part))) return null;
  const parts = patterns.map(matcherOf);
  return (arn) => partsFit(parts, arn);
}

function partsFit(parts: readonly Matcher[], arn: string): boolean {
  let from = 0;
  for (const [i, fits] of parts.entries()) {
    const colon = arn.indexOf(':', from);
    const isLast = i === COLONS;
    if (colon < 0 && !isLast) return false;
    if (!fits(isLast ? arn.slice(from) : arn.slice(from, colon))) return false;
    from = colon + 1;
  }
  return true;
}

/** Six parts, the last with all colons that follow; null where there are fewer. */
function arnParts(text: string): readonly string[] | null {
  const parts = text.split(':');
  return parts.length <= COLONS ? null : [...parts.slice(0, COLONS), parts.slice(COLONS).join(':')];
}
