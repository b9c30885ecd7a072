/** What a run could not judge: one fault is one finding, and silence is no recovery. */

import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '#contracts/findings.ts';
import { NOTHING } from '#core/assessment.ts';
import { settle } from '#core/finding-records.ts';
import { finding, oneFindingPerFault, unreadable } from '#core/findings.ts';
import { ANALYTICS, CUR, FINANCE, HR, JOB } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario, settled } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

let cloud: InProcess;
afterEach(() => cloud?.close());

const refuse = (operation: string, account: string, more: object = {}) =>
  cloud.stage.control.fault({
    kind: 'error',
    operation,
    account,
    principal: 'onramp-',
    code: 'AccessDeniedException',
    status: 403,
    ...more,
  });
const told = () => cloud.told.map(({ type, alert }) => `${type}: ${alert.finding.hop} ${alert.finding.cause}`);

describe('no recovery', () => {
  test('of a refused grant while the hop before it can not be read', async () => {
    const hr = demoPolicy('demo', ({ products }) => {
      delete products['cur'];
      delete products['sales'];
    });
    cloud = await scenario(hr);
    const code = 'AccessDeniedException';
    await cloud.stage.control.fault({ kind: 'entry', operation: 'BatchGrantPermissions', account: FINANCE, code });
    await cloud.settle(scopeOf(HR));
    expect(told()).toContain('Onramp Access Failed: share grant-failed');
    await cloud.stage.control.clearFaults();
    await refuse('GetResourcePolicy', FINANCE);
    const before = cloud.told.length;
    await cloud.settle(scopeOf(HR));
    expect(told().slice(before)).toEqual(['Onramp Access Failed: catalog-policy not-readable']);
  });

  test('of a refused link while its share can not be seen', async () => {
    const policy = demoPolicy('demo-share');
    cloud = await scenario(policy, [crawled]);
    await refuse('CreateDatabase', ANALYTICS);
    await cloud.settle(scopeOf(CUR));
    expect(told()).toContain('Onramp Access Failed: link create-link-failed');
    await cloud.stage.control.clearFaults();
    await refuse('GetResourceShares', ANALYTICS);
    const before = cloud.told.length;
    await cloud.settle(CONSUMER);
    expect(
      told()
        .slice(before)
        .filter((text) => text.includes('Recovered')),
    ).toEqual([]);
    await cloud.stage.control.clearFaults();
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('but of a product the policy names no longer', () => {
    const where = { hop: 'share' as const, account: '1', region: 'r', resource: 'x', message: '', remedy: '' };
    const open = (product: string) => recordOf(finding({ ...where, state: 'broken', cause: 'grant-failed', product }));
    const skipped = [{ hop: 'share', product: 'kept' }];
    const { changed } = settle({
      scope: 's',
      findings: [],
      skipped,
      records: [open('kept'), open('gone')],
      now: 2,
      execution: 'e',
    });
    expect(changed.map(({ key, state }) => [key, state])).toEqual([[open('gone').key, 'recovered']]);
  });
});

function recordOf(found: Finding) {
  return {
    key: found.key,
    scope: 's',
    state: 'open' as const,
    finding: found,
    openedAt: 1,
    seenAt: 1,
    recoveredAt: null,
    reportedAt: 1,
    recoveryReportedAt: null,
    execution: 'e',
  };
}

describe('one fault, one finding', () => {
  test.each([
    ['an account nobody can enter', { without: [FINANCE] }, 'account-not-entered', 'enforce' as const],
    ['a reader that is no administrator', {}, 'not-readable', 'report' as const],
  ])('%s', async (_, options, cause, mode) => {
    const policy = demoPolicy('demo-revoke', (document) => void Object.assign(document, { mode }));
    cloud = await scenario(policy, [], options);
    await cloud.settle(scopeOf(CUR));
    const unknown = (await openFindings(cloud)).filter(
      ({ state, account }) => state === 'unknown' && account === FINANCE,
    );
    expect(unknown.map((f) => f.cause)).toEqual([cause]);
    expect(unknown[0]?.message).toContain(FINANCE);
  });

  test('what was found on hops it hides stays open, and two reasons are two findings', () => {
    const why = { code: 'AccessDenied', message: 'no', aws: { code: 'AccessDenied', message: 'no' } };
    const at = (hop: 'location' | 'exposure', product: string, region = 'r') =>
      unreadable({ hop, account: '1', region, product, resource: product }, why);
    const findings = [at('location', 'a'), at('location', 'b'), at('exposure', 'a'), at('exposure', 'a', 'other')];
    const one = oneFindingPerFault({ ...NOTHING, findings });
    expect(one.findings).toMatchObject([
      { hop: 'location', product: null, resource: '1 in r' },
      { hop: 'exposure', product: 'a', region: 'other' },
    ]);
    expect(one.skipped).toContainEqual({ hop: 'exposure', product: 'a' });
  });
});

describe('throttled readings', () => {
  const throttle = (more: object = {}) =>
    cloud.stage.control.fault({
      kind: 'error',
      operation: 'GetResourcePolicy',
      principal: 'onramp-',
      code: 'ThrottlingException',
      status: 400,
      ...more,
    });
  const open = async () => {
    cloud = await scenario(demoPolicy('demo-share'), [crawled, settled(scopeOf(CUR))]);
    cloud.told.length = 0;
  };

  test('for longer than the SDK tries, in every stage: the machine asks again, and nobody is told', async () => {
    await open();
    const before = cloud.clock.now();
    await throttle({ times: 12 });
    await cloud.settle(scopeOf(CUR));
    expect(told()).toEqual([]);
    expect(cloud.clock.now()).toBeGreaterThan(before + 5000);
  });

  test('for good: unknown, told once, and the run ends all the same', async () => {
    await open();
    await throttle();
    const ended = await cloud.run(scopeOf(CUR));
    expect(ended.status).toBe('SUCCEEDED');
    expect(told()).toEqual(['Onramp Access Failed: catalog-policy not-readable']);
  });
});
