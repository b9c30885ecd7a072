/** Seeded numbers: the same seed and the same calls give the same ids, faults and orders. */

export interface Random {
  /** In [0, 1). */
  next(): number;
  hex(length: number): string;
  /** Of the given alphabet. */
  text(length: number, alphabet: string): string;
  /** Where in the series it stands: put back, the same numbers come again. */
  position: number;
}

/** mulberry32: small, fast and good enough for ids and coin tosses (nothing here is secret). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const text = (length: number, alphabet: string): string =>
    Array.from({ length }, () => alphabet.charAt(Math.floor(next() * alphabet.length))).join('');
  return {
    next,
    text,
    hex: (length) => text(length, '0123456789abcdef'),
    get position() {
      return state;
    },
    set position(value) {
      state = value;
    },
  };
}
