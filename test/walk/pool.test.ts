import { expect, test } from 'vitest';
import { inPool } from '#walk/pool.ts';

test('every question is answered, in order, never more than eight at once', async () => {
  let [asking, most] = [0, 0];
  const questions = Array.from({ length: 100 }, (_, i) => i);
  const answers = await inPool(questions, async (i) => {
    asking += 1;
    most = Math.max(most, asking);
    for (let turn = 0; turn < 1 + (i % 3); turn++) await Promise.resolve();
    asking -= 1;
    return i * 2;
  });
  expect(answers).toEqual(questions.map((i) => i * 2));
  expect(most).toBe(8);
});

test('a question that fails fails the whole, and none gives none', async () => {
  const failing = inPool([1, 2, 3], async (i) => {
    if (i === 2) throw new Error('refused');
    return i;
  });
  await expect(failing).rejects.toThrow('refused');
  expect(await inPool([], async () => 1)).toEqual([]);
});
