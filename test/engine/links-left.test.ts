/** Links that nobody wants: ours go, after the grants on them, and nothing else does (laws 3 and 13). */

import { CreateDatabaseCommand, DeleteDatabaseCommand, GetDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { clientConfig, makeRole } from '../../infra/local/scenes/world.ts';
import { makeDatabase, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { openIn, standingOf, sweep, sweepUntilClean } from '../support/sweeping.ts';
import { give, SECOND } from '../support/two-roles.ts';

type Change = NonNullable<Parameters<typeof demoPolicy>[1]>;
const policyWith = (change: Change = () => undefined) => demoPolicy('demo-share', change);
const policy = policyWith();
const none = policyWith((document) => {
  document.products = {};
});

let cloud: InProcess;
afterEach(() => cloud.close());

const open = async () => {
  cloud = await scenario(policy, [crawled, published]);
};
/** An administrator of the consumer, by hand. */
const glue = async () => {
  const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  return new GlueClient(clientConfig(cloud.stage, credentials));
};
const drop = async (name: string) =>
  (await root(cloud.stage, ANALYTICS).iam.send(
    new PutRolePolicyCommand({ RoleName: 'onramp-operator', PolicyName: 'by-hand', PolicyDocument: EVERYTHING }),
  )) && (await glue()).send(new DeleteDatabaseCommand({ Name: name }));
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'glue:*', Resource: '*' }],
});
const there = async (name: string) => {
  try {
    return (await (await glue()).send(new GetDatabaseCommand({ Name: name }))).Database ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'EntityNotFoundException') return null;
    throw error;
  }
};
const kinds = async (current: typeof policy) => {
  const { scopes } = await plan({ policy: current, access: cloud.reconcileServices.access, ledger: cloud.ledger });
  return scopes.flatMap(({ changes }) => changes.map(({ text }) => text)).filter((text) => text.includes(' link '));
};

test('ours goes once no product wants it, and the ledger forgets it', async () => {
  await open();
  await sweepUntilClean(cloud, none);
  expect(await there(CUR.link)).toBeNull();
  expect(await standingOf(cloud, 'link')).toEqual([]);
});

test('a product that renames its link: the old one goes, the new one reads', async () => {
  await open();
  const renamed = policyWith(({ products }) => {
    if (products['cur']) products['cur'].consumers.link = 'cur_new';
  });
  expect(await kinds(renamed)).toEqual([
    expect.stringContaining(`create link ${ANALYTICS}/cur_new`),
    expect.stringContaining(`delete link ${ANALYTICS}/${CUR.link}`),
  ]);
  await sweepUntilClean(cloud, renamed);
  expect(await there(CUR.link)).toBeNull();
  expect(await readAs(cloud.stage, JOB, { ...CUR, link: 'cur_new' })).toEqual(READ);
  expect(await writes(cloud, () => sweep(cloud, renamed))).toEqual([]);
});

test('a database that somebody made under its name is never dropped', async () => {
  await open();
  await drop(CUR.link);
  await makeDatabase(cloud.stage, ANALYTICS, CUR.link);
  expect(await kinds(none)).toEqual([expect.stringContaining('forget link')]);
  const written = await writes(cloud, () => sweepUntilClean(cloud, none));
  expect(written.filter((call) => call.includes('DeleteDatabase'))).toEqual([]);
  expect(await there(CUR.link)).toMatchObject({ Name: CUR.link });
  expect(await standingOf(cloud, 'link')).toEqual([]);
});

test('a link that somebody else made, or made to point elsewhere, stays', async () => {
  await open();
  const target = { CatalogId: FINANCE, DatabaseName: 'elsewhere', Region: REGION };
  await drop(CUR.link);
  for (const Name of [CUR.link, 'of_theirs'])
    await (await glue()).send(new CreateDatabaseCommand({ DatabaseInput: { Name, TargetDatabase: target } }));
  await sweepUntilClean(cloud, none);
  for (const name of [CUR.link, 'of_theirs'])
    expect(await there(name)).toMatchObject({ TargetDatabase: { DatabaseName: 'elsewhere' } });
});

test('a link on which others hold something is left and told, until they hold nothing', async () => {
  await open();
  await makeRole(cloud.stage, SECOND, []);
  await give(cloud, { Database: { CatalogId: ANALYTICS, Name: CUR.link } }, 'DESCRIBE');
  await sweepUntilClean(cloud, none);
  expect(await there(CUR.link)).not.toBeNull();
  expect((await openIn(cloud, none)).map(({ cause }) => cause)).toEqual(['link-in-use']);
});

test('in report mode it is told and stays (law 11)', async () => {
  await open();
  const reporting = policyWith((document) => {
    document.products = {};
    document.mode = 'report';
  });
  expect(await writes(cloud, () => sweep(cloud, reporting))).toEqual([]);
  expect(await there(CUR.link)).not.toBeNull();
});
