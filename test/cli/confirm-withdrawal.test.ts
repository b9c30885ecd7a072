import { expect, test } from 'vitest';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { confirmWithdrawal } from '../../functions/cli/commands/confirm-withdrawal.ts';
import type { Terminal } from '../../functions/cli/terminal.ts';

const hash = '0123456789abcdef';
const now = Date.parse('2026-03-01T09:00:00Z');
const by = 'arn:aws:iam::333333333333:user/kei';

function recording(): { terminal: Terminal; said: string[] } {
  const said: string[] = [];
  const terminal = {
    result: (text: string) => said.push(text),
    note: () => undefined,
    interactive: false,
  } as unknown as Terminal;
  return { terminal, said };
}

test('a confirmed hash lets exactly those withdrawals pass', async () => {
  const ledger = createMemoryLedger();
  const { terminal, said } = recording();
  expect(await confirmWithdrawal({ hash, ledger, by, now }, terminal)).toBe(0);
  expect(await ledger.confirmation(hash)).toEqual({ by, at: now });
  expect(await ledger.confirmation('fedcba9876543210')).toBeNull();
  expect(said).toEqual([`withdrawal ${hash} confirmed by ${by} for a day; the next run on its scope does it`]);
});

test('confirming twice is confirming later', async () => {
  const ledger = createMemoryLedger();
  const { terminal } = recording();
  await confirmWithdrawal({ hash, ledger, by, now }, terminal);
  expect(await confirmWithdrawal({ hash, ledger, by, now: now + 1 }, terminal)).toBe(0);
  expect(await ledger.confirmation(hash)).toEqual({ by, at: now + 1 });
});

test('what is no hash is refused before anything is written', async () => {
  const ledger = createMemoryLedger();
  await expect(confirmWithdrawal({ hash: 'all', ledger, by, now }, recording().terminal)).rejects.toMatchObject({
    code: 'UsageInvalid',
  });
});
