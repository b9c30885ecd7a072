/** Law 3: what the policy's account-wide switches took from IAM_ALLOWED_PRINCIPALS is put back when they are off again. */

import {
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  ListPermissionsCommand,
  type PrincipalPermissions,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { CUR, FINANCE, REGION } from '../../infra/local/scenes/places.ts';
import { expectWritten } from '../golden/kept.ts';
import { admin, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';

const CATALOG: PublishScope = { half: 'publish', account: FINANCE, region: REGION, database: null };
/** Once no switch is thrown, this is the scope that judges the catalog. */
const FIRST = scopeOf(CUR);
const EVERYBODY = { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' };
const ALL: PrincipalPermissions = { Principal: EVERYBODY, Permissions: ['ALL'] };

const plain = demoPolicy('demo-share');
let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(plain, [crawled]);
});
afterEach(() => cloud.close());

async function planned(policy: Policy): Promise<readonly string[]> {
  const { access } = cloud.reconcileServices;
  const { scopes } = await plan({ policy, access, ledger: cloud.ledger, scopes: [FIRST] });
  return scopes.flatMap(({ changes }) => changes.map(({ effect, text }) => `${effect}: ${text}`));
}

describe('CREATE_DATABASE', () => {
  const revoked = demoPolicy('demo-share', (document) => {
    Object.assign(document.settings, { createDatabase: 'revoke' });
  });
  const holders = async () => {
    const { lakeFormation } = await admin(cloud.stage);
    const answer = await lakeFormation.send(new ListPermissionsCommand({ ResourceType: 'CATALOG' }));
    return answer.PrincipalResourcePermissions?.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier);
  };

  test.each([FIRST, CATALOG])('is given back, shown before as widening, once: by $database', async (scope) => {
    await cloud.settle(CATALOG, revoked);
    expect(await holders()).toEqual([]);
    expect(await planned(plain)).toContainEqual(
      expect.stringMatching(/^widens: grant CREATE_DATABASE .* IAM_ALLOWED_PRINCIPALS, as it was before/),
    );
    await cloud.settle(scope, plain);
    expect(await holders()).toEqual(['IAM_ALLOWED_PRINCIPALS']);
    expect(await writes(cloud, () => cloud.settle(scope, plain))).toEqual([]);
    // Taken again by the policy, it is ours to give back again.
    await cloud.later(60_000);
    await cloud.settle(CATALOG, revoked);
    expect(await holders()).toEqual([]);
  });
});

describe('default permissions', () => {
  const off = demoPolicy('demo-share', (document) => void Object.assign(document.settings, { defaults: 'off' }));
  const read = async () =>
    (await root(cloud.stage, FINANCE).lakeFormation.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings;
  const put = async (
    databases: PrincipalPermissions[],
    tables: PrincipalPermissions[],
    more: DataLakeSettings = {},
  ) => {
    const part = { CreateDatabaseDefaultPermissions: databases, CreateTableDefaultPermissions: tables };
    const DataLakeSettings = { ...(await read()), ...part, ...more };
    await root(cloud.stage, FINANCE).lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  };

  test('are as they were, and all else of the document as others made it meanwhile; a repeat writes nothing', async () => {
    await put([], [ALL]);
    await cloud.settle(CATALOG, off);
    expect((await read())?.CreateTableDefaultPermissions).toEqual([]);
    await put([], [], { TrustedResourceOwners: ['555555555555'] });
    expect(await planned(plain)).toContainEqual(expect.stringMatching(/^widens: .*to IAM_ALLOWED_PRINCIPALS again/));
    await cloud.settle(FIRST, plain);
    const after = await read();
    expect(after?.CreateDatabaseDefaultPermissions).toEqual([]);
    expect(after?.TrustedResourceOwners).toEqual(['555555555555']);
    expect(after?.CreateTableDefaultPermissions).toEqual([ALL]);
    expect(await writes(cloud, () => cloud.settle(FIRST, plain))).not.toContain(`${FINANCE} PutDataLakeSettings`);
    await expectWritten(cloud, 'defaults-restored');
  });

  test('stay as somebody has opened them meanwhile', async () => {
    await put([ALL], [ALL]);
    await cloud.settle(CATALOG, off);
    await put([ALL], []);
    await cloud.settle(FIRST, plain);
    expect((await read())?.CreateTableDefaultPermissions).toEqual([]);
  });
});
