/**
 * What others have named, as it may be shown: in a mail, an event, a log, a plan, a terminal. A name may hold line breaks
 * that forge a line of ours, escapes that a terminal obeys, marks that turn the direction of what follows.
 */

/** Line breaks, tabs and other controls, of whatever script. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Format characters, marks of direction among them, and halves of characters. The two joiners are part of words. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cf}\p{Cs}]/gu;

/** The text on one line, without what is not to be seen. */
export function shown(text: string): string {
  return text.replace(CONTROLS, ' ').replace(UNSEEN, '');
}

/** Plain data with every text in it, names of members included, as it may be shown. */
export function shownIn<T>(data: T): T {
  return each(data) as T;
}

function each(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(each);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [shown(name), each(member)]));
}
