/** Whether writes happened in an order that AWS takes: pairs of them, of which one has to wait for the other. */

import type { Deed } from './deeds.ts';

/** One write has to wait for another where they have a key in common: a database, a tag and its value, an account. */
export interface Pair {
  readonly name: string;
  /** Why, with the gotcha or the fact about AWS it rests on. */
  readonly because: string;
  /** Keys of what has to come first; none for a deed that this pair is not about. */
  readonly first: (deed: Deed) => readonly string[];
  /** Keys of what has to wait. Where nothing comes first, nothing waits: it was so before. */
  readonly later: (deed: Deed) => readonly string[];
  /** What does as well as what a key stands for, where it came first. */
  readonly orBy?: (key: string) => string;
  /** All that come first have to be done, not just one of them. */
  readonly every?: true;
  /** Among the writes of runs that were under way together, or of all since the world began. */
  readonly within: 'run' | 'world';
}

/** Writes that AWS takes one after another only: calls with a key in common must not be under way at the same time. */
export interface Alone {
  readonly name: string;
  readonly because: string;
  readonly key: (deed: Deed) => string | null;
}

/** Told in words. Only writes that AWS took count: `run` are those of the runs that just ended, `world` all so far. */
export function violations(
  pairs: readonly Pair[],
  deeds: { readonly world: readonly Deed[]; readonly run: readonly Deed[] },
): readonly string[] {
  return pairs.flatMap((pair) =>
    outOfOrder(
      pair,
      deeds[pair.within].filter(({ outcome }) => outcome === 'ok'),
    ),
  );
}

function outOfOrder(pair: Pair, deeds: readonly Deed[]): readonly string[] {
  const firsts = new Map<string, Deed[]>();
  for (const deed of deeds) for (const key of pair.first(deed)) firsts.set(key, [...(firsts.get(key) ?? []), deed]);
  if (firsts.size === 0) return [];
  return deeds.flatMap((deed) =>
    pair.later(deed).flatMap((key) => {
      const keys = pair.orBy === undefined ? [key] : [key, pair.orBy(key)];
      const due = keys.flatMap((one) => firsts.get(one) ?? []).filter((first) => first !== deed);
      const done = due.filter((first) => precedes(first, deed));
      const holds = due.length === 0 || (pair.every ? done.length === due.length : done.length > 0);
      return holds ? [] : [`${pair.name} (${pair.because}): ${deed.operation} came too early for "${key}"`];
    }),
  );
}

/** Answered before the other was sent, or further ahead in the same call. */
function precedes(first: Deed, later: Deed): boolean {
  return first.ended <= later.started || (first.ended === later.ended && first.index < later.index);
}

/** Calls that were under way together though they must not be, whatever became of them. Told in words. */
export function crowds(alone: readonly Alone[], deeds: readonly Deed[]): readonly string[] {
  return alone.flatMap((rule) => {
    const keyed = deeds.flatMap((deed) => {
      const key = rule.key(deed);
      return key === null ? [] : [{ key, deed }];
    });
    return [...Map.groupBy(keyed, ({ key }) => key)].flatMap(([key, group]) => {
      const calls = group.map(({ deed }) => deed).sort((a, b) => a.started - b.started);
      const early = calls.filter((deed, i) => calls.slice(0, i).some((other) => overlaps(other, deed)));
      return early.map(({ operation }) => `${rule.name} (${rule.because}): ${operation} was not alone on "${key}"`);
    });
  });
}

/** Of two calls, not of two entries of one. */
function overlaps(earlier: Deed, later: Deed): boolean {
  return earlier.started < later.started && later.started < earlier.ended;
}
