import { expect, test } from 'vitest';
import { printable } from '#cli/terminal.ts';

test('our own lines and colours stay, and nothing else that a terminal obeys (sec-8)', () => {
  expect(printable('\u001b[1mbold\u001b[22m\nnext')).toBe('\u001b[1mbold\u001b[22m\nnext');
  expect(printable('a\u001b[2Jb\u001b]0;title\u0007c\rd\u202ee\u009bf')).toBe('a [2Jb ]0;title c de f');
});
