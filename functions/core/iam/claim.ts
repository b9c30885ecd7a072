/** Three-valued logic with reasons: what holds, what doesn't, and what can't be told. */

export interface Claim {
  /** Null: can't be told. */
  readonly holds: boolean | null;
  /** What makes it so, as a clause. */
  readonly by: string;
}

/** Of no reason worth a word. */
export const YES: Claim = { holds: true, by: '' };
export const NO: Claim = { holds: false, by: '' };

/** @returns a claim that always holds. */
export function yes(by: string): Claim {
  return { holds: true, by };
}

/** @returns a claim that never holds. */
export function no(by: string): Claim {
  return { holds: false, by };
}

/** @returns a claim of which nobody can tell whether it holds. */
export function untold(by: string): Claim {
  return { holds: null, by };
}

/** @returns the opposite of a claim; what is untold stays untold. */
export function not(claim: Claim): Claim {
  return claim.holds === null ? claim : { holds: !claim.holds, by: claim.by };
}

/** One that holds is enough; if none surely does, one untold leaves it open. */
export function anyOf(claims: Iterable<Claim>, otherwise: string): Claim {
  let open: Claim | null = null;
  for (const claim of claims) {
    if (claim.holds === true) return claim;
    if (claim.holds === null) open ??= claim;
  }
  return open ?? no(otherwise);
}

/** One that fails is enough, whatever else is untold. */
export function allOf(claims: readonly Claim[]): Claim {
  const broken = claims.find((c) => c.holds === false) ?? claims.find((c) => c.holds === null);
  return broken ?? yes(claims.map((c) => c.by).join(' and '));
}
