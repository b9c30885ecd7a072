/** Laws 3, 4, 6, 10 and 11 in a consumer: what nothing wants any longer is taken back there too, and nothing else. */

import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  BatchGrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import type { Finding } from '#core/actions.ts';
import { mayStand } from '#core/entries.ts';
import { consumersLeft } from '#core/left.ts';
import { findingOf } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import {
  ANALYTICS,
  CUR,
  FINANCE,
  HR,
  JOB,
  REGION,
  type Reader,
  readerArn,
  SALES,
} from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { makeRole, runCrawler } from '../../infra/local/scenes/world.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { root } from '../support/hands.ts';
import { type InProcess, type InProcessOptions, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

type Change = NonNullable<Parameters<typeof demoPolicy>[1]>;

/** `cur` is for roles with a tag, the others for those under a path. */
const policyWith = (change: Change = () => undefined): Policy =>
  demoPolicy('demo-revoke', (document) => {
    const { cur } = document.products;
    if (cur) cur.consumers.jobRoles = [{ match: 'role/*data-lake-*', proof: 'tag' }];
    change(document);
  });
const policy = policyWith();
const without =
  (name: string): Change =>
  ({ products }) =>
    void delete products[name];

const SECOND: Reader = { name: 'second', account: ANALYTICS, path: '/data-jobs/', role: 'data-lake-second' };
const PROOF = 'onramp:product';

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(current = policy, options: InProcessOptions = {}): Promise<void> {
  cloud = await inProcess(current, options);
  await runCrawler(cloud.stage);
  await makeRole(cloud.stage, SECOND, [{ Effect: 'Allow', Action: ['glue:*', 'lakeformation:*'], Resource: '*' }]);
  for (const role of [JOB, SECOND]) await prove(role);
  cloud.line?.mend();
  await publishAll(cloud, current);
}

const iam = () => root(cloud.stage, ANALYTICS).iam;
const prove = ({ role }: Reader) =>
  iam().send(new TagRoleCommand({ RoleName: role, Tags: [{ Key: PROOF, Value: 'cur' }] }));
const disprove = ({ role }: Reader) => iam().send(new UntagRoleCommand({ RoleName: role, TagKeys: [PROOF] }));

/** What a role holds in its account. */
async function held(role: Reader, about = ''): Promise<readonly string[]> {
  const { permissions } = await stateOf(cloud.stage);
  return permissions.filter((row) => row.startsWith(`${ANALYTICS}: ${readerArn(role)} `) && row.includes(about));
}

const ofCur = async (role: Reader) => [...(await held(role, CUR.database)), ...(await held(role, CUR.link))];

async function walk(current = policy, scope: OnboardScope = CONSUMER): Promise<readonly string[]> {
  await cloud.later(60_000);
  return writes(cloud, () => cloud.settle(scope, current));
}

async function confirmAsked(): Promise<void> {
  for (const { cause, resource } of await openFindings(cloud)) {
    if (cause !== 'brake-pulled') continue;
    await cloud.ledger.confirm(resource.replace('withdrawal ', ''), { by: 'a person', at: cloud.clock.now() });
  }
}

/** Of this world: the second role has little of its own, and the squatter has no proof. */
const HARMLESS = ['role-lacks-permissions', 'role-without-proof'];

const causes = async () => (await openFindings(cloud)).map(({ cause }) => cause);

test('a role that lost its proof loses what that gave it, another keeps all, and proof gives it back', async () => {
  await open();
  const [before, others] = [await held(SECOND), await held(JOB)];
  expect(await ofCur(SECOND)).not.toEqual([]);
  await disprove(SECOND);
  expect(await walk()).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect(await ofCur(SECOND)).toEqual([]);
  // Other products want these for it.
  expect(await held(SECOND, '"default"')).toHaveLength(1);
  expect(await held(SECOND, SALES.table)).not.toEqual([]);
  expect(await held(JOB)).toEqual(others);
  expect(await causes()).not.toContain('revoke-missing');
  expect(await walk()).toEqual([]);
  await prove(SECOND);
  await walk();
  expect(await held(SECOND)).toEqual(before);
});

test('the last role of a product waits for a person, as all of it would go (law 10)', async () => {
  await open();
  await disprove(SECOND);
  await walk();
  await disprove(JOB);
  const before = await held(JOB);
  expect(await walk()).toEqual([]);
  expect(await causes()).toContain('brake-pulled');
  expect(await held(JOB)).toEqual(before);
  await confirmAsked();
  await walk();
  expect(await ofCur(JOB)).toEqual([]);
  expect(await readAs(cloud.stage, JOB, SALES)).toEqual(READ);
  expect(await causes()).not.toContain('brake-pulled');
});

test('a role that is gone holds nothing, for whoever makes one of that name', async () => {
  await open();
  await iam().send(new DeleteRolePolicyCommand({ RoleName: SECOND.role, PolicyName: 'default' }));
  await iam().send(new DeleteRoleCommand({ RoleName: SECOND.role }));
  await walk();
  expect(await held(SECOND)).toEqual([]);
  expect(await walk()).toEqual([]);
});

test('whose trust cannot be judged keeps what it has (law 6)', async () => {
  await open();
  const before = await held(SECOND);
  const Condition = { StringEquals: { 'aws:SourceAccount': ANALYTICS } };
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole', Condition };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: SECOND.role, PolicyDocument }));
  expect(await walk()).toEqual([]);
  expect(await causes()).toContain('role-trust-not-decidable');
  expect(await held(SECOND)).toEqual(before);
});

test('roles that cannot be read, and grants that cannot, are no reason to take any (law 6)', async () => {
  await open();
  await disprove(SECOND);
  const before = await held(SECOND);
  for (const operation of ['ListRoles', 'ListPermissions']) {
    const denied = { kind: 'error' as const, code: 'AccessDeniedException', status: 403, operation };
    await cloud.stage.control.fault({ ...denied, principal: 'onramp-', times: 1000 });
    expect(
      (await walk()).filter((call) => call.includes('Revoke')),
      operation,
    ).toEqual([]);
    const open = await openFindings(cloud);
    expect(open.filter(({ state }) => state === 'unknown').length, operation).toBeGreaterThan(0);
    await cloud.stage.control.clearFaults();
    expect(await held(SECOND), operation).toEqual(before);
  }
  await walk();
  expect(await ofCur(SECOND)).toEqual([]);
});

const jobOnly = { match: `role/*${JOB.role}`, proof: 'path' as const };

test("somebody else's grants to the same role stay, and of ours what was theirs before (law 3)", async () => {
  const only = policyWith(({ products }) => {
    for (const product of Object.values(products)) product.consumers.jobRoles = [jobOnly];
  });
  await open(only);
  expect(await held(SECOND)).toEqual([]);
  await give({ Database: { Name: 'default' } }, 'DESCRIBE');
  await give({ Database: { Name: HR.link } }, 'DROP');
  await give({ Table: { CatalogId: FINANCE, DatabaseName: HR.database, TableWildcard: {} } }, 'DESCRIBE');
  const theirs = await held(SECOND);
  expect(theirs).toHaveLength(3);
  await walk();
  expect((await held(SECOND)).length).toBeGreaterThan(theirs.length);
  await walk(only);
  expect(await held(SECOND)).toEqual(theirs);
  expect(await walk(only)).toEqual([]);
  expect(await readAs(cloud.stage, JOB, HR)).toEqual(READ);
});

/** As an administrator of the consumer, by hand. */
async function give(Resource: Resource, permission: Permission): Promise<void> {
  const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  const lakeFormation = new LakeFormationClient({ endpoint: cloud.stage.url, region: REGION, credentials });
  const Principal = { DataLakePrincipalIdentifier: readerArn(SECOND) };
  const { Failures } = await lakeFormation.send(
    new BatchGrantPermissionsCommand({ Entries: [{ Id: '0', Principal, Resource, Permissions: [permission] }] }),
  );
  expect(Failures ?? []).toEqual([]);
}

test('a product that left the policy: its grants go once confirmed, and come back with it', async () => {
  await open();
  const [job, second] = [await held(JOB), await held(SECOND)];
  const less = policyWith(without('hr'));
  expect(consumersLeft(policy, less)).toEqual([{ account: ANALYTICS, region: REGION }]);
  expect(await walk(less)).toEqual([]);
  expect(await causes()).toContain('brake-pulled');
  await confirmAsked();
  expect(await walk(less)).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  for (const role of [JOB, SECOND]) {
    expect([...(await held(role, HR.database)), ...(await held(role, HR.link))]).toEqual([]);
    expect(await held(role, '"default"')).toHaveLength(1);
  }
  expect(await walk(less)).toEqual([]);
  await cloud.later(60_000);
  await cloud.settle(scopeOf(HR), policy);
  expect([await held(JOB), await held(SECOND)]).toEqual([job, second]);
});

test('an account that left every audience, and the policy: one more walk, and nobody holds anything', async () => {
  await open();
  const none = policyWith((document) => {
    delete document.accounts['analytics'];
    for (const product of Object.values(document.products)) product.audience = { accounts: ['finance-lake'] };
  });
  expect(consumersLeft(policy, none)).toEqual([{ account: ANALYTICS, region: REGION }]);
  await walk(none);
  expect(await causes()).toContain('brake-pulled');
  await confirmAsked();
  expect(await walk(none)).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect([...(await held(JOB)), ...(await held(SECOND))]).toEqual([]);
  expect(await walk(none)).toEqual([]);
});

test('report mode says what would go, and takes nothing (law 11)', async () => {
  await open();
  await disprove(SECOND);
  const before = await held(SECOND);
  const reporting = policyWith((document) => {
    document.mode = 'report';
  });
  expect(await walk(reporting)).toEqual([]);
  expect(await causes()).toContain('report-mode');
  expect(await held(SECOND)).toEqual(before);
});

test('a product whose share does not hold just now is not judged', async () => {
  await open();
  await disprove(SECOND);
  const before = await ofCur(SECOND);
  const snapshot = await cloud.walkServices.snapshots.read(scopeOf(CUR));
  if (snapshot === null) throw new Error('nothing published');
  const products = snapshot.products.map((product) => ({ ...product, shared: false }));
  await cloud.walkServices.snapshots.write({ ...snapshot, products });
  expect(await walk()).toEqual([]);
  expect(await ofCur(SECOND)).toEqual(before);
});

test('what its owner shares no longer goes as well, whichever half comes first', async () => {
  await open();
  const less = policyWith(without('hr'));
  await cloud.later(60_000);
  await cloud.settle(scopeOf(HR), less);
  await confirmAsked();
  await cloud.settle(scopeOf(HR), less);
  await walk(less);
  await confirmAsked();
  await walk(less);
  expect([...(await held(SECOND, HR.link)), ...(await held(SECOND, HR.database))]).toEqual([]);
  expect(new Set(await causes())).toEqual(new Set(HARMLESS));
  expect(await walk(less)).toEqual([]);
});

test('of what is not there AWS says it is an error: the rest goes all the same', async () => {
  await open();
  const entries = (await cloud.ledger.entries(ANALYTICS, REGION)).filter(({ kind }) => kind === 'grant');
  const [link] = entries.filter(
    ({ target, principal }) => target.includes(CUR.link) && principal === readerArn(SECOND),
  );
  if (link === undefined) throw new Error('no grant on the link');
  // On what was never there, or can't be asked about, an entry of long ago.
  const resource = { type: 'database', catalog: FINANCE, database: 'dropped' };
  const sent = JSON.stringify({ ...JSON.parse(link.sent), resource });
  await cloud.ledger.put([{ ...link, id: 'old', target: `database ${FINANCE}/dropped`, sent }]);
  await disprove(SECOND);
  expect(await walk()).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect(await ofCur(SECOND)).toEqual([]);
  expect(await walk()).toEqual([]);
});

test('a table that left its product is granted in the consumer no longer', async () => {
  await open();
  expect(await held(SECOND, SALES.table)).not.toEqual([]);
  const narrowed = policyWith(({ products }) => {
    if (products['sales']) products['sales'].tables = ['nothing_like_it'];
  });
  await cloud.later(60_000);
  await publishAll(cloud, narrowed);
  expect(await held(SECOND, SALES.table)).toEqual([]);
  const entries = await cloud.ledger.entries(ANALYTICS, REGION);
  expect(entries.filter(({ kind, target }) => kind === 'grant' && target.startsWith('table '))).toEqual([]);
  expect(await walk(narrowed)).toEqual([]);
});

const isBrake = ({ cause }: Finding) => cause === 'brake-pulled';
const ELSEWHERE = 'us-east-1';

test("another Region's links and its `default` are another walk's", async () => {
  const both = policyWith(({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, regions: [REGION, ELSEWHERE] };
  });
  await open(both);
  const there = { ...CONSUMER, region: ELSEWHERE };
  const standing = async (region: string) =>
    (await cloud.ledger.entries(ANALYTICS, region)).filter(
      ({ kind, principal }) => kind === 'grant' && principal === readerArn(SECOND),
    ).length;
  const [here, elsewhere] = [await standing(REGION), await standing(ELSEWHERE)];
  const less = policyWith(({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, regions: [REGION] };
  });
  expect(consumersLeft(both, less)).toEqual([{ account: ANALYTICS, region: ELSEWHERE }]);
  expect(await walk(less)).toEqual([]);
  expect([await standing(REGION), await standing(ELSEWHERE)]).toEqual([here, elsewhere]);
  // Gone from there: the links' grants go, the targets' are what the other Region's walk wants.
  expect(await walk(less, there)).toEqual([]);
  const [braked] = (await cloud.ledger.findings(scopeText(there))).map(findingOf).filter(isBrake);
  await cloud.ledger.confirm(braked?.resource.replace('withdrawal ', '') ?? '', { by: 'x', at: cloud.clock.now() });
  expect(await walk(less, there)).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect([await standing(REGION), await standing(ELSEWHERE)]).toEqual([here, 0]);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test.each(['before', 'after'] as const)(
  'killed %s the withdrawal: the next run ends the same (law 4)',
  async (when) => {
    await open(policy, { mortal: true });
    await disprove(SECOND);
    await cloud.later(60_000);
    const mark = (await cloud.stage.control.journal()).length;
    await cloud.settle(CONSUMER, policy);
    // The same run over again makes the same calls.
    const made = (await cloud.stage.control.journal()).slice(mark);
    const nth = 1 + made.findIndex(({ operation }) => operation.includes('Revoke'));
    await prove(SECOND);
    await walk();
    await disprove(SECOND);
    await cloud.later(60_000);
    cloud.line?.die(nth, when);
    await cloud.settle(CONSUMER, policy).catch(() => undefined);
    cloud.line?.mend();
    cloud.queue.length = 0;
    expect((await ofCur(SECOND)).length > 0).toBe(when === 'before');
    const ours = (await cloud.ledger.entries(ANALYTICS, REGION)).filter(mayStand);
    const link = ours.filter(({ target, principal }) => target.includes(CUR.link) && principal === readerArn(SECOND));
    expect(link).toHaveLength(1);
    await cloud.later(21 * 60_000);
    await cloud.settle(CONSUMER, policy);
    expect(await ofCur(SECOND)).toEqual([]);
    expect(await walk()).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  },
);
