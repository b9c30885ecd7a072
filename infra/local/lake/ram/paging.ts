/** RAM's pages: they may be empty and go on all the same, and a reader must cope. */

import { AwsError } from '../aws-error.ts';
import type { World } from '../service.ts';

export interface PageRequest {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}

const mostPerPage = 500;
const emptyPage = 'empty';

/** One page of things in the order of their numbers. */
export function pageOf<T extends { readonly seq: number }, V>(
  world: World,
  request: PageRequest,
  from: (after: number) => Iterable<T>,
  pick: (item: T) => V | undefined,
): Page<V> {
  const token = readToken(request.nextToken);
  // On AWS a first page can be empty although there is more: by default it always is.
  if (token === undefined && world.switch('ram-empty-pages') === 'yes')
    return { items: [], nextToken: write(emptyPage) };
  const size = Math.min(request.maxResults ?? mostPerPage, mostPerPage);
  const items: V[] = [];
  let last = 0;
  for (const item of from(token === undefined || token === emptyPage ? 0 : Number(token))) {
    const view = pick(item);
    if (view === undefined) continue;
    if (items.length === size) return { items, nextToken: write(String(last)) };
    items.push(view);
    last = item.seq;
  }
  return { items };
}

/** One page of a list that was worked out anew. */
export function pageOfList<V>(world: World, request: PageRequest, all: readonly V[]): Page<V> {
  const numbered = all.map((value, index) => ({ seq: index + 1, value }));
  return pageOf(
    world,
    request,
    (after) => numbered.slice(after),
    ({ value }) => value,
  );
}

function write(text: string): string {
  return Buffer.from(`ram:${text}`).toString('base64');
}

function readToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString();
  if (!/^ram:(\d+|empty)$/.test(text))
    throw new AwsError('InvalidNextTokenException', 'The specified value for nextToken is not valid.');
  return text.slice(4);
}
