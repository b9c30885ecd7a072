import { expect, test } from 'vitest';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { confirmWithdrawal } from '../../functions/cli/commands/confirm-withdrawal.ts';
import type { Terminal } from '../../functions/cli/terminal.ts';

const hash = '0123456789abcdef';
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
  expect(await confirmWithdrawal({ hash, ledger, by }, terminal)).toBe(0);
  expect(await ledger.isConfirmed(hash)).toBe(true);
  expect(await ledger.isConfirmed('fedcba9876543210')).toBe(false);
  expect(said).toEqual([`withdrawal ${hash} confirmed by ${by}; the next run on its scope does it`]);
});

test('confirming twice is said, not refused', async () => {
  const ledger = createMemoryLedger();
  const { terminal, said } = recording();
  await confirmWithdrawal({ hash, ledger, by }, terminal);
  expect(await confirmWithdrawal({ hash, ledger, by }, terminal)).toBe(0);
  expect(said[1]).toContain('was confirmed before');
});

test('what is no hash is refused before anything is written', async () => {
  const ledger = createMemoryLedger();
  await expect(confirmWithdrawal({ hash: 'all', ledger, by }, recording().terminal)).rejects.toMatchObject({
    code: 'UsageInvalid',
  });
});
