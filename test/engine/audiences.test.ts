/** Audiences of the organization, whole runs: accounts that come are given, accounts that go are taken from, and nobody else. */

import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import { policyHash, resolutionHash, resolvePinned } from '#core/policy.ts';
import { ANALYTICS, CUR, JOB, ORGANIZATION, OTHER_ACCOUNT } from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { demoDocument } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { scopeOf } from '../support/scopes.ts';

const UNIT = 'ou-a1b2-11111111';

/** The demo's product for a unit that has these accounts. */
function forUnit(...accounts: string[]): Policy {
  const document = demoDocument('demo-share', ({ products }) => {
    if (products['cur']) products['cur'].audience = { organizationalUnits: [UNIT] };
  });
  const resolution = {
    organization: ORGANIZATION,
    parts: { [UNIT]: { path: `${ORGANIZATION}/r-a1b2/${UNIT}/`, accounts: accounts.sort() } },
    names: Object.fromEntries(accounts.map((id) => [id, id])),
  };
  const stored: StoredResolution = { hash: resolutionHash(resolution), resolution, departed: [] };
  return resolvePinned(document, policyHash(document), stored);
}

let cloud: InProcess;
afterEach(() => cloud.close());
const reads = (reader = JOB) => readAs(cloud.stage, reader, CUR);

test('an account that the organization tells of is given what a named one is, though no run was there before', async () => {
  const policy = forUnit(ANALYTICS);
  cloud = await inProcess(policy, { known: false });
  await runCrawler(cloud.stage);
  await cloud.settle(scopeOf(CUR));
  expect(await reads()).toSatisfy(isRead);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRefused);
  expect(await writes(cloud, () => cloud.settle(scopeOf(CUR)))).toEqual([]);
});
