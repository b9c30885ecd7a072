/** Pages of ordered things. A token names the last key seen, so that changes between pages lose nothing. */

import { invalidInput } from './errors.ts';
import type { Ordered } from './ordered.ts';

export interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly NextToken?: string;
}

/** One page of what `pick` makes of the entries; `undefined` leaves an entry out. */
export function pageOf<V, T>(
  all: Ordered<V>,
  request: PageRequest,
  limit: number,
  pick: (value: V, key: string) => T | undefined,
): Page<T> {
  const size = Math.min(request.MaxResults ?? limit, limit);
  const items: T[] = [];
  let last = '';
  for (const [key, value] of all.entries(keyOf(request.NextToken))) {
    const item = pick(value, key);
    if (item === undefined) continue;
    if (items.length === size) return { items, NextToken: tokenOf(last) };
    items.push(item);
    last = key;
  }
  return { items };
}

/** One page of a list that only grows at its front, such as runs. */
export function pageOfList<T>(all: readonly T[], request: PageRequest, limit: number): Page<T> {
  const start = request.NextToken === undefined ? 0 : Number(keyOf(request.NextToken));
  if (!Number.isSafeInteger(start) || start < 0) throw invalidInput('Invalid NextToken.');
  const end = start + Math.min(request.MaxResults ?? limit, limit);
  const items = all.slice(start, end);
  return end < all.length ? { items, NextToken: tokenOf(String(end)) } : { items };
}

function tokenOf(key: string): string {
  return Buffer.from(`k:${key}`).toString('base64');
}

function keyOf(token: string | undefined): string | undefined {
  if (token === undefined || token === '') return undefined;
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('k:')) throw invalidInput('Invalid NextToken.');
  return text.slice(2);
}
