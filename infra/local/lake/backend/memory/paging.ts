/** Markers of IAM, S3 and KMS listings: the last item's name, opaque to callers. */

export interface Page<T> {
  readonly items: readonly T[];
  /** Present when there is more. */
  readonly next?: string;
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
const decode = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');

/** One page in the order of names, and the marker of the next one when there is one. */
export function page<T>(
  all: readonly T[],
  name: (item: T) => string,
  size: number,
  marker: string | undefined,
): Page<T> {
  const sorted = [...all].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  const after = marker === undefined ? undefined : decode(marker);
  const rest = after === undefined ? sorted : sorted.filter((item) => name(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return rest.length > size && last !== undefined ? { items, next: encode(name(last)) } : { items };
}

export interface Paged {
  readonly MaxItems?: number | undefined;
  readonly Marker?: string | undefined;
}

/** IAM's listings all page alike: 100 items unless asked for another number. */
export function listing<T>(all: readonly T[], name: (item: T) => string, input: Paged) {
  const { items, next } = page(all, name, input.MaxItems ?? 100, input.Marker);
  return { items, more: { IsTruncated: next !== undefined, ...(next === undefined ? {} : { Marker: next }) } };
}
