/** Where other systems that share by Lake Formation broke: what AWS does late, twice, in its own order or not at all. */

import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { paginateGetResourceShares, paginateListResources } from '@aws-sdk/client-ram';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ANALYTICS,
  CUR,
  FINANCE,
  HR,
  JOB,
  OTHER_ACCOUNT,
  readerArn,
  SALES,
  SALES_LAKE,
} from '../../infra/local/scenes/places.ts';
import { isRead, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { ADMIN, tableInput } from '../../infra/local/scenes/world.ts';
import { expectWritten } from '../golden/kept.ts';
import { admin, dropTable, grantByHand, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { crawled, published, publishedUnder, type Step, scenario, settled } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

const policy = demoPolicy('demo-share');
const three = demoPolicy('demo-revoke');
/** As `three`, but one product is for nobody but its own account any longer. */
const without = (name: string) =>
  demoPolicy('demo-revoke', ({ products }) => {
    const product = products[name];
    if (product) product.audience = { accounts: ['finance-lake'] };
  });

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(...steps: readonly Step[]): Promise<void> {
  cloud = await scenario(policy, [crawled, ...steps]);
}
const threePublished = publishedUnder(three);

const causes = async () => (await openFindings(cloud)).map(({ cause }) => cause).sort();
const refuse = (message: string, times: number) =>
  cloud.stage.control.fault({
    kind: 'entry',
    operation: 'BatchGrantPermissions',
    account: ANALYTICS,
    code: 'InvalidInputException',
    message,
    times,
  });
/** All of a product goes: a person has read what the run would withdraw, and wants it. */
async function withdraw(product: string): Promise<void> {
  await publishAll(cloud, without(product));
  for (const { cause, remedy } of await openFindings(cloud)) {
    const hash = cause === 'brake-pulled' ? /confirm-withdrawal (\w+)/.exec(remedy)?.[1] : undefined;
    if (hash !== undefined) await cloud.ledger.confirm(hash, { by: 'a person', at: cloud.clock.now() });
  }
  await publishAll(cloud, without(product));
}

describe('what shows late', () => {
  test('an association after some reads, a grant after twenty seconds: looked at again, granted once (G-L4)', async () => {
    await open();
    await cloud.stage.control.delay('ram', 'association', { reads: 4 });
    await cloud.stage.control.delay('lakeformation', 'grant', { ms: 20_000 });
    const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
    expect(made.filter((call) => call === `${FINANCE} BatchGrantPermissions`)).toHaveLength(1);
    expect(made.filter((call) => call === `${ANALYTICS} BatchGrantPermissions`)).toHaveLength(1);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await causes()).toEqual(['role-without-proof']);
  });

  test('an acceptance: no link and no grant before the share is there, and no second acceptance (G-R9)', async () => {
    await open();
    await cloud.stage.control.delay('ram', 'acceptance', { ms: 30_000 });
    const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
    expect(made.filter((call) => call.includes('Accept'))).toHaveLength(2);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await causes()).toEqual(['role-without-proof']);
  });

  test('a role made a moment ago: the grant is sent again until its principal is known (G-L16)', async () => {
    await open();
    await refuse('Invalid principal', 4);
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('a refusal nobody has a name for is sent once, and told in its own words (G-L16)', async () => {
    await open();
    await refuse('Something nobody has seen', 100);
    const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
    const tried = made.filter((call) => call === `${ANALYTICS} BatchGrantPermissions`);
    expect(tried).toHaveLength(1);
    const failed = (await openFindings(cloud)).filter(({ cause }) => cause === 'grant-failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { aws } of failed) expect(aws?.message).toContain('Something nobody has seen');
  });
});

describe('who administers', () => {
  test('an operator that somebody took off the list puts itself back before it revokes (G-L18)', async () => {
    await open(threePublished);
    await root(cloud.stage, FINANCE).lakeFormation.send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: readerArn(ADMIN) }],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
    const narrowed = demoPolicy('demo-revoke', ({ products }) => {
      if (products['sales']) products['sales'].tables = ['nothing_like_it'];
    });
    const made = await writes(cloud, () => publishAll(cloud, narrowed));
    const [settings, revoke] = ['PutDataLakeSettings', 'BatchRevokePermissions'].map((operation) =>
      made.indexOf(`${FINANCE} ${operation}`),
    );
    expect(settings).toBeGreaterThanOrEqual(0);
    expect(revoke).toBeGreaterThan(settings ?? 0);
    expect((await readAs(cloud.stage, JOB, SALES)).target).not.toBe('read');
  });

  test("administrators' own permissions are neither revoked nor called drift (G-L19)", async () => {
    await open(threePublished);
    const again = await calls(cloud, () => publishAll(cloud, three));
    expect(again.filter(({ kind }) => kind === 'write')).toEqual([]);
    const named = (await openFindings(cloud)).filter(({ principal }) => principal?.includes(ADMIN.role));
    expect(named).toEqual([]);
  });
});

describe('many at once, again and again', () => {
  test('three products published at once, with writers colliding: each grant stands, once (G-L21)', async () => {
    await open();
    const code = 'ConcurrentModificationException';
    await cloud.stage.control.fault({ kind: 'entry', operation: 'BatchGrantPermissions', code, times: 4 });
    await Promise.all([CUR, SALES, HR].map((table) => cloud.run(scopeOf(table), three)));
    await publishAll(cloud, three);
    for (const table of [CUR, SALES, HR]) expect(await readAs(cloud.stage, JOB, table)).toSatisfy(isRead);
    expect(await writes(cloud, () => publishAll(cloud, three))).toEqual([]);
  });

  test('what stands is not granted again, however often somebody looks (G-L30)', async () => {
    await open(settled(scopeOf(CUR)));
    await cloud.stage.control.fault({ kind: 'error', operation: 'BatchGrantPermissions', code: 'ThrottlingException' });
    for (let i = 0; i < 5; i++) {
      await cloud.later(60 * 60_000);
      expect(await writes(cloud, () => cloud.settle(scopeOf(CUR)))).toEqual([]);
    }
    expect(await causes()).toEqual(['role-without-proof']);
  });
});

test('a table dropped and made again under its name is granted again, in both accounts (G-L31)', async () => {
  await open(threePublished);
  await dropTable(cloud.stage, SALES.database, SALES.table);
  const { glue } = await admin(cloud.stage);
  await glue.send(new CreateTableCommand({ DatabaseName: SALES.database, TableInput: tableInput(SALES) }));
  expect((await readAs(cloud.stage, JOB, SALES)).target).not.toBe('read');
  await cloud.later(10 * 60_000);
  await publishAll(cloud, three);
  await cloud.settle(CONSUMER, three);
  expect(await readAs(cloud.stage, JOB, SALES)).toMatchObject({ target: 'read' });
  await expectWritten(cloud, 'table-remade');
});

test('first settings, then the share, its acceptance, the link, and grants on it last (G-L35)', async () => {
  await open();
  const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
  const steps = [
    `${FINANCE} PutDataLakeSettings`,
    `${FINANCE} BatchGrantPermissions`,
    `${ANALYTICS} AcceptResourceShareInvitation`,
    `${ANALYTICS} CreateDatabase`,
    `${ANALYTICS} BatchGrantPermissions`,
  ];
  const places = steps.map((step) => made.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});

describe('shares', () => {
  test('a role granted directly by the producer stays so; the account is shared with beside it (G-S6)', async () => {
    await open();
    const on = { Table: { DatabaseName: CUR.database, Name: CUR.table } };
    await grantByHand(cloud.stage, { to: readerArn(JOB), on, permissions: ['DESCRIBE'] });
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    const { permissions } = await stateOf(cloud.stage);
    const theirs = permissions.filter((row) => row.startsWith(`${FINANCE}: ${readerArn(JOB)} may DESCRIBE`));
    expect(theirs.length).toBeGreaterThan(0);
    expect(permissions.filter((row) => row.startsWith(`${FINANCE}: ${ANALYTICS} may`)).length).toBeGreaterThan(0);
  });

  test('what is withdrawn is gone from RAM too: the operator may disassociate (G-R12)', async () => {
    await open(threePublished);
    const client = root(cloud.stage, FINANCE).ram;
    const shared = async () => {
      const arns: string[] = [];
      for await (const page of paginateListResources({ client }, { resourceOwner: 'SELF', principal: ANALYTICS }))
        arns.push(...(page.resources ?? []).map(({ arn = '' }) => arn));
      return arns.filter((arn) => arn.includes(HR.database));
    };
    expect(await shared()).not.toEqual([]);
    await withdraw('hr');
    expect(await shared()).toEqual([]);
  });

  test('three products to one account: five shares at most, whatever is granted into them (G-R14)', async () => {
    await open(threePublished);
    const client = root(cloud.stage, ANALYTICS).ram;
    const shares: unknown[] = [];
    for await (const page of paginateGetResourceShares({ client }, { resourceOwner: 'OTHER-ACCOUNTS' }))
      shares.push(...(page.resourceShares ?? []));
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.length).toBeLessThanOrEqual(5);
  });
});

describe('links', () => {
  test('one product of a database goes, the other keeps link and grants (G-K6)', async () => {
    const both = demoPolicy('demo-share', ({ products }) => {
      if (products['cur']) products['also'] = structuredClone(products['cur']);
    });
    await open(publishedUnder(both));
    const made = await writes(cloud, () => publishAll(cloud, policy));
    expect(made.filter((call) => call.includes('Revoke') || call.includes('Delete'))).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('a product whose table was dropped is taken back without a failure (G-K7)', async () => {
    await open(threePublished);
    await dropTable(cloud.stage, SALES.database, SALES.table);
    await withdraw('sales');
    expect((await openFindings(cloud)).filter(({ aws }) => aws !== null)).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('a whole database was dropped: nothing of it is left to take back, and nothing fails (G-K7)', async () => {
    await open(threePublished);
    const { glue } = await admin(cloud.stage);
    await glue.send(new DeleteDatabaseCommand({ Name: HR.database }));
    await withdraw('hr');
    const troubled = (await openFindings(cloud)).filter(({ aws }) => aws !== null);
    expect(troubled.map(({ cause }) => cause)).toEqual([]);
  });

  test('two consumers of one database: each has its own link and reads (G-K9)', async () => {
    const two = demoPolicy('demo-share', ({ accounts, products }) => {
      accounts['sales-lake'] = SALES_LAKE;
      if (products['cur']) products['cur'].audience = { accounts: ['analytics', 'sales-lake'] };
    });
    cloud = await scenario(two, [crawled, published]);
    for (const reader of [JOB, OTHER_ACCOUNT]) expect(await readAs(cloud.stage, reader, CUR)).toEqual(READ);
  });

  test('names are compared in lower case: the link is found again, not made twice (G-K4)', async () => {
    await open();
    const shouting = demoPolicy('demo-share', ({ products }) => {
      if (products['cur']?.consumers) products['cur'].consumers.link = 'CUR_Org_Linked';
    });
    await publishAll(cloud, shouting);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await writes(cloud, () => publishAll(cloud, shouting))).toEqual([]);
  });

  test('a link into a catalog that is no account is somewhere else, never taken for ours (G-K11)', async () => {
    await open();
    const TargetDatabase = { CatalogId: `${FINANCE}:s3tablescatalog/bucket`, DatabaseName: CUR.database };
    const DatabaseInput = { Name: CUR.link, TargetDatabase, CreateTableDefaultPermissions: [] };
    await root(cloud.stage, ANALYTICS).glue.send(new CreateDatabaseCommand({ DatabaseInput }));
    await cloud.settle(scopeOf(CUR));
    const found = (await openFindings(cloud)).filter(({ hop }) => hop === 'link');
    expect(found).toMatchObject([
      { cause: 'link-points-elsewhere', message: expect.stringContaining('s3tablescatalog') },
    ]);
  });

  test('a table that lies elsewhere is named; those at home are readable all the same (G-K13)', async () => {
    await open();
    const { glue } = await admin(cloud.stage);
    const away = { ...tableInput(CUR), Name: 'away' };
    away.StorageDescriptor = { ...away.StorageDescriptor, Location: 's3://somewhere-else/away/' };
    await glue.send(new CreateTableCommand({ DatabaseName: CUR.database, TableInput: away }));
    await cloud.settle(scopeOf(CUR));
    const found = (await openFindings(cloud)).filter(({ cause }) => cause === 'table-outside-location');
    expect(found.map(({ resource }) => resource)).toEqual(['away']);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    const back = { ...away, StorageDescriptor: tableInput(CUR).StorageDescriptor };
    await glue.send(new UpdateTableCommand({ DatabaseName: CUR.database, TableInput: back }));
    await cloud.settle(scopeOf(CUR));
    expect(await causes()).toEqual(['role-without-proof']);
  });
});
