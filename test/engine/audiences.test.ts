/** Audiences of the organization, whole runs: who comes is given, who goes is taken from, and nobody else; parts are granted as one. */

import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import { policyHash, resolutionHash, resolvePinned } from '#core/policy.ts';
import { scopeText } from '#core/start.ts';
import {
  ANALYTICS,
  CUR,
  FINANCE,
  JOB,
  MANAGEMENT,
  ORGANIZATION,
  OTHER_ACCOUNT,
  SALES_LAKE,
  SQUATTER,
} from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { bucketStatements, grantByHand, shareInOrganization } from '../support/aws-console.ts';
import { demoDocument } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

const PUBLISH = scopeOf(CUR);
const WHOLE_ARN = `arn:aws:organizations::${MANAGEMENT}:organization/${ORGANIZATION}`;

interface Told {
  readonly audience: Record<string, unknown>;
  /** Of the organization. */
  readonly accounts: readonly string[];
}

/** The demo's product for an audience of an organization that has these accounts. */
function forAudience({ audience, accounts }: Told): Policy {
  const document = demoDocument('demo-share', ({ products, accounts: named }) => {
    named['sales-lake'] = SALES_LAKE;
    if (products['cur']) products['cur'].audience = audience;
  });
  const resolution = {
    organization: ORGANIZATION,
    parts: { organization: { path: `${ORGANIZATION}/r-a1b2/`, accounts: [...accounts].sort() } },
    names: Object.fromEntries(accounts.map((id) => [id, id])),
  };
  const stored: StoredResolution = { hash: resolutionHash(resolution), resolution, departed: [] };
  return resolvePinned(document, policyHash(document), stored);
}

const EVERYBODY = [FINANCE, ANALYTICS, SALES_LAKE];
const WHOLE = forAudience({ audience: { organization: true }, accounts: EVERYBODY });
const NAMED = forAudience({ audience: { accounts: ['analytics', 'sales-lake'] }, accounts: [] });
const NOBODY = forAudience({ audience: { accounts: ['finance-lake'] }, accounts: [] });
const EXCEPT = forAudience({ audience: { organization: true, except: ['sales-lake'] }, accounts: EVERYBODY });

let cloud: InProcess;
afterEach(() => cloud.close());

/** In an organization that shares, where nobody of ours has been in a consumer yet. */
async function open(policy: Policy): Promise<void> {
  cloud = await inProcess(policy, { known: false });
  await shareInOrganization(cloud.stage);
  await runCrawler(cloud.stage);
}
const reads = (reader = JOB) => readAs(cloud.stage, reader, CUR);
const bucket = async () => JSON.stringify(await bucketStatements(cloud.stage));
/** Who holds something of the product's table in the producer, by what is shared. */
const shared = async () =>
  (await stateOf(cloud.stage)).permissions.filter((line) => line.includes('SELECT') && line.includes('111111111111'));
const causes = async () =>
  (await cloud.ledger.findings(scopeText(PUBLISH)))
    .filter(({ state }) => state === 'open')
    .map(({ finding }) => finding.cause);

test('the organization is granted as one, and job roles of every account of it read', async () => {
  await open(WHOLE);
  await cloud.settle(PUBLISH);
  expect(await reads()).toSatisfy(isRead);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRead);
  expect(await reads(SQUATTER)).toSatisfy(isRefused);
  expect((await stateOf(cloud.stage)).invitations).toEqual([]);
  const granted = await shared();
  expect(granted.some((line) => line.includes(WHOLE_ARN))).toBe(true);
  expect(granted.filter((line) => new RegExp(`(^|[^0-9:])(${ANALYTICS}|${SALES_LAKE})([^0-9:]|$)`).test(line))).toEqual(
    [],
  );
  expect(await bucket()).toContain(ORGANIZATION);
  expect(await bucket()).not.toContain('PrincipalAccount');
  expect(await writes(cloud, () => cloud.settle(PUBLISH))).toEqual([]);
});

test('with except, accounts are granted one by one, and who is excepted reads nothing', async () => {
  await open(EXCEPT);
  await cloud.settle(PUBLISH);
  expect(await reads()).toSatisfy(isRead);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRefused);
  expect((await shared()).join()).not.toContain(WHOLE_ARN);
  expect(await bucket()).toContain(ANALYTICS);
});

test('from accounts to the organization there is no moment without: the new grant is seen by a run before the old ones go', async () => {
  await open(NAMED);
  await cloud.settle(PUBLISH, NAMED);
  expect(await reads()).toSatisfy(isRead);
  await cloud.settle(PUBLISH, WHOLE);
  const both = (await shared()).join('\n');
  expect(both).toContain(WHOLE_ARN);
  expect(both).toContain(`${ANALYTICS} `.trim());
  expect(await reads()).toSatisfy(isRead);
  await cloud.settle(PUBLISH, WHOLE);
  expect(await reads()).toSatisfy(isRead);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRead);
  expect(await causes()).toEqual([]);
  const entries = await cloud.ledger.entries({
    part: 'database',
    account: FINANCE,
    region: PUBLISH.region,
    database: CUR.database,
  });
  expect([...new Set(entries.filter(({ kind }) => kind === 'grant').map(({ principal }) => principal))]).toEqual([
    WHOLE_ARN,
  ]);
  expect(await writes(cloud, () => cloud.settle(PUBLISH, WHOLE))).toEqual([]);
});

/** Confirms all that a brake holds. */
async function confirm(): Promise<void> {
  const records = await cloud.ledger.findings(scopeText(PUBLISH));
  for (const { state, finding } of records) {
    if (state !== 'open' || finding.cause !== 'brake-pulled') continue;
    const hash = finding.resource.replace('withdrawal ', '');
    await cloud.ledger.confirm(hash, { by: 'test', at: cloud.clock.now() });
  }
}

test('back to accounts, they are granted first, and the grant to the organization goes when a person has confirmed it', async () => {
  await open(WHOLE);
  await cloud.settle(PUBLISH, WHOLE);
  await cloud.settle(PUBLISH, NAMED);
  expect((await shared()).join()).toContain(WHOLE_ARN);
  await cloud.settle(PUBLISH, NAMED);
  expect((await shared()).join()).toContain(WHOLE_ARN);
  expect(await causes()).toContain('brake-pulled');
  await confirm();
  await cloud.settle(PUBLISH, NAMED);
  expect((await shared()).join()).not.toContain(WHOLE_ARN);
  expect(await reads()).toSatisfy(isRead);
});

test('an organization that shrinks to one account keeps its grant until a person has confirmed it', async () => {
  const one = forAudience({ audience: { accounts: ['sales-lake'] }, accounts: [] });
  await open(WHOLE);
  await cloud.settle(PUBLISH, WHOLE);
  const ours = async () => (await bucketStatements(cloud.stage)).filter(({ Sid }) => String(Sid).startsWith('onramp'));
  const open_ = (await ours()).map(({ Condition }) => JSON.stringify(Condition));
  for (const _ of [1, 2, 3]) await cloud.settle(PUBLISH, one);
  expect((await ours()).map(({ Condition }) => JSON.stringify(Condition))).toEqual(expect.arrayContaining(open_));
  expect((await shared()).join()).toContain(WHOLE_ARN);
  expect(await causes()).toContain('brake-pulled');
  // Bytes are closed after the grants, behind a brake of their own.
  for (const _ of [1, 2]) {
    await confirm();
    await cloud.settle(PUBLISH, one);
  }
  expect((await shared()).join()).not.toContain(WHOLE_ARN);
  expect(await reads()).toSatisfy(isRefused);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRead);
});

test('what somebody granted the organization by hand is theirs: not granted again, and not taken when nobody wants it', async () => {
  await open(WHOLE);
  const table = { Table: { CatalogId: FINANCE, DatabaseName: CUR.database, TableWildcard: {} } };
  const database = { Database: { CatalogId: FINANCE, Name: CUR.database } };
  await grantByHand(cloud.stage, { to: WHOLE_ARN, on: database, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] });
  await grantByHand(cloud.stage, {
    to: WHOLE_ARN,
    on: table,
    permissions: ['SELECT', 'DESCRIBE'],
    grantable: ['SELECT', 'DESCRIBE'],
  });
  const made = await writes(cloud, () => cloud.settle(PUBLISH));
  expect(made.filter((call) => call.startsWith(FINANCE) && /GrantPermissions/.test(call))).toEqual([]);
  expect(await reads()).toSatisfy(isRead);
  await cloud.settle(PUBLISH, NOBODY);
  await cloud.settle(PUBLISH, NOBODY);
  expect((await shared()).join()).toContain(WHOLE_ARN);
});

test('while RAM does not share with the organization nothing is withdrawn, and what AWS says is one finding', async () => {
  cloud = await inProcess(NAMED);
  await runCrawler(cloud.stage);
  await cloud.settle(PUBLISH, NAMED);
  expect(await reads()).toSatisfy(isRead);
  await cloud.settle(PUBLISH, WHOLE);
  await cloud.settle(PUBLISH, WHOLE);
  expect(await reads()).toSatisfy(isRead);
  const open_ = (await cloud.ledger.findings(scopeText(PUBLISH))).filter(({ state }) => state === 'open');
  expect(open_.map(({ finding }) => finding.cause)).toContain('grant-failed');
  expect(open_.map(({ finding }) => finding.aws?.message).join()).toContain(`${ORGANIZATION} not found`);
});
