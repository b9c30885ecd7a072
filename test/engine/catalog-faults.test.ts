/** Law 5 over a whole catalog: what every scope of it meets is told by one of them, and recovers there. */

import { CreateDatabaseCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { CUR, FINANCE, HR, REGION, SALES, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import { LAKE_ADMIN } from '../../infra/local/scenes/sales-places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, salesLake, scenario } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';

let cloud: InProcess;
afterEach(() => cloud.close());

const refuse = (operation: string) =>
  cloud.stage.control.fault({
    kind: 'error',
    operation,
    principal: 'onramp-',
    code: 'AccessDeniedException',
    status: 403,
  });
const told = () =>
  cloud.told.map(({ type, alert: { finding } }) => `${type}: ${finding.hop} ${finding.cause} ${finding.resource}`);

async function reconcile(scopes: readonly PublishScope[], policy: Policy): Promise<readonly string[]> {
  const before = cloud.told.length;
  for (const scope of scopes) expect((await cloud.run(scope, policy)).status).toBe('SUCCEEDED');
  return told().slice(before);
}

describe('a catalog with a scope of its own', () => {
  const names = [null, 'raw1', 'raw2', 'raw3'];
  const scopes = names.map((database) => ({ half: 'publish' as const, account: SALES_LAKE, region: REGION, database }));
  const tagging = (mode: 'report' | 'enforce') =>
    demoPolicy('demo-blueprint', (document) => {
      document.mode = mode;
      if (document.tags === undefined) return;
      const match = { account: 'sales-lake' };
      document.tags.rules = [{ match, on: 'database', assign: { source: 'none' }, apply: 'enforce' }];
    });
  const policy = tagging('enforce');
  beforeEach(async () => {
    cloud = await scenario(policy, [salesLake]);
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    for (const Name of names)
      if (Name !== null) await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
  });

  test('settings that can not be written are told by it alone, whichever comes first, and so is their recovery', async () => {
    await refuse('PutDataLakeSettings');
    const first = await reconcile([...scopes].reverse(), policy);
    expect(first.filter((line) => line.includes('settings'))).toEqual([
      `Onramp Access Failed: settings merge-settings-failed Lake Formation settings of ${SALES_LAKE}`,
    ]);
    // What can't be read for want of it is told there as well, once.
    expect(first.filter((line) => line.includes('not-readable')).length).toBeLessThanOrEqual(1);
    await cloud.stage.control.clearFaults();
    await reconcile(scopes, policy);
    const recovered = told().filter((line) => line.includes('Recovered') && line.includes('settings'));
    expect(recovered).toHaveLength(1);
    for (const scope of scopes.slice(1)) expect(await open(scope)).toEqual([]);
  });

  test('in report mode, too', async () => {
    const lines = await reconcile(scopes, tagging('report'));
    expect(lines.filter((line) => line.includes('settings'))).toHaveLength(1);
  });

  test('a list of LF-Tags that can not be read, and keys that can not be made', async () => {
    await refuse('CreateLFTag');
    const unmade = await reconcile(scopes, policy);
    expect(unmade.filter((line) => line.includes('tag-failed')).length).toBe(
      new Set(unmade.filter((line) => line.includes('tag-failed'))).size,
    );
    expect(unmade.some((line) => line.includes('create-tag-failed'))).toBe(true);
    await cloud.stage.control.clearFaults();
    await refuse('ListLFTags');
    const unread = await reconcile(scopes, policy);
    expect(unread.filter((line) => line.includes('not-readable'))).toEqual([
      `Onramp Access Failed: tags not-readable LF-Tags of ${SALES_LAKE}`,
    ]);
  });
});

describe('a catalog of products only', () => {
  const policy = demoPolicy('demo');
  const scopes = [CUR, SALES, HR].map(scopeOf);

  test('its first database that may write tells of the settings', async () => {
    cloud = await scenario(policy, [crawled]);
    await refuse('PutDataLakeSettings');
    const lines = await reconcile(scopes, policy);
    expect(lines.filter((line) => line.includes('settings'))).toEqual([
      `Onramp Access Failed: settings merge-settings-failed Lake Formation settings of ${FINANCE}`,
    ]);
  });

  test('a record that another scope opened before stays open until the fault is gone, and then recovers', async () => {
    cloud = await scenario(policy, [crawled]);
    await refuse('PutDataLakeSettings');
    const alone = demoPolicy('demo', ({ products }) => {
      delete products['cur'];
      delete products['hr'];
    });
    await reconcile([scopeOf(SALES)], alone);
    const before = await open(scopeOf(SALES));
    expect(before).toContain('merge-settings-failed');
    expect(await reconcile([scopeOf(SALES)], policy)).toEqual([]);
    expect(await open(scopeOf(SALES))).toEqual(before);
    await cloud.stage.control.clearFaults();
    await reconcile([scopeOf(SALES)], policy);
    expect(await open(scopeOf(SALES))).not.toContain('merge-settings-failed');
    expect(told().filter((line) => /Recovered: settings/.test(line))).toHaveLength(1);
  });
});

async function open(scope: PublishScope): Promise<readonly string[]> {
  const records = await cloud.ledger.findings(scopeText(scope));
  return records.filter(({ state }) => state === 'open').map((record) => record.finding.cause);
}
