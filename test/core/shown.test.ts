import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shown, shownIn } from '#contracts/shown.ts';
import { finding } from '#core/findings.ts';

/** What no text of ours may hold wherever it is shown. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

const texts = fc.string({ unit: 'binary' });

test('whatever somebody calls a thing, it is one line without controls and marks of direction', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(shown(text)).not.toMatch(HIDDEN);
      expect(shown(shown(text))).toBe(shown(text));
    }),
  );
});

test.each([
  ['cur\r\nWhat to do: mail the key to x', 'cur What to do: mail the key to x'],
  ['\u001b[2J\u001b]0;owned\u0007cur', ' [2J ]0;owned cur'],
  ['a\u202egnp.exe', 'agnp.exe'],
  ['line\u2028two\u0085three', 'line two three'],
  ['売上データ 2024', '売上データ 2024'],
  ['می‌خواهم 👩‍💻', 'می‌خواهم 👩‍💻'],
])('%j', (text, plain) => {
  expect(shown(text)).toBe(plain);
});

test('every text of plain data, at any depth, and names of members', () => {
  const data = { a: ['x\n', { 'b\u202e': 'y\u001b' }], n: 1, none: null };
  expect(shownIn(data)).toEqual({ a: ['x ', { b: 'y ' }], n: 1, none: null });
});

test('a finding is shown as it is, whichever of its texts is hostile', () => {
  fc.assert(
    fc.property(texts, texts, texts, texts, texts, (resource, principal, message, remedy, words) => {
      const made = finding({
        ...{ hop: 'share', state: 'broken', cause: 'x', account: '111111111111', region: 'r', product: words },
        ...{ resource, principal, message, remedy, aws: { code: words, message: words } },
      });
      for (const text of [made.resource, made.principal, made.message, made.remedy, made.product, made.aws?.message])
        expect(text).not.toMatch(HIDDEN);
    }),
  );
});
