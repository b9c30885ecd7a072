/** Law 10 over a lake: neither grants nor bytes are taken back in a mass before a person has said so. */

import { afterEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { useConfirmations } from '#engine/brake.ts';
import { ANALYTICS, CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { isRefused, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { bucketStatements } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { runContext } from '../support/run-context.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';
import { databaseScope, findingsOf, people, taggingPolicy } from '../support/tagging.ts';

let cloud: InProcess;
afterEach(() => cloud.close());

const forAudience = (...accounts: string[]) =>
  demoPolicy('demo-share', (document) => {
    document.accounts['other'] = '444444444444';
    document.limits.withdraw = { atMost: 0, percent: 0, accounts: 0 };
    if (document.products['cur']) document.products['cur'].audience.accounts = accounts;
  });

async function hashes(): Promise<readonly string[]> {
  const open = (await cloud.ledger.findings(scopeText(scopeOf(CUR)))).filter(({ state }) => state === 'open');
  return open
    .map(({ finding }) => finding)
    .filter(({ cause }) => cause === 'brake-pulled')
    .map(({ resource }) => resource.replace('withdrawal ', ''));
}

test('an audience that shrinks loses neither table nor bytes before it is confirmed, and then both', async () => {
  const before = forAudience('analytics', 'other');
  const after = forAudience('other');
  cloud = await scenario(before, [crawled]);
  await cloud.settle(scopeOf(CUR), before);
  const statements = await bucketStatements(cloud.stage);
  await cloud.settle(scopeOf(CUR), after);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect(await bucketStatements(cloud.stage)).toEqual(statements);
  // Bytes are closed after the grants, behind a brake of their own.
  for (const closed of ['grants', 'bytes']) {
    const asked = await hashes();
    expect(asked, closed).toHaveLength(1);
    await cloud.ledger.confirm(asked[0] ?? '', { by: 'test', at: cloud.clock.now() });
    await cloud.settle(scopeOf(CUR), after);
  }
  expect(await hashes()).toEqual([]);
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
  expect(JSON.stringify(await bucketStatements(cloud.stage))).not.toContain('222222222222');
});

test('a product that was renamed is no withdrawal, and what it then no longer wants is withdrawn', async () => {
  const renamed = (...accounts: string[]) =>
    demoPolicy('demo-share', (document) => {
      document.accounts['other'] = '444444444444';
      const { cur, ...rest } = document.products;
      if (cur) document.products = { ...rest, cur2: { ...cur, audience: { accounts } } };
    });
  const before = demoPolicy('demo-share', (document) => {
    document.accounts['other'] = '444444444444';
    if (document.products['cur']) document.products['cur'].audience.accounts = ['analytics', 'other'];
  });
  cloud = await scenario(before, [crawled]);
  await cloud.settle(scopeOf(CUR), before);
  const statements = await bucketStatements(cloud.stage);
  await cloud.settle(scopeOf(CUR), renamed('analytics', 'other'));
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  // Named for whom they admit, and about the same bytes.
  expect(await bucketStatements(cloud.stage)).toEqual(statements);
  await cloud.settle(scopeOf(CUR), renamed('other'));
  expect(await hashes()).toEqual([]);
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
  const granted = (await entriesIn(cloud.ledger, FINANCE, REGION)).filter(({ principal }) => principal === ANALYTICS);
  expect(granted.map(({ target }) => target)).toEqual([]);
});

test('a rule that turns many tables is held with its hash, and goes on once a person has said so', async () => {
  const rule = (source: string) => taggingPolicy([{ match: { table: '*' }, assign: { source } }]);
  const tables = Array.from({ length: 21 }, (_, i) => `t${i}`);
  cloud = await scenario(rule('product'));
  const by = people(cloud);
  await by.becomeAdmin();
  await by.makeDatabase();
  for (const table of tables) await by.makeTable(table);
  const scope = databaseScope();
  await cloud.run(scope);
  expect(await by.assigned('t0')).toEqual({ t0: { source: 'product' } });

  const closed = rule('none');
  await cloud.run(scope, closed);
  for (const table of tables) expect(await by.assigned(table)).toEqual({ [table]: { source: 'product' } });
  const [held] = (await findingsOf(cloud, scope)).filter(({ cause }) => cause === 'brake-pulled');
  expect(held?.message).toContain('source=product into source=none on 21 thing(s)');
  await by.makeTable('new');
  await cloud.run(scope, closed);
  expect(await by.assigned('new')).toEqual({ new: { source: 'none' } });

  const hash = held?.resource.replace('withdrawal ', '') ?? '';
  await cloud.ledger.confirm(hash, { by: 'test', at: cloud.clock.now() });
  await cloud.run(scope, closed);
  for (const table of tables) expect(await by.assigned(table)).toEqual({ [table]: { source: 'none' } });
  expect(await findingsOf(cloud, scope)).toEqual([]);
});

test('a confirmation is used up by the run that acts on it: the same list, once more, asks once more', async () => {
  const before = forAudience('analytics', 'other');
  const after = forAudience('other');
  cloud = await scenario(before, [crawled]);
  await cloud.settle(scopeOf(CUR), before);
  await cloud.settle(scopeOf(CUR), after);
  const [hash = ''] = await hashes();
  await cloud.ledger.confirm(hash, { by: 'test', at: cloud.clock.now() });
  await cloud.settle(scopeOf(CUR), after);
  expect(await cloud.ledger.confirmation(hash)).toBeNull();
  expect(await cloud.ledger.passing(scopeText(scopeOf(CUR)))).toBeNull();
  await cloud.later(60_000);
  await cloud.settle(scopeOf(CUR), before);
  await cloud.settle(scopeOf(CUR), after);
  expect(await hashes()).toEqual([hash]);
  const granted = (await entriesIn(cloud.ledger, FINANCE, REGION)).filter(({ principal }) => principal === ANALYTICS);
  expect(granted).not.toEqual([]);
});

test('of two runs that use one confirmation at once one does, and the other is judged anew (sec-11)', async () => {
  cloud = await scenario(forAudience('other'), [crawled]);
  await cloud.ledger.confirm('hash', { by: 'test', at: cloud.clock.now() });
  const use = () =>
    useConfirmations(runContext(cloud, forAudience('other')), scopeOf(CUR), [{ hash: 'hash', tickets: ['t'] }]);
  const outcomes = await Promise.allSettled([use(), use()]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'MoreToDo' } });
  expect(await cloud.ledger.confirmation('hash')).toBeNull();
});

test('killed in the middle of what was confirmed, the next run does the rest, and asks nobody', async () => {
  const before = forAudience('analytics', 'other');
  const after = forAudience('other');
  cloud = await scenario(before, [crawled], { mortal: true });
  await cloud.settle(scopeOf(CUR), before);
  await cloud.settle(scopeOf(CUR), after);
  const [hash = ''] = await hashes();
  await cloud.ledger.confirm(hash, { by: 'test', at: cloud.clock.now() });
  const count = async () => {
    const journal = await cloud.stage.control.journal();
    return journal.filter(({ operation }) => operation === 'BatchRevokePermissions').length;
  };
  const revoked = await count();
  for (let nth = 1; (await count()) === revoked; nth += 1) {
    await cloud.ledger.confirm(hash, { by: 'test', at: cloud.clock.now() });
    cloud.line?.die(nth, 'after');
    await cloud.settle(scopeOf(CUR), after).catch(() => undefined);
    cloud.line?.mend();
    cloud.queue.length = 0;
    await cloud.later(21 * 60_000);
  }
  await cloud.ledger.unconfirm(hash);
  await cloud.settle(scopeOf(CUR), after);
  const { permissions } = await stateOf(cloud.stage);
  expect(permissions.filter((row) => row.startsWith(`${FINANCE}: ${ANALYTICS} `))).toEqual([]);
  expect(await hashes()).not.toContain(hash);
});
