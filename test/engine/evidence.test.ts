/** What a plan says of every hop: whether it holds, and which answers of AWS it went by. */

import { afterEach, expect, test } from 'vitest';
import type { PlanDocument } from '#contracts/documents.ts';
import { hopsOf } from '#engine/assess.ts';
import { PATH } from '#hops/path.ts';
import { ANALYTICS, CUR, FINANCE, JOB, REGION, readerArn } from '../../infra/local/scenes/places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { plan } from '../support/plan.ts';
import { QUERIES } from '../support/queries.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const COMMAND = /Command$/;

let cloud: InProcess;
afterEach(() => cloud.close());

async function planned(): Promise<PlanDocument> {
  return plan({ policy, access: cloud.reconcileServices.access, ledger: cloud.ledger });
}

function hopOf(document: PlanDocument, scope: string, hop: string) {
  const states = document.scopes.find((one) => one.scope.startsWith(scope))?.hops ?? [];
  const state = states.find((one) => one.hop === hop);
  if (state === undefined) throw new Error(`the plan says nothing of ${hop} in ${scope}`);
  return state;
}

test('where all is done every hop of every scope is there, and holds or is told why not', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const document = await planned();
  for (const scope of [scopeOf(CUR), CONSUMER]) {
    const names = hopsOf({ path: PATH }, scope).map(({ name }) => name);
    const told = document.scopes.find((one) => one.scope.startsWith(`${scope.half} ${scope.account}`));
    expect(told?.hops.map(({ hop }) => hop)).toEqual(names);
  }
  const states = document.scopes.flatMap(({ hops }) => hops.map(({ hop, state }) => `${hop} ${state}`));
  // A role of the right name without proof is in the world of every scene.
  expect(states.filter((text) => !text.endsWith(' holds'))).toEqual(['role broken']);
});

test('the grants, the link and the roles themselves are shown', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const document = await planned();
  const shown = (hop: string) =>
    hopOf(document, `onboard ${ANALYTICS}`, hop).evidence.flatMap(({ shows }) => shows ?? []);
  expect(shown('link')).toContain(`links to ${CUR.database} of ${FINANCE}`);
  expect(shown('grants')).toContain(
    `${readerArn(JOB)} has DESCRIBE, SELECT on all tables of ${FINANCE}/${CUR.database}`,
  );
  expect(shown('role')).toContain(readerArn(JOB));
});

test('no call is made that is not evidence for some hop, and evidence says where and of what', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const sent = new Set<string>();
  cloud.watch(async (command, role) => {
    if (role === 'Reader') sent.add(command.replace(COMMAND, ''));
  });
  const document = await planned();
  const evidence = document.scopes.flatMap(({ hops }) => hops.flatMap((hop) => hop.evidence));
  const declared = new Set(evidence.flatMap(({ calls }) => calls.map((call) => call.split(':')[1])));
  expect([...sent].filter((command) => !declared.has(command))).toEqual([]);
  for (const { account, region, at } of evidence) {
    expect([FINANCE, ANALYTICS]).toContain(account);
    expect(region).toBe(REGION);
    expect(at).toBeGreaterThan(0);
  }
});

test('a hop whose fact AWS would not tell says which call it was and what AWS said', async () => {
  cloud = await scenario(policy, [crawled, published]);
  await cloud.stage.control.fault({
    kind: 'error',
    service: 's3',
    operation: 'GetBucketPolicy',
    code: 'AccessDenied',
    status: 403,
  });
  const storage = hopOf(await planned(), `publish ${FINANCE}`, 'storage');
  expect(storage.state).toBe('unknown');
  const asked = storage.evidence.find(({ calls }) => calls.includes('s3:GetBucketPolicy'));
  expect(asked?.unknown).toContain('AccessDenied');
});

test('what several hops make of the same readings is evidence for each of them', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const document = await planned();
  for (const hop of ['acceptance', 'link', 'grants']) {
    const { evidence } = hopOf(document, `onboard ${ANALYTICS}`, hop);
    expect(evidence.flatMap(({ calls }) => calls)).toContain('ram:GetResourceShares');
  }
});

test('every question names its calls', () => {
  for (const { calls } of QUERIES) expect(calls.length).toBeGreaterThan(0);
});
