/**
 * The article on sharing as it is told: the management account owns the cost and usage data, shares it with its whole
 * organization, and a job of another account reads. Somebody has begun by hand.
 */

import {
  EnableSharingWithAwsOrganizationCommand,
  paginateGetResourceShares,
  type ResourceShare,
} from '@aws-sdk/client-ram';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import { policyHash, resolutionHash, resolvePinned } from '#core/policy.ts';
import {
  ACCOUNTS,
  CUR,
  FINANCE,
  JOB,
  ORGANIZATION,
  OTHER_ACCOUNT,
  OTHER_ROLE,
  SQUATTER,
} from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { bucketStatements, glueArn, grantByHand, root, shareByHand } from '../support/aws-console.ts';
import { demoDocument } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

const WHOLE = `arn:aws:organizations::${FINANCE}:organization/${ORGANIZATION}`;

/** The producer is the management account, and the product is for all of its organization. */
function policyOfTheArticle(): Policy {
  const document = demoDocument('demo-share', ({ organization, products }) => {
    organization.managementAccount = FINANCE;
    if (products['cur']) products['cur'].audience = { organization: true };
  });
  const accounts = [...ACCOUNTS].sort();
  const resolution = {
    organization: ORGANIZATION,
    parts: { organization: { path: `${ORGANIZATION}/r-a1b2/`, accounts } },
    names: Object.fromEntries(accounts.map((id) => [id, id])),
  };
  const stored: StoredResolution = { hash: resolutionHash(resolution), resolution, departed: [] };
  return resolvePinned(document, policyHash(document), stored);
}

const policy = policyOfTheArticle();
let cloud: InProcess;
let byHand: string;
const ours = async () => {
  const all: ResourceShare[] = [];
  const { ram: client } = root(cloud.stage, FINANCE);
  for await (const page of paginateGetResourceShares({ client }, { resourceOwner: 'SELF' }))
    all.push(...(page.resourceShares ?? []));
  return all.filter(({ status }) => status === 'ACTIVE');
};

beforeAll(async () => {
  cloud = await inProcess(policy, { known: false });
  await root(cloud.stage, FINANCE).ram.send(new EnableSharingWithAwsOrganizationCommand({}));
  await runCrawler(cloud.stage);
  // The article's steps 2 and 3, of which the second was only half done.
  byHand = await shareByHand(cloud.stage, {
    from: FINANCE,
    to: WHOLE,
    resources: [glueArn(FINANCE, 'catalog'), glueArn(FINANCE, `database/${CUR.database}`)],
  });
  const Database = { CatalogId: FINANCE, Name: CUR.database };
  const permissions = ['DESCRIBE'] as const;
  await grantByHand(cloud.stage, { to: WHOLE, on: { Database }, permissions, grantable: permissions });
});
afterAll(() => cloud.close());

test('before: the job role reads neither table nor bytes', async () => {
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
});

test('one run, and job roles read in every account through their links; nobody was invited', async () => {
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRead);
  expect(await readAs(cloud.stage, OTHER_ACCOUNT, CUR)).toSatisfy(isRead);
  expect((await stateOf(cloud.stage)).invitations).toEqual([]);
});

test.each([SQUATTER, OTHER_ROLE])('$name reads neither table nor bytes', async (reader) => {
  expect(await readAs(cloud.stage, reader, CUR)).toSatisfy(isRefused);
});

test('what was granted by hand is theirs, and only what was missing is ours', async () => {
  const entries = await cloud.ledger.entries({
    part: 'database',
    account: FINANCE,
    region: CONSUMER.region,
    database: CUR.database,
  });
  const grants = entries.flatMap((entry) => (entry.kind === 'grant' ? [entry] : []));
  expect(grants.map(({ principal, sent }) => [principal, sent.resource.type])).toEqual([[WHOLE, 'all-tables']]);
});

test('the share that was made by hand is there as it was, and none of ours is a twin of it', async () => {
  const shares = await ours();
  expect(shares.map(({ resourceShareArn }) => resourceShareArn)).toContain(byHand);
  expect(shares.filter(({ name }) => name === 'by-hand')).toHaveLength(1);
});

test('the bucket asks for organization, pattern and path; the bare organization gets in nobody', async () => {
  const statements = await bucketStatements(cloud.stage);
  const allows = statements.filter(({ Sid }) => String(Sid).startsWith('onramp'));
  expect(allows.length).toBeGreaterThan(0);
  for (const { Condition } of allows) {
    expect(JSON.stringify(Condition)).toContain(ORGANIZATION);
    expect(JSON.stringify(Condition)).toContain('role/data-jobs/');
  }
});

test('a second run writes nothing', async () => {
  expect(await writes(cloud, () => cloud.settle(scopeOf(CUR)))).toEqual([]);
});
