/** Who is at work in an account and Region, as both ledgers keep it. */

import type { Turn } from '#contracts/ledger-places.ts';

/** @returns who holds a turn once `turn` is taken or renewed; null when `most` others hold one at `now`. */
export function withTurn(
  held: readonly Turn[],
  turn: Turn,
  { now, most }: { readonly now: number; readonly most: number },
): readonly Turn[] | null {
  const others = withoutTurn(held, turn.holder).filter(({ until }) => until > now);
  return others.length < most ? [...others, turn] : null;
}

/** @returns who holds a turn once `holder` does no more. */
export function withoutTurn(held: readonly Turn[], holder: string): readonly Turn[] {
  return held.filter((turn) => turn.holder !== holder);
}
