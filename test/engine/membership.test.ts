/** Membership: a consumer outside the organization is told, and given nothing, unless the policy calls it external. */

import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { ANALYTICS, CUR, JOB, MANAGEMENT } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { bucketStatements } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, type InProcessOptions, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';
import { confirmAsked } from '../support/two-roles.ts';

const policy = demoPolicy('demo-share');
const external = demoPolicy('demo-share', (document) => {
  document.accounts['analytics'] = { id: ANALYTICS, external: true };
});
const PRODUCER = scopeOf(CUR);

let cloud: InProcess;
afterEach(() => cloud.close());

/** Nobody has been in the consumer yet. */
async function open(current: Policy, options: InProcessOptions = {}): Promise<void> {
  cloud = await inProcess(current, { known: false, ...options });
  await runCrawler(cloud.stage);
}

const leave = () => cloud.stage.control.set('organizations', 'leave', { account: ANALYTICS });
const join = () => cloud.stage.control.set('organizations', 'join', { account: ANALYTICS, of: MANAGEMENT });
const causes = async () => (await openFindings(cloud)).map(({ hop, cause }) => `${hop} ${cause}`);
const reads = () => readAs(cloud.stage, JOB, CUR);
const OUTSIDE = 'membership account-outside-organization';
/** The demo has a role that only has the right name. */
const IMPOSTOR = 'role role-without-proof';

/** What is granted to the consumer, or in it, of the product. */
async function given(): Promise<readonly string[]> {
  const { permissions } = await stateOf(cloud.stage);
  const theirs = permissions.filter((row) => row.includes(ANALYTICS) && !row.includes('role/onramp/'));
  return theirs.filter((row) => row.includes(CUR.database));
}

const GIVES = /Grant|CreateDatabase|Accept/;
/** Calls of these runs that give somebody something. */
async function giving(...scopes: readonly Scope[]): Promise<readonly string[]> {
  const made = await writes(cloud, async () => {
    for (const scope of scopes) await cloud.settle(scope);
  });
  return made.filter((call) => GIVES.test(call));
}

test('a consumer nobody has been in is shared nothing; its own first run finds a member, and both go on', async () => {
  await open(policy);
  const made = await writes(cloud, () => cloud.run(PRODUCER));
  expect(made.filter((call) => GIVES.test(call))).toEqual([]);
  // The producer starts the consumer, which starts the producer, which starts the consumer.
  expect(cloud.queue).toEqual([CONSUMER]);
  await cloud.settle(PRODUCER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([IMPOSTOR]);
  expect(await writes(cloud, () => cloud.settle(PRODUCER))).toEqual([]);
});

test('one outside is told once, with nothing granted in it or to it; when it joins, it reads', async () => {
  await open(policy);
  await leave();
  expect(await giving(PRODUCER, CONSUMER, PRODUCER)).toEqual([]);
  expect(await causes()).toEqual([OUTSIDE]);
  expect(cloud.told.map(({ type }) => type)).toEqual(['Onramp Access Failed']);
  expect(await writes(cloud, () => cloud.settle(CONSUMER))).toEqual([]);
  await join();
  await cloud.settle(CONSUMER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([IMPOSTOR]);
  expect(cloud.told.map(({ type, alert }) => `${type}: ${alert.finding.cause}`)).toContain(
    'Onramp Access Recovered: account-outside-organization',
  );
});

test('a plan says so, and plans nothing in it', async () => {
  await open(policy);
  await leave();
  const { access } = cloud.reconcileServices;
  const { scopes } = await plan({ policy, access, ledger: cloud.ledger });
  const consumer = scopes.find(({ scope }) => scope.startsWith('onboard'));
  expect(consumer?.changes).toEqual([]);
  expect(consumer?.findings.map(({ cause }) => cause)).toEqual(['account-outside-organization']);
});

test('one that the policy calls external is invited, and reads table and bytes by its account', async () => {
  await open(external);
  await leave();
  await cloud.settle(PRODUCER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([IMPOSTOR]);
  const ours = (await bucketStatements(cloud.stage)).filter(({ Sid }) => String(Sid).startsWith('onramp'));
  expect(ours.length).toBeGreaterThan(0);
  for (const statement of ours) {
    expect(JSON.stringify(statement)).toContain(ANALYTICS);
    expect(JSON.stringify(statement)).not.toContain('PrincipalOrgID');
  }
});

test('a member that leaves is given nothing more, keeps what it has, and what the policy takes is taken', async () => {
  await open(policy);
  await cloud.settle(PRODUCER);
  const held = await given();
  await leave();
  await cloud.settle(CONSUMER);
  // What barred hops found before is neither told again nor called recovered.
  expect(await causes()).toEqual([OUTSIDE, IMPOSTOR]);
  expect(await given()).toEqual(held);
  const without = demoPolicy('demo-share', (document) => {
    const { cur } = document.products;
    if (cur === undefined) throw new Error('the demo shares cur');
    cur.audience = { accounts: ['finance-lake'] };
  });
  for (const scope of [CONSUMER, PRODUCER]) await cloud.settle(scope, without);
  await confirmAsked(cloud);
  for (const scope of [CONSUMER, PRODUCER]) await cloud.settle(scope, without);
  expect(await given()).toEqual([]);
});

test('one that may not tell is told as unknown, and taken for a member: it was entered', async () => {
  await open(policy);
  const denied = {
    kind: 'error' as const,
    operation: 'DescribeOrganization',
    code: 'AccessDeniedException',
    status: 400,
  };
  await cloud.stage.control.fault(denied);
  await cloud.settle(PRODUCER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual(['membership not-readable', IMPOSTOR]);
});

test('what was known stays known while it can not be read', async () => {
  await open(policy);
  await leave();
  await cloud.settle(PRODUCER);
  const denied = {
    kind: 'error' as const,
    operation: 'DescribeOrganization',
    code: 'AccessDeniedException',
    status: 400,
  };
  await cloud.stage.control.fault(denied);
  expect(await giving(CONSUMER, PRODUCER)).toEqual([]);
});

test('one that can not be entered is shared nothing: a wrong id in the policy invites nobody', async () => {
  await open(policy, { without: [ANALYTICS] });
  expect(await giving(PRODUCER, CONSUMER, PRODUCER)).toEqual([]);
});
