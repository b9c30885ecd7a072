import { expect, test } from 'vitest';
import { remembered } from '#core/remembered.ts';

function asking(most: number) {
  const asked: string[] = [];
  const length = remembered(most, (text) => asked.push(text) && text.length);
  return { asked, length };
}

test('a text is asked once, until so many others were asked that it is forgotten', () => {
  const { asked, length } = asking(4);
  expect(['a', 'bb', 'a', 'bb'].map(length)).toEqual([1, 2, 1, 2]);
  expect(asked).toEqual(['a', 'bb']);
  expect(['ccc', 'dddd', 'eeeee', 'a'].map(length)).toEqual([3, 4, 5, 1]);
  expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd', 'eeeee', 'a']);
});

test('what is asked again and again is kept, whatever else is asked', () => {
  const { asked, length } = asking(4);
  for (let i = 0; i < 20; i++) expect([length('often'), length(`${i}`)]).toEqual([5, `${i}`.length]);
  expect(asked.filter((text) => text === 'often')).toHaveLength(1);
});
