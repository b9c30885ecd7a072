/** Laws 3, 6 and 10 in a consumer: who is admitted no longer loses what that gave, and nobody else anything. */

import { DeleteRoleCommand, DeleteRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, HR, JOB, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import type { InProcess } from '../support/in-process.ts';
import { openFindings, scopeOf } from '../support/scopes.ts';
import {
  causes,
  confirmAsked,
  disprove,
  give,
  held,
  iam,
  ofCur,
  openTwoRoles,
  policyWith,
  prove,
  reconcile,
  SECOND,
} from '../support/two-roles.ts';

let cloud: InProcess;
afterEach(() => cloud.close());

test('a role that lost its proof loses what that gave it, another keeps all, and proof gives it back', async () => {
  cloud = await openTwoRoles();
  const [before, others] = [await held(cloud, SECOND), await held(cloud, JOB)];
  expect(await ofCur(cloud, SECOND)).not.toEqual([]);
  await disprove(cloud, SECOND);
  expect(await reconcile(cloud)).toEqual([`${ANALYTICS} BatchRevokePermissions`, `${FINANCE} PutBucketPolicy`]);
  expect(await ofCur(cloud, SECOND)).toEqual([]);
  // Other products want these for it.
  expect(await held(cloud, SECOND, '"default"')).toHaveLength(1);
  expect(await held(cloud, SECOND, SALES.table)).not.toEqual([]);
  expect(await held(cloud, JOB)).toEqual(others);
  expect(await causes(cloud)).not.toContain('revoke-missing');
  expect(await reconcile(cloud)).toEqual([]);
  await prove(cloud, SECOND);
  await reconcile(cloud);
  expect(await held(cloud, SECOND)).toEqual(before);
  await expectWritten(cloud, 'role-disproved');
});

test('the last role of a product waits for a person, as all of it would go (law 10)', async () => {
  cloud = await openTwoRoles();
  await disprove(cloud, SECOND);
  await reconcile(cloud);
  await disprove(cloud, JOB);
  const before = await held(cloud, JOB);
  expect(await reconcile(cloud)).toEqual([]);
  expect(await causes(cloud)).toContain('brake-pulled');
  expect(await held(cloud, JOB)).toEqual(before);
  await confirmAsked(cloud);
  await reconcile(cloud);
  expect(await ofCur(cloud, JOB)).toEqual([]);
  expect(await readAs(cloud.stage, JOB, SALES)).toEqual(READ);
  // Its producer asked for the bytes, which it closes once the grants have gone.
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toMatchObject({ bytes: 'AccessDenied' });
  expect(await causes(cloud)).not.toContain('brake-pulled');
});

test('a role that is gone holds nothing, for whoever makes one of that name', async () => {
  cloud = await openTwoRoles();
  await iam(cloud).send(new DeleteRolePolicyCommand({ RoleName: SECOND.role, PolicyName: 'default' }));
  await iam(cloud).send(new DeleteRoleCommand({ RoleName: SECOND.role }));
  await reconcile(cloud);
  expect(await held(cloud, SECOND)).toEqual([]);
  expect(await reconcile(cloud)).toEqual([]);
});

test('whose trust cannot be judged keeps what it has (law 6)', async () => {
  cloud = await openTwoRoles();
  const before = await held(cloud, SECOND);
  const Condition = { StringEquals: { 'aws:SourceAccount': ANALYTICS } };
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole', Condition };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam(cloud).send(new UpdateAssumeRolePolicyCommand({ RoleName: SECOND.role, PolicyDocument }));
  expect(await reconcile(cloud)).toEqual([]);
  expect(await causes(cloud)).toContain('role-trust-not-decidable');
  expect(await held(cloud, SECOND)).toEqual(before);
});

test('roles that cannot be read, and grants that cannot, are no reason to take any (law 6)', async () => {
  cloud = await openTwoRoles();
  await disprove(cloud, SECOND);
  const before = await held(cloud, SECOND);
  for (const operation of ['ListRoles', 'ListPermissions']) {
    const denied = { kind: 'error' as const, code: 'AccessDeniedException', status: 403, operation };
    await cloud.stage.control.fault({ ...denied, principal: 'onramp-', times: 1000 });
    expect(
      (await reconcile(cloud)).filter((call) => call.includes('Revoke')),
      operation,
    ).toEqual([]);
    const open = await openFindings(cloud);
    expect(open.filter(({ state }) => state === 'unknown').length, operation).toBeGreaterThan(0);
    await cloud.stage.control.clearFaults();
    expect(await held(cloud, SECOND), operation).toEqual(before);
  }
  await reconcile(cloud);
  expect(await ofCur(cloud, SECOND)).toEqual([]);
});

const jobOnly = { match: `role/*${JOB.role}`, proof: 'path' as const };

test("somebody else's grants to the same role stay, and of ours what was theirs before (law 3)", async () => {
  const only = policyWith(({ products }) => {
    for (const product of Object.values(products)) product.consumers.jobRoles = [jobOnly];
  });
  cloud = await openTwoRoles(only);
  expect(await held(cloud, SECOND)).toEqual([]);
  await give(cloud, { Database: { Name: 'default' } }, 'DESCRIBE');
  await give(cloud, { Database: { Name: HR.link } }, 'DROP');
  await give(cloud, { Table: { CatalogId: FINANCE, DatabaseName: HR.database, TableWildcard: {} } }, 'DESCRIBE');
  const theirs = await held(cloud, SECOND);
  expect(theirs).toHaveLength(3);
  await reconcile(cloud);
  expect((await held(cloud, SECOND)).length).toBeGreaterThan(theirs.length);
  await reconcile(cloud, only);
  expect(await held(cloud, SECOND)).toEqual(theirs);
  expect(await reconcile(cloud, only)).toEqual([]);
  expect(await readAs(cloud.stage, JOB, HR)).toEqual(READ);
});
