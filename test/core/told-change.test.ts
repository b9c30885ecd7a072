/** What an event says of a changed policy stays within what EventBridge takes. */

import { expect, test } from 'vitest';
import { toldChange } from '#core/told-change.ts';

const hash = 'a'.repeat(64);
const accounts = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ account: String(i).padStart(12, '0'), region: 'ap-northeast-1' }));
const places = (count: number, database: string) => accounts(count).map((one) => ({ ...one, database }));
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

test('an audience of fifty thousand that is taken out fits, and so do names in any script', () => {
  const detail = toldChange({
    hash,
    gone: places(5000, '売上'.repeat(120)),
    left: accounts(50_000),
    only: places(5000, 'cur'),
  });
  expect(bytes(detail)).toBeLessThan(250 * 1024);
  expect(detail.left?.length).toBeGreaterThan(1000);
  expect(detail.gone?.length).toBeGreaterThan(50);
});

test('what narrows a look is told whole or not at all: then everything is looked at', () => {
  expect(toldChange({ hash, only: places(10, 'cur') }).only).toHaveLength(10);
  expect(toldChange({ hash, only: places(5000, 'cur') })).not.toHaveProperty('only');
});

test('what fits is told as it is', () => {
  const detail = { hash, gone: places(2, 'cur'), left: accounts(3) };
  expect(toldChange(detail)).toEqual(detail);
});
