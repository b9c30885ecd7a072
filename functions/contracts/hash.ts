/** Names for texts that are too long, or too free, to be names. */

import { hash } from 'node:crypto';

/** SHA-256 of a text: 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** The first digits of a text's SHA-256, at most 64. */
export function shortHash(text: string, digits: number): string {
  return sha256(text).slice(0, digits);
}
