/** What the organization tells now against what is pinned: what is taken over, what has to wait. Pure. */

import { shortHash } from '#contracts/hash.ts';
import type { Departure, Resolution, ResolvedPart, StoredResolution } from '#contracts/resolution.ts';
import { DEPARTED_FOR_MS } from '../brake.ts';
import { sortedSet, uniqueBy } from '../collections.ts';
import { known, type Observed } from '../observed.ts';

export interface PartsRead {
  /** By `organization` or the id of a unit. */
  readonly parts: Readonly<Record<string, Observed<ResolvedPart>>>;
  /** By id. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Of two readings, one after the other, who was listed in either: an account that moves meanwhile may be in neither of the
 * two places it is looked for in one.
 */
export function eitherOf(one: PartsRead, other: PartsRead): PartsRead {
  const parts = Object.entries(one.parts).map(([part, first]): [string, Observed<ResolvedPart>] => {
    const second = other.parts[part] ?? first;
    if (!first.known || !second.known) return [part, first.known ? second : first];
    const accounts = sortedSet([...first.value.accounts, ...second.value.accounts]);
    return [part, known({ ...second.value, accounts })];
  });
  return { parts: Object.fromEntries(parts), names: { ...one.names, ...other.names } };
}

/** Accounts that are in a part no longer. */
export interface Losses {
  /** By part, what has lost some. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
  /** Why somebody has to be asked first; null: nobody has. */
  readonly held: string | null;
  /** What a person confirms. */
  readonly hash: string;
}

/** For how long a departure is counted. Remembered it is for as long as what follows from it passes. */
export const COUNTED_FOR_MS = 3_600_000;

/**
 * Whose loss the brake holds: more accounts within the hour than the policy lets go, or more than half of a part. Who
 * left one part for another that the policy has, too, is lost there all the same: it has other products.
 */
export function lossesOf(
  stored: StoredResolution | null,
  read: PartsRead,
  { most, now }: { readonly most: number; readonly now: number },
): Losses {
  const lost = Object.fromEntries(
    Object.entries(read.parts).flatMap(([part, told]) => {
      const before = stored?.resolution.parts[part]?.accounts ?? [];
      const gone = told.known ? before.filter((id) => !told.value.accounts.includes(id)) : [];
      return gone.length === 0 ? [] : [[part, gone] as const];
    }),
  );
  const halved = Object.keys(lost).filter(
    (part) => (lost[part]?.length ?? 0) * 2 > (stored?.resolution.parts[part]?.accounts.length ?? 0),
  );
  const leaving = sortedSet(Object.values(lost).flat());
  const recent = stored?.departed.filter(({ at }) => now - at < COUNTED_FOR_MS) ?? [];
  const count = new Set([...leaving, ...recent.map(({ account }) => account)]).size;
  const hash = shortHash(JSON.stringify(['departures', leaving, Object.keys(lost).sort()]), 16);
  const held = whyHeld({ halved, count: leaving.length === 0 ? 0 : count, most });
  return { lost, held, hash };
}

function whyHeld({ halved, count, most }: { halved: readonly string[]; count: number; most: number }): string | null {
  if (halved.length > 0) return `${halved.join(', ')} would lose more than half of its accounts`;
  return count > most ? `${count} accounts have dropped out of audiences within an hour` : null;
}

/**
 * What is to be pinned: each part as it is told, and as it was where that is unknown, or while its loss is held. Who has
 * come meanwhile waits, too: with them, half of a part would soon be less than half.
 */
export function resolvedWith(
  stored: StoredResolution | null,
  read: PartsRead,
  { organization, losses, isHeld, now }: { organization: string; losses: Losses; isHeld: boolean; now: number },
): { readonly resolution: Resolution; readonly departed: readonly Departure[] } {
  const before = stored?.resolution.organization === organization ? stored.resolution : null;
  const parts: Record<string, ResolvedPart> = {};
  for (const [part, told] of Object.entries(read.parts)) {
    const last = before?.parts[part];
    const waits = !told.known || (isHeld && losses.lost[part] !== undefined);
    if (waits && last !== undefined) parts[part] = last;
    else if (told.known) parts[part] = told.value;
  }
  const used = sortedSet(Object.values(parts).flatMap(({ accounts }) => accounts));
  const names = Object.fromEntries(used.map((id) => [id, read.names[id] ?? before?.names[id] ?? '']));
  const gone = isHeld
    ? []
    : Object.entries(losses.lost).flatMap(([part, accounts]) =>
        accounts.map((account) => ({ account, part, at: now })),
      );
  const recent = (stored?.departed ?? []).filter(({ at }) => now - at < DEPARTED_FOR_MS);
  return {
    resolution: { organization, parts, names },
    departed: uniqueBy([...gone, ...recent], ({ account, part }) => `${account} ${part ?? ''}`),
  };
}
