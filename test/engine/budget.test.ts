/** A stage with more to write than one call of its function has time for. */

import { expect, test } from 'vitest';
import { CUR, HR, JOB, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { shareInOrganization } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { scenario } from '../support/scenario.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-revoke');
/** Two hundred seconds between one write and the next. */
const slow = demoPolicy('demo-revoke', ({ limits }) => {
  limits.writesPerSecond = 0.005;
});

test('it ends the call in time, says so, and goes on where it is when called again', async () => {
  const cloud = await scenario(policy);
  try {
    await shareInOrganization(cloud.stage);
    await runCrawler(cloud.stage);
    for (const table of [CUR, SALES, HR]) await cloud.run(scopeOf(table), policy);
    const run = await cloud.run(CONSUMER, slow);
    expect(run.status).toBe('SUCCEEDED');
    const inTime = run.calls.filter(({ state }, i) => run.calls[i + 1]?.state === state);
    expect(inTime.length, run.states.join()).toBeGreaterThan(0);
    for (const table of [CUR, SALES, HR]) expect(await readAs(cloud.stage, JOB, table)).toEqual(READ);
  } finally {
    await cloud.close();
  }
});
