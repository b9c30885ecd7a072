import { expect, test } from 'vitest';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { halt, resume } from '../../functions/cli/commands/halt.ts';
import type { Terminal } from '../../functions/cli/terminal.ts';

const now = Date.parse('2026-03-01T09:00:00Z');
const by = 'arn:aws:iam::333333333333:user/kei';

function recording(): { terminal: Terminal; said: string[] } {
  const said: string[] = [];
  return { terminal: { result: (text: string) => said.push(text) } as unknown as Terminal, said };
}

test('the hub is halted with who and why, and goes on again', async () => {
  const ledger = createMemoryLedger();
  const { terminal, said } = recording();
  expect(await halt({ ledger, by, why: ' wrong policy deployed ', now }, terminal)).toBe(0);
  expect(await ledger.halt()).toEqual({ by, why: 'wrong policy deployed', at: now });
  expect(await resume({ ledger }, terminal)).toBe(0);
  expect(await ledger.halt()).toBeNull();
  expect(said.at(-1)).toContain('halted 2026-03-01T09:00:00.000Z by arn:aws:iam::333333333333:user/kei: wrong policy');
});

test('resuming what was not halted says so and changes nothing', async () => {
  const { terminal, said } = recording();
  expect(await resume({ ledger: createMemoryLedger() }, terminal)).toBe(0);
  expect(said).toEqual(['the hub was not halted']);
});

test.for(['', '   ', 'x'.repeat(201)])('a reason is a sentence: %j', async (why) => {
  const ledger = createMemoryLedger();
  await expect(halt({ ledger, by, why, now }, recording().terminal)).rejects.toMatchObject({ code: 'UsageInvalid' });
  expect(await ledger.halt()).toBeNull();
});
