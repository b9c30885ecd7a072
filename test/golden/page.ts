/** What was written, as a text: for each account and Region lines with counts, and below them the documents they name. */

import type { Deed } from './deeds.ts';
import { type Documents, lineOf } from './words.ts';

/** A multiset: the order in which writes happened is not told here (`order.ts` checks the pairs that matter). */
export function pageOf(deeds: readonly Deed[]): string {
  if (deeds.length === 0) return 'nothing\n';
  const documents: Documents = new Map();
  const lines = deeds.map((deed) => lineOf(deed, documents));
  const places = [...Map.groupBy(lines, ({ place }) => place)].sort(byName);
  const told = places.flatMap(([place, group]) => [place, ...counted(group.map(({ text }) => text))]);
  const named = [...documents].sort(byName).map(([name, text]) => `${name} ${text}`);
  return `${[...told, ...named].join('\n')}\n`;
}

function counted(texts: readonly string[]): readonly string[] {
  const groups = [...Map.groupBy(texts, (text) => text)].sort(byName);
  return groups.map(([text, { length }]) => `  ${length === 1 ? '' : `${length}× `}${text}`);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
