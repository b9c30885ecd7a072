/** Questions about two patterns (`*` any characters, `?` one), answered without trying any name. */

/** Whether some name matches both patterns. */
export function patternsMeet(left: string, right: string): boolean {
  if (!isPattern(left) && !isPattern(right)) return left === right;
  // Most patterns part at once: their own first or last characters differ.
  const [a, b] = [beginning(left), beginning(right)];
  if (!a.startsWith(b) && !b.startsWith(a)) return false;
  const [y, z] = [end(left), end(right)];
  if (!y.endsWith(z) && !z.endsWith(y)) return false;
  // By characters, as names are matched, not by UTF-16 halves.
  return meetAnywhere([...left], [...right]);
}

function beginning(pattern: string): string {
  return /^[^*?]*/.exec(pattern)?.[0] ?? '';
}

function end(pattern: string): string {
  return pattern.slice(Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')) + 1);
}

function meetAnywhere(left: readonly string[], right: readonly string[]): boolean {
  const seen = new Set<number>();
  const pending: [number, number][] = [[0, 0]];
  const visit = (i: number, j: number) => {
    const key = i * (right.length + 1) + j;
    if (seen.has(key)) return;
    seen.add(key);
    pending.push([i, j]);
  };
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [i, j] = next;
    if (i === left.length && j === right.length) return true;
    for (const [a, b] of steps(left, i, right, j)) visit(a, b);
  }
  return false;
}

/** Where two patterns can be after one more character, or after a `*` has stood for nothing. */
function steps(left: readonly string[], i: number, right: readonly string[], j: number): [number, number][] {
  const a = left[i];
  const b = right[j];
  const next: [number, number][] = [];
  if (a === '*') next.push([i + 1, j]);
  if (b === '*') next.push([i, j + 1]);
  if (a === undefined || b === undefined) return next;
  if (a === '*' && b !== '*') next.push([i, j + 1]);
  if (b === '*' && a !== '*') next.push([i + 1, j]);
  if (a !== '*' && b !== '*' && (a === b || a === '?' || b === '?')) next.push([i + 1, j + 1]);
  return next;
}

/** Whether some name that starts with `prefix` matches the pattern. */
export function reachesUnder(pattern: string, prefix: string): boolean {
  return patternsMeet(pattern, `${prefix}*`);
}

export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}
