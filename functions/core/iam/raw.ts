/**
 * JSON taken apart without being understood, so that others' parts of a document are written back as they were: every
 * number, text and escape to the byte, and only the white space between them left out. For text that `JSON.parse` takes.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** @returns members of an object by their names, as text. Of two with one name the last counts, as in `JSON.parse`. */
export function rawMembers(object: string): ReadonlyMap<string, string> {
  return new Map(
    pieces(object).map(([name = '""', _colon, ...value]) => [String(JSON.parse(name)), value.join('')] as const),
  );
}

/** @returns items of a list, as text; what is no list is one item. */
export function rawItems(value: string): readonly string[] {
  return value.trimStart().startsWith('[') ? pieces(value).map((tokens) => tokens.join('')) : [value];
}

/** What stands between the commas of an object or a list, in tokens. */
function pieces(text: string): readonly (readonly string[])[] {
  const all: string[][] = [];
  let depth = 0;
  let piece: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '}' || token === ']') depth -= 1;
    const isEnd = depth === 0 || (depth === 1 && token === ',');
    if (isEnd && piece.length > 0) {
      all.push(piece);
      piece = [];
    } else if (depth > 0 && !isEnd) piece.push(token);
    if (token === '{' || token === '[') depth += 1;
  }
  return all;
}
