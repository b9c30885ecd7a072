/** What AWS refuses for reasons of its own: policies of the organization, and shares that arrived moments ago. */

import { GetDataLakeSettingsCommand, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { AttachPolicyCommand, CreatePolicyCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { afterEach, describe, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, JOB, MANAGEMENT, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { clientConfig, runCrawler } from '../../infra/local/scenes/world.ts';
import { root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');

let cloud: InProcess;
afterEach(() => cloud.close());

/** A service control policy of the organization, on one account. */
async function forbid(account: string, Action: string, more: object = {}): Promise<void> {
  const credentials = { accessKeyId: MANAGEMENT, secretAccessKey: 'local' };
  const organizations = new OrganizationsClient(clientConfig(cloud.stage, credentials, REGION));
  const Content = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action, Resource: '*', ...more }],
  });
  const made = await organizations.send(
    new CreatePolicyCommand({ Name: 'guard', Description: 'd', Content, Type: 'SERVICE_CONTROL_POLICY' }),
  );
  await organizations.send(
    new AttachPolicyCommand({ PolicyId: made.Policy?.PolicySummary?.Id ?? '', TargetId: account }),
  );
}

const found = async () => (await openFindings(cloud)).map(({ hop, cause }) => `${hop} ${cause}`);
const IMPOSTOR = 'role role-without-proof';

describe('a policy of the organization (aws-12)', () => {
  test('on shares with outsiders has a cause of its own, with whom to except', async () => {
    cloud = await scenario(policy, [crawled]);
    const Condition = { Bool: { 'ram:RequestedAllowsExternalPrincipals': 'true' } };
    await forbid(FINANCE, 'ram:*', { Condition });
    await cloud.settle(scopeOf(CUR));
    const refusals = (await openFindings(cloud)).filter(({ hop }) => hop === 'share');
    expect(new Set(refusals.map(({ cause }) => cause))).toEqual(new Set(['sharing-denied-by-organization']));
    const [refused] = refusals;
    expect(refused).toMatchObject({ account: FINANCE, state: 'broken' });
    expect(refused?.remedy).toContain('ram:RequestedAllowsExternalPrincipals');
    expect(refused?.remedy).toContain(FINANCE);
  });

  test('on who is an administrator says so, and names the other way', async () => {
    cloud = await inProcess(policy);
    await runCrawler(cloud.stage);
    await forbid(FINANCE, 'lakeformation:PutDataLakeSettings');
    await cloud.settle(scopeOf(CUR));
    const [refused] = (await openFindings(cloud)).filter(({ hop }) => hop === 'settings');
    expect(refused).toMatchObject({ cause: 'settings-denied-by-organization', account: FINANCE });
    expect(refused?.remedy).toContain('settings.administrator: byHand');
  });

  test('on something we read is unknown with that cause, and nothing is written for it', async () => {
    cloud = await scenario(policy, [crawled]);
    await forbid(FINANCE, 'glue:GetResourcePolicy');
    await cloud.settle(scopeOf(CUR));
    const unknown = (await openFindings(cloud)).filter(({ state }) => state === 'unknown');
    expect(unknown.map(({ hop, cause }) => `${hop} ${cause}`)).toEqual(['catalog-policy denied-by-organization']);
  });
});

describe('administrators by hand (aws-12)', () => {
  const byHand = demoPolicy('demo-share', (document) => {
    document.settings = { ...document.settings, administrator: 'byHand' };
  });

  test('nobody is made one, and nothing is tried that only one may do: one finding says how', async () => {
    cloud = await inProcess(byHand);
    await runCrawler(cloud.stage);
    expect(await writes(cloud, () => cloud.settle(scopeOf(CUR)))).toEqual([]);
    const [lacking, ...more] = (await openFindings(cloud)).filter(({ account }) => account === FINANCE);
    expect(more).toEqual([]);
    expect(lacking).toMatchObject({ hop: 'settings', cause: 'administrator-by-hand' });
    expect(lacking?.remedy).toContain(`arn:aws:iam::${FINANCE}:role/onramp/onramp-operator to DataLakeAdmins`);
  });

  test('done as the finding says, it goes on, and the settings are never written by us', async () => {
    cloud = await inProcess(byHand);
    await runCrawler(cloud.stage);
    await cloud.settle(scopeOf(CUR));
    for (const account of [FINANCE, ANALYTICS]) await makeAdministrators(account);
    const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(made.filter((call) => call.includes('Settings'))).toEqual([]);
    expect(await found()).toEqual([IMPOSTOR]);
  });

  async function makeAdministrators(account: string): Promise<void> {
    const { lakeFormation } = root(cloud.stage, account);
    const { DataLakeSettings = {} } = await lakeFormation.send(new GetDataLakeSettingsCommand({}));
    const ours = (role: string) => ({
      DataLakePrincipalIdentifier: `arn:aws:iam::${account}:role/onramp/onramp-${role}`,
    });
    const DataLakeAdmins = [...(DataLakeSettings.DataLakeAdmins ?? []), ours('operator')];
    const ReadOnlyAdmins = [...(DataLakeSettings.ReadOnlyAdmins ?? []), ours('reader')];
    await lakeFormation.send(
      new PutDataLakeSettingsCommand({ DataLakeSettings: { ...DataLakeSettings, DataLakeAdmins, ReadOnlyAdmins } }),
    );
  }
});

describe('moments after an acceptance (aws-10)', () => {
  const unseen = (times?: number) =>
    cloud.stage.control.fault({
      kind: 'entry',
      operation: 'BatchGrantPermissions',
      account: ANALYTICS,
      body: CUR.database,
      code: 'AccessDeniedException',
      message: 'Insufficient Glue permissions to access table cur',
      ...(times === undefined ? {} : { times }),
    });

  test('"Insufficient Glue permissions" is asked again until the share is known, and nobody is told', async () => {
    cloud = await scenario(policy, [crawled]);
    await unseen(8);
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await found()).toEqual([IMPOSTOR]);
    expect(cloud.told.filter(({ alert }) => alert.finding.hop === 'grants')).toEqual([]);
  });

  test('it is told after two minutes, as what it says', async () => {
    cloud = await scenario(policy, [crawled]);
    await unseen();
    await cloud.settle(scopeOf(CUR));
    expect(await found()).toContain('grants grant-failed');
  });

  test('long after it a refusal is final at once', async () => {
    cloud = await scenario(policy, [crawled]);
    await unseen();
    await cloud.settle(scopeOf(CUR));
    await cloud.later(3_600_000);
    const { seconds } = await cloud.run(CONSUMER);
    expect(seconds).toBeLessThan(5);
  });
});
