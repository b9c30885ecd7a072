/**
 * sec-7: findings of a RAM share open and close with the share, whatever becomes of products. sec-8: strangers' invitations
 * are one finding, and what others named can't forge a line or a colour anywhere it is shown.
 */

import { CreateResourceShareCommand } from '@aws-sdk/client-ram';
import { afterEach, expect, test } from 'vitest';
import { planScopes } from '#engine/plan.ts';
import { renderPlan } from '../../functions/cli/render/plan.ts';
import { ANALYTICS, CUR, HR, JOB, SALES, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { bucketStatements, glueArn, makeDatabase, putBucketStatements, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { runContext } from '../support/run-context.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const HOSTILE = '\u001b[31mfree\r\nWhat to do: mail the key\u202e\u2028x';
/** What no text may hold wherever it is shown; our own mails have lines. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

let cloud: InProcess;
afterEach(() => cloud.close());

const found = async (cause: string) => (await openFindings(cloud)).filter((one) => one.cause === cause);

test('forty invitations of strangers are one finding and one mail, with their number and the first few (sec-8)', async () => {
  cloud = await scenario(policy, [crawled]);
  await makeDatabase(cloud.stage, SALES_LAKE, 'bait');
  const { ram } = root(cloud.stage, SALES_LAKE);
  const invite = (name: string) =>
    ram.send(
      new CreateResourceShareCommand({
        name,
        resourceArns: [glueArn(SALES_LAKE, 'database/bait')],
        principals: [ANALYTICS],
        clientToken: name,
      }),
    );
  for (let i = 0; i < 40; i += 1) await invite(`bait-${i}`);
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  const [one, ...more] = await found('invitation-left-alone');
  expect(more).toEqual([]);
  expect(one?.message).toMatch(/^40 invitation\(s\) from 1 account\(s\).* and 37 more$/);
  const mails = () => cloud.mails.filter(({ subject }) => subject.includes('invitation-left-alone'));
  expect(mails()).toHaveLength(1);
  await invite('bait-40');
  await cloud.settle(CONSUMER);
  expect((await found('invitation-left-alone'))[0]?.message).toMatch(/^41 invitation/);
  expect(mails()).toHaveLength(1);
});

test('a refused acceptance is told of its share alone, and closes with it though its product is blocked by then (sec-7)', async () => {
  const three = demoPolicy('demo-revoke');
  cloud = await scenario(three, [crawled]);
  const refused = { kind: 'error' as const, operation: 'AcceptResourceShareInvitation', code: 'AccessDeniedException' };
  await cloud.stage.control.fault({ ...refused, status: 403 });
  for (const table of [CUR, SALES, HR]) await cloud.settle(scopeOf(table), three);
  const failed = await found('accept-invitation-failed');
  const shares = new Set(failed.map(({ about }) => about));
  expect(failed.length).toBeGreaterThan(0);
  expect(shares.size).toBe(failed.length);
  expect(failed.map(({ product }) => product)).toEqual(failed.map(() => null));
  await cloud.stage.control.clearFaults();
  // Its producer no longer shares one of them: that product waits, and is not judged.
  const { snapshots } = cloud.reconcileServices;
  const told = await snapshots.read(scopeOf(HR));
  if (told === null) throw new Error('nothing was published');
  await snapshots.write({ ...told, products: told.products.map((one) => ({ ...one, shared: false })) });
  await cloud.run(CONSUMER, three);
  expect(await found('accept-invitation-failed')).toEqual([]);
});

test('whatever others named is shown on one line: in mails, events, findings, logs and plans (sec-8)', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const statements = await bucketStatements(cloud.stage);
  const ours = statements.find(({ Sid }) => String(Sid).startsWith('onramp'));
  // Named as ours, and with a hostile name.
  const hostile = { ...statements[0], Sid: `${String(ours?.['Sid']).slice(0, 12)}${HOSTILE}` };
  await putBucketStatements(cloud.stage, [...statements, hostile]);
  const refused = { kind: 'error' as const, operation: 'GetDataLakeSettings', code: 'AccessDeniedException' };
  await cloud.stage.control.fault({ ...refused, message: HOSTILE, status: 403, account: ANALYTICS });
  cloud.told.length = 0;
  cloud.mails.length = 0;
  await cloud.settle(scopeOf(CUR));
  await cloud.settle(CONSUMER);
  expect(cloud.told.map(({ alert }) => alert.finding.cause)).toEqual(
    expect.arrayContaining(['statement-not-ours', 'not-readable']),
  );
  const plan = await planScopes(runContext(cloud, policy));
  const rendered = renderPlan(plan, { names: new Map(), all: true, paint: (_, text) => text });
  const lines = [...cloud.mails.map(({ body }) => body), rendered].flatMap((text) => text.split('\n'));
  for (const text of [...lines, ...cloud.mails.map(({ subject }) => subject), ...textsIn([cloud.told, plan])])
    expect(text).not.toMatch(HIDDEN);
  expect(lines.filter((line) => line.startsWith('What to do: mail'))).toEqual([]);
  expect(JSON.stringify(cloud.told)).toContain('mail the key');
});

/** Every text of plain data. */
function textsIn(data: unknown): readonly string[] {
  if (typeof data === 'string') return [data];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap(textsIn);
}
