/**
 * sec-10: what a document lets in beyond the policy and beyond what we wrote is closed at once, whatever the brake says of
 * withdrawals, and told. sec-16: what is only named as ours is stays, and is told.
 */

import { afterEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { CUR } from '../../infra/local/scenes/places.ts';
import { bucketStatements, putBucketStatements, putCatalogPolicy } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { openFindings, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

const SCOPE = scopeOf(CUR);
/** Nothing may be withdrawn without a person. */
const strict = demoPolicy('demo-share', ({ accounts, limits, products }) => {
  accounts['other'] = '444444444444';
  limits.withdraw = { atMost: 0, percent: 0, accounts: 3 };
  if (products['cur']) products['cur'].audience.accounts = ['analytics', 'other'];
});
const narrower = demoPolicy('demo-share', ({ accounts, limits }) => {
  accounts['other'] = '444444444444';
  limits.withdraw = { atMost: 0, percent: 0, accounts: 3 };
});

let cloud: InProcess;
afterEach(() => cloud.close());

const told = () => cloud.told.map(({ type, alert }) => `${type.split(' ').at(-1)} ${alert.finding.cause}`);
const isOurs = ({ Sid }: Readonly<Record<string, unknown>>) => String(Sid).startsWith('onramp');

/** Somebody opens our statements in the bucket's policy to the world. */
async function openToAll(): Promise<void> {
  const all = await bucketStatements(cloud.stage);
  await putBucketStatements(
    cloud.stage,
    all.map(({ Condition, ...rest }) => (isOurs(rest) ? rest : { ...rest, ...(Condition ? { Condition } : {}) })),
  );
}

test('our statement that somebody opened is narrowed in the next run, asks nobody, and is told once with what it let in', async () => {
  cloud = await scenario(strict, [crawled, published]);
  const wanted = await bucketStatements(cloud.stage);
  await openToAll();
  cloud.told.length = 0;
  await cloud.settle(SCOPE, strict);
  expect(await bucketStatements(cloud.stage)).toEqual(wanted);
  expect(told()).toEqual(['Failed statement-opened']);
  expect(cloud.told[0]?.alert.finding.message).toContain('s3:GetObject');
  await cloud.settle(SCOPE, strict);
  await cloud.settle(SCOPE, strict);
  expect(told()).toEqual(['Failed statement-opened', 'Recovered statement-opened']);
});

test('while a withdrawal waits for a person, what was opened is narrowed to what we last wrote', async () => {
  cloud = await scenario(strict, [crawled, published]);
  const given = await bucketStatements(cloud.stage);
  await openToAll();
  cloud.told.length = 0;
  await cloud.settle(SCOPE, narrower);
  expect(await bucketStatements(cloud.stage)).toEqual(given);
  const open = (await openFindings(cloud)).map(({ cause }) => cause);
  expect(open).toContain('brake-pulled');
  expect(told()).toContain('Failed statement-opened');
});

test('a run that was cut after narrowing leaves the telling to the next', async () => {
  cloud = await scenario(strict, [crawled, published]);
  await openToAll();
  cloud.told.length = 0;
  const cut = { kind: 'cut' as const, operation: 'PutBucketPolicy', principal: 'onramp-' };
  await cloud.stage.control.fault({ ...cut });
  await cloud.settle(SCOPE, strict).catch(() => undefined);
  await cloud.stage.control.clearFaults();
  await cloud.later(21 * 60_000);
  await cloud.settle(SCOPE, strict);
  expect(told().filter((text) => text === 'Failed statement-opened')).toHaveLength(1);
});

test('the catalog policy too: whom somebody put beside RAM into our statement goes, and is told', async () => {
  cloud = await scenario(strict, [crawled]);
  const theirs = { Sid: 'Theirs', Effect: 'Allow', Principal: { AWS: '444444444444' } };
  const resource = { Action: 'glue:GetTables', Resource: 'arn:aws:glue:ap-northeast-1:111111111111:*' };
  await putCatalogPolicy(cloud.stage, [{ ...theirs, ...resource }]);
  await cloud.settle(SCOPE, strict);
  const { catalogPolicy } = await stateOf(cloud.stage);
  const statements: Record<string, unknown>[] = JSON.parse(catalogPolicy ?? '{}').Statement;
  await putCatalogPolicy(
    cloud.stage,
    statements.map((one) => (isOurs(one) ? { ...one, Action: ['glue:ShareResource', 'glue:GetTable'] } : one)),
  );
  cloud.told.length = 0;
  await cloud.settle(SCOPE, strict);
  expect((await stateOf(cloud.stage)).catalogPolicy).toBe(catalogPolicy);
  expect(told()).toEqual(['Failed statement-opened']);
  expect(cloud.told[0]?.alert.finding.message).toContain('glue:GetTable');
});

test('a Deny of somebody’s that is named as ours are is not removed, and told once (law 3)', async () => {
  cloud = await scenario(strict, [crawled, published]);
  const before = await bucketStatements(cloud.stage);
  const sid = String(before.find(isOurs)?.['Sid']).slice(0, 12);
  const foreign = {
    ...{ Sid: `${sid}Guard`, Effect: 'Deny', Principal: '*', Action: 's3:GetObject' },
    Resource: 'arn:aws:s3:::cur-export-111111111111/secret/*',
  };
  // Something of ours is due as well, so that the document is written.
  await putBucketStatements(cloud.stage, [...before.filter((one) => !isOurs(one)), foreign]);
  cloud.told.length = 0;
  await cloud.settle(SCOPE, strict);
  const after = await bucketStatements(cloud.stage);
  expect(after).toContainEqual(foreign);
  expect(after.filter((one) => isOurs(one) && one['Sid'] !== foreign.Sid)).toEqual(before.filter(isOurs));
  expect(told()).toEqual(['Failed statement-not-ours']);
  const records = await cloud.ledger.findings(scopeText(SCOPE));
  expect(records.find(({ finding }) => finding.cause === 'statement-not-ours')?.finding.message).toContain(foreign.Sid);
});
