/** What assessing a hop answers: changes that are due, what does not hold, what is not ours, what was not judged. */

import type { Finding } from '#contracts/findings.ts';
import type { Change } from './change.ts';

/** Stands for what belongs to no product, as grants by tag: no product can have this name. */
export const NO_PRODUCT = '';

/** A hop that said nothing of a product (null: of any), because an earlier hop does not hold or a fact is unknown. */
export interface Skipped {
  readonly hop: string;
  readonly product: string | null;
}

export interface Assessment {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  /** What is not ours and was left alone, in words. */
  readonly foreign: readonly string[];
  /** Silence here is no proof: what was found on these earlier has not recovered. */
  readonly skipped: readonly Skipped[];
}

export const NOTHING: Assessment = { changes: [], findings: [], foreign: [], skipped: [] };

/** An assessment of what is given and nothing else. */
export function assessed(part: Partial<Assessment>): Assessment {
  return { ...NOTHING, ...part };
}

/** An assessment of one finding. */
export function found(finding: Finding): Assessment {
  return { ...NOTHING, findings: [finding] };
}

/** An assessment of one change. */
export function due(change: Change): Assessment {
  return { ...NOTHING, changes: [change] };
}

/** The answer of a hop about products it did not judge. */
export function skipped(hop: string, products: readonly (string | null)[]): Assessment {
  return { ...NOTHING, skipped: products.map((product) => ({ hop, product })) };
}

/** Several assessments as one, in their order. */
export function merge(...all: readonly Assessment[]): Assessment {
  return {
    changes: all.flatMap((one) => one.changes),
    findings: all.flatMap((one) => one.findings),
    foreign: all.flatMap((one) => one.foreign),
    skipped: all.flatMap((one) => one.skipped),
  };
}
