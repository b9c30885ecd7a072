/** A unit as an audience, told by the organization itself: who is in it reads, who moves out reads no longer, and nobody else is touched. */

import {
  CreateOrganizationalUnitCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { policyHash, resolvePolicy } from '#core/policy.ts';
import { ANALYTICS, CUR, JOB, MANAGEMENT, OTHER_ACCOUNT, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { bucketStatements, shareInOrganization } from '../support/aws-console.ts';
import { demoDocument } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { makeOrganizationRole, openOrganization } from '../support/organization.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';

let cloud: InProcess;
let organization: ReturnType<typeof openOrganization>;
let unit: string;
let rootId: string;
afterEach(() => cloud.close());

const client = () =>
  new OrganizationsClient({
    endpoint: cloud.stage.url,
    region: 'us-east-1',
    credentials: { accessKeyId: MANAGEMENT, secretAccessKey: 'local' },
    requestHandler: cloud.lake.requestHandler,
  });
const move = (AccountId: string, from: string, to: string) =>
  client().send(new MoveAccountCommand({ AccountId, SourceParentId: from, DestinationParentId: to }));
const reads = (reader = JOB) => readAs(cloud.stage, reader, CUR);

/** What the organization tells now is in force; every run is pinned to it. */
async function inForce() {
  await organization.ask();
  const policy = organization.inForce();
  if (policy === null) throw new Error('no policy is in force');
  return policy;
}

beforeEach(async () => {
  const named = demoDocument('demo-share', ({ accounts }) => {
    accounts['sales-lake'] = SALES_LAKE;
  });
  cloud = await inProcess(resolvePolicy(named, policyHash(named)), { known: false });
  await shareInOrganization(cloud.stage);
  await makeOrganizationRole(cloud.stage);
  const { Roots = [] } = await client().send(new ListRootsCommand({}));
  rootId = Roots[0]?.Id ?? '';
  const made = await client().send(new CreateOrganizationalUnitCommand({ ParentId: rootId, Name: 'data' }));
  unit = made.OrganizationalUnit?.Id ?? '';
  await move(ANALYTICS, rootId, unit);
  const document = demoDocument('demo-share', ({ accounts, products }) => {
    accounts['sales-lake'] = SALES_LAKE;
    if (products['cur']) products['cur'].audience = { organizationalUnits: [unit] };
  });
  organization = openOrganization(cloud.lake, document, cloud.ledger);
  await runCrawler(cloud.stage);
});

test('job roles of its accounts read, by the path of the unit, and those of others do not', async () => {
  await cloud.settle(scopeOf(CUR), await inForce());
  expect(await reads()).toSatisfy(isRead);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRefused);
  const bucket = JSON.stringify(await bucketStatements(cloud.stage));
  expect(bucket).toContain(`/${unit}/*`);
  expect(bucket).not.toContain('PrincipalAccount');
});

test('an account that moves in reads, by the grant that is there', async () => {
  await cloud.settle(scopeOf(CUR), await inForce());
  await move(SALES_LAKE, rootId, unit);
  await cloud.settle(scopeOf(CUR), await inForce());
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRead);
});

test('an account that moves out reads no longer from that moment, and its link and grants go, though they are all it had', async () => {
  await cloud.settle(scopeOf(CUR), await inForce());
  // Somebody else stays, or the unit would be empty, which nobody is told from unreadable.
  await move(SALES_LAKE, rootId, unit);
  await cloud.settle(scopeOf(CUR), await inForce());
  await move(ANALYTICS, unit, rootId);
  expect(await reads()).toSatisfy(isRefused);
  cloud.later(0);
  const policy = await inForce();
  expect(organization.woken.at(-1)?.left).toContainEqual({ account: ANALYTICS, region: CONSUMER.region });
  await cloud.settle(scopeOf(CUR), policy);
  await cloud.settle(CONSUMER, policy);
  await cloud.settle(CONSUMER, policy);
  const standing = (await cloud.ledger.entries({ part: 'account', account: ANALYTICS })).filter(
    ({ kind, state }) => (kind === 'grant' || kind === 'link') && state === 'confirmed',
  );
  expect(standing.map(({ principal, target }) => `${principal} ${target}`)).toEqual([]);
  expect(await reads(OTHER_ACCOUNT)).toSatisfy(isRead);
});
