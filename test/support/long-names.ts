/** Names as long as AWS takes them, of letters by chance: they don't compress. */

import { createHash } from 'node:crypto';

export const SCRIPTS = ['Latin', 'Cyrillic', 'Han', 'emoji', 'quotes', 'control characters'] as const;
export type Script = (typeof SCRIPTS)[number];

/** First code point and how many from there on. */
const LETTERS: Readonly<Record<Script, readonly [number, number]>> = {
  Latin: [0x61, 26],
  Cyrillic: [0x430, 32],
  Han: [0x4e00, 20_000],
  emoji: [0x1f300, 700],
  // Every other one is two bytes to JSON.
  quotes: [0x21, 2],
  // To JSON six: no name may hold them, an answer of AWS may.
  'control characters': [0x01, 7],
};

/** The same for the same seed. `length` counts UTF-16 units, as AWS's models do. */
export function longName(script: Script, seed: number, length: number): string {
  const [first, many] = LETTERS[script];
  const letters: string[] = [];
  for (let block = 0, units = 0; units < length; block += 1) {
    const bytes = createHash('sha512').update(`${script} ${seed} ${block}`).digest();
    for (let at = 0; at < bytes.length && units < length; at += 2) {
      const letter = String.fromCodePoint(first + (bytes.readUInt16LE(at) % many));
      letters.push(letter);
      units += letter.length;
    }
  }
  return letters.join('');
}
