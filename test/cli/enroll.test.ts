import { GetDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANALYTICS, FINANCE } from '../../infra/local/scenes/places.ts';
import { cloud, DEMO } from './cloud.ts';
import { onramp } from './run.ts';

const READER = `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`;
const ENROLL = ['enroll', 'finance-lake', '--policy', DEMO];

let local: Awaited<ReturnType<typeof cloud>>;
beforeAll(async () => {
  local = await cloud();
});
afterAll(() => local.close());

async function settings() {
  const answer = await local.lakeFormation(FINANCE).send(new GetDataLakeSettingsCommand({ CatalogId: FINANCE }));
  return answer.DataLakeSettings ?? {};
}

/** One account's life, in order: refused, refused, enrolled, already. */
describe('enroll', { timeout: 30_000 }, () => {
  test("refuses another account's credentials and writes nothing", async () => {
    const before = await settings();
    const { code, stdout, stderr } = await onramp([...ENROLL, '--yes'], { env: local.as(ANALYTICS) });
    expect(stderr).toContain(`your credentials are of account ${ANALYTICS}, not of ${FINANCE} finance-lake`);
    expect([code, stdout]).toEqual([77, '']);
    expect(await settings()).toEqual(before);
  });

  test('without a terminal and without --yes it says what it would do, and does not', async () => {
    const before = await settings();
    const { code, stdout, stderr } = await onramp(ENROLL, { env: local.as(FINANCE) });
    expect(stderr).toContain('becomes a read-only administrator');
    expect(stderr).toMatch(/error: there is nobody to ask for a yes \(UsageInvalid\)\n {2}fix: pass --yes/);
    expect([code, stdout]).toEqual([64, '']);
    expect(await settings()).toEqual(before);
  });

  test('before our roles are there it says which stack to deploy', async () => {
    const { code, stderr } = await onramp([...ENROLL, '--yes', '--role-path', '/elsewhere/'], {
      env: local.as(FINANCE),
    });
    expect(stderr).toContain(
      `error: ${FINANCE} finance-lake has no role arn:aws:iam::${FINANCE}:role/elsewhere/onramp-reader`,
    );
    expect(stderr).toContain(`fix: deploy the member role stack to ${FINANCE} first`);
    expect(code).toBe(1);
  });

  test('appends our reader to the read-only administrators and leaves all else as it was (G-S1)', async () => {
    const before = await settings();
    const { code, stdout, stderr } = await onramp([...ENROLL, '--yes'], { env: local.as(FINANCE) });
    expect(stdout).toBe(`enrolled: ${FINANCE} finance-lake in ap-northeast-1\n`);
    expect(stderr).toContain(READER);
    expect(code).toBe(0);
    const after = await settings();
    const readers = [...(before.ReadOnlyAdmins ?? []), { DataLakePrincipalIdentifier: READER }];
    expect(after).toEqual({ ...before, ReadOnlyAdmins: readers });
  });

  test('says "already" the second time, by name or by id, and writes nothing', async () => {
    const since = (await local.lake.control.journal()).length;
    const again = await onramp(['enroll', FINANCE, '--policy', DEMO], { env: local.as(FINANCE) });
    expect(again).toEqual({
      code: 0,
      stdout: `already enrolled: ${FINANCE} finance-lake in ap-northeast-1\n`,
      stderr: '',
    });
    const journal = (await local.lake.control.journal()).slice(since);
    expect(journal.filter(({ kind }) => kind === 'write')).toEqual([]);
  });

  test('an account that the policy does not name is a usage error with the names there are', async () => {
    const { code, stderr } = await onramp(['enroll', 'analitics', '--policy', DEMO]);
    expect(stderr).toContain('did you mean analytics?');
    expect(code).toBe(64);
  });
});
