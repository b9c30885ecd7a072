/** Bounds for what is stored and sent, in bytes of JSON: what others call their things may be any text, in any script. */

const SHORT_ESCAPES = '"\\\b\t\n\f\r';
/** What says how much is missing, with a count of up to ten digits. */
const MARK = jsonBytes(' … and 9999999999 more characters');

/** Bytes that a character takes within a string of JSON, in UTF-8. */
function jsonBytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (SHORT_ESCAPES.includes(character)) return 2;
  // A control character, and half of a surrogate pair, is escaped: a backslash, the letter u and four digits.
  if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_0000 ? 3 : 4;
}

/** Bytes of the text within a string of JSON, its quotes left out. */
export function jsonBytes(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += jsonBytesOf(character);
  return bytes;
}

/** The text, or as much of its beginning as `most` bytes of JSON hold with the words that say how much is missing. */
export function clip(text: string, most: number): string {
  let bytes = 0;
  let units = 0;
  let shown = 0;
  for (const character of text) {
    bytes += jsonBytesOf(character);
    if (bytes > most) return `${text.slice(0, shown)} … and ${text.length - shown} more characters`;
    units += character.length;
    if (bytes <= most - MARK) shown = units;
  }
  return text;
}
