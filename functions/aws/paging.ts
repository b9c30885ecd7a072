/** Reading every page. A cut page is an error, never a shorter list. */

import { LakeError } from '#contracts/errors.ts';

export interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

/** Follows tokens to the end; a page may be empty and still have a successor (G-L8, G-R7). */
export async function everyPage<T>(fetch: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await fetch(token);
    all.push(...(page.items ?? []));
    token = page.next || undefined;
    if (token !== undefined && seen.has(token)) {
      throw new LakeError('Unexpected', { message: 'AWS answered with a page token it had already given' });
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return all;
}

/** What AWS's model calls optional but an answer without it would be no answer. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) {
    throw new LakeError('Unexpected', { message: `AWS answered without ${what}` });
  }
  return value;
}
