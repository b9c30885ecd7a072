/** Of all rules that are about one thing: what each key says, or that it can't be told. */

import type { CompiledRule } from './compiled.ts';
import type { DesiredTag, DesiredTags } from './types.ts';

export type Outcome = Pick<DesiredTags, 'tags' | 'undecided' | 'disputed'>;

/** Rules met on one thing; emptied by `take`, so that a hundred thousand things need no lists of their own. */
export class Met {
  readonly #sure = new Set<CompiledRule>();
  readonly #maybe = new Set<CompiledRule>();
  /** What one rule alone gives, for all the things it is alone about. */
  readonly #alone = new Map<CompiledRule, Outcome>();

  add(rule: CompiledRule, verdict: 'yes' | 'maybe'): void {
    (verdict === 'yes' ? this.#sure : this.#maybe).add(rule);
  }

  /** Null when no rule is about the thing. */
  take(): Outcome | null {
    if (this.#sure.size === 0 && this.#maybe.size === 0) return null;
    const [first] = this.#sure;
    const alone = first !== undefined && this.#sure.size === 1 && this.#maybe.size === 0;
    const outcome = alone ? this.#ofOne(first) : outcomeOf([...this.#sure], [...this.#maybe]);
    this.#sure.clear();
    this.#maybe.clear();
    return outcome;
  }

  #ofOne(rule: CompiledRule): Outcome {
    const kept = this.#alone.get(rule) ?? outcomeOf([rule], []);
    this.#alone.set(rule, kept);
    return kept;
  }
}

function outcomeOf(sure: readonly CompiledRule[], maybe: readonly CompiledRule[]): Outcome {
  const keys = new Set([...sure, ...maybe].flatMap(({ rule }) => Object.keys(rule.assign)));
  const tags: [string, DesiredTag][] = [];
  const undecided: string[] = [];
  const disputed: [string, readonly number[]][] = [];
  for (const key of [...keys].sort()) {
    const giving = sure.filter(({ rule }) => Object.hasOwn(rule.assign, key));
    const best = bestOf(giving);
    const rivals = giving.filter(
      (other) => best !== null && other.rank === best.rank && says(other, key, best) !== 'same',
    );
    if (best !== null && rivals.length > 0) {
      disputed.push([key, [best, ...rivals].map(({ rule }) => rule.index).sort((a, b) => a - b)]);
    }
    const open = maybe.some((other) => mayBeat(other, key, best));
    if (best === null || rivals.length > 0 || open) undecided.push(key);
    else tags.push([key, wantedTag(best, key, giving)]);
  }
  return {
    tags: Object.fromEntries(tags),
    undecided,
    ...(disputed.length === 0 ? {} : { disputed: Object.fromEntries(disputed) }),
  };
}

/** The most specific; of equals one that enforces, so that their order is nothing. */
function bestOf(giving: readonly CompiledRule[]): CompiledRule | null {
  return giving.reduce<CompiledRule | null>(
    (best, other) => (best === null || beats(other, best) ? other : best),
    null,
  );
}

function beats(left: CompiledRule, right: CompiledRule): boolean {
  if (left.rank !== right.rank) return left.rank < right.rank;
  if (left.rule.apply !== right.rule.apply) return left.rule.apply === 'enforce';
  return left.rule.index < right.rule.index;
}

/** A rule that would change nothing leaves nothing open: it says the same, as strictly. */
function mayBeat(other: CompiledRule, key: string, best: CompiledRule | null): boolean {
  if (!Object.hasOwn(other.rule.assign, key)) return false;
  if (best === null) return true;
  return other.rank <= best.rank && (says(other, key, best) !== 'same' || other.rule.apply !== best.rule.apply);
}

function says(left: CompiledRule, key: string, right: CompiledRule): 'same' | 'other' {
  return left.rule.assign[key] === right.rule.assign[key] ? 'same' : 'other';
}

function wantedTag(best: CompiledRule, key: string, giving: readonly CompiledRule[]): DesiredTag {
  const { index, apply, assign } = best.rule;
  const over = giving.filter((other) => other !== best).map(({ rule }) => rule.index);
  return { value: assign[key] ?? '', rule: index, over: over.sort((a, b) => a - b), apply };
}
