import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { known, unknown } from '#core/observed.ts';
import { askAll, askEach } from '#hops/ask-each.ts';

const questions = Array.from({ length: 100 }, (_, i) => i);
const WHY = { code: 'AccessDenied', message: 'refused' };

test('every question is answered, in order, never more than eight at once', async () => {
  let [asking, most] = [0, 0];
  const answers = await askEach(questions, async (i) => {
    asking += 1;
    most = Math.max(most, asking);
    for (let turn = 0; turn < 1 + (i % 3); turn++) await setImmediate();
    asking -= 1;
    return known(i * 2);
  });
  expect(answers).toEqual(known(questions.map((i) => i * 2)));
  expect(most).toBe(8);
});

test('a question that is unknown is the answer to all, and nothing more is asked', async () => {
  let asked = 0;
  const answers = await askEach(questions, async (i) => {
    asked += 1;
    await setImmediate();
    return i === 3 ? unknown(WHY) : known(i);
  });
  expect(answers).toEqual(unknown(WHY));
  const until = asked;
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  expect(asked).toBe(until);
  expect(until).toBeLessThan(20);
  expect(await askEach([], async () => unknown(WHY))).toEqual(known([]));
});

test('what is our own fault is thrown', async () => {
  const failing = askEach([1, 2, 3], async (i) => {
    if (i === 2) throw new Error('refused');
    return known(i);
  });
  await expect(failing).rejects.toThrow('refused');
});

test('asked each for itself, one that is unknown hides no other', async () => {
  const answers = await askAll([1, 2], async (i) => (i === 1 ? unknown(WHY) : known(i)));
  expect(answers).toEqual([unknown(WHY), known(2)]);
});
