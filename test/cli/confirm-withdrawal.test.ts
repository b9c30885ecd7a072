import { expect, test } from 'vitest';
import { finding } from '#core/findings.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import type { MachineStart } from '#core/start.ts';
import { scopeText } from '#core/start.ts';
import { confirmWithdrawal } from '../../functions/cli/commands/confirm-withdrawal.ts';
import type { Terminal } from '../../functions/cli/terminal.ts';
import { entry, record } from '../aws/ledger-builders.ts';
import { samplePolicy } from '../support/policies.ts';

const hash = '0123456789abcdef';
const { policy } = samplePolicy();
const SCOPE = { half: 'publish', account: '111111111111', region: 'ap-northeast-1', database: 'gone' } as const;
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

const starts: MachineStart[] = [];
const start = async (given: MachineStart) => {
  starts.push(given);
  return 'started' as const;
};

test('a confirmed hash lets exactly those withdrawals pass', async () => {
  const ledger = createMemoryLedger();
  const { terminal, said } = recording();
  expect(await confirmWithdrawal({ hash, policy, ledger, start, by, now }, terminal)).toBe(0);
  expect(await ledger.confirmation(hash)).toEqual({ by, at: now });
  expect(await ledger.confirmation('fedcba9876543210')).toBeNull();
  expect(said).toEqual([
    `withdrawal ${hash} confirmed by ${by}, once, within a day; no run has asked for it yet: the next one of its scope does it`,
  ]);
});

test('confirming twice is confirming later', async () => {
  const ledger = createMemoryLedger();
  const { terminal } = recording();
  await confirmWithdrawal({ hash, policy, ledger, start, by, now }, terminal);
  expect(await confirmWithdrawal({ hash, policy, ledger, start, by, now: now + 1 }, terminal)).toBe(0);
  expect(await ledger.confirmation(hash)).toEqual({ by, at: now + 1 });
});

test('what is no hash is refused before anything is written', async () => {
  const ledger = createMemoryLedger();
  await expect(
    confirmWithdrawal({ hash: 'all', policy, ledger, start, by, now }, recording().terminal),
  ).rejects.toMatchObject({
    code: 'UsageInvalid',
  });
});

test('it starts the run that asked, also of a database that the policy names no longer', async () => {
  const ledger = createMemoryLedger();
  await ledger.put([entry('a', { account: SCOPE.account, region: SCOPE.region, database: SCOPE.database })]);
  const told = finding({
    hop: 'share',
    state: 'broken',
    cause: 'brake-pulled',
    account: SCOPE.account,
    region: SCOPE.region,
    resource: `withdrawal ${hash}`,
    message: 'm',
    remedy: 'r',
  });
  await ledger.putFindings([record('k', { scope: scopeText(SCOPE), finding: told })]);
  starts.length = 0;
  const { terminal, said } = recording();
  await confirmWithdrawal({ hash, policy, ledger, start, by, now }, terminal);
  expect(starts.map(({ machine, input }) => [machine, input])).toEqual([
    ['publish', { scope: SCOPE, window: `hand-${hash}-${now}`, lookAt: '1970-01-01T00:00:00Z' }],
  ]);
  expect(starts[0]?.name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
  expect(said[0]).toContain(`started: ${scopeText(SCOPE)}`);
});
