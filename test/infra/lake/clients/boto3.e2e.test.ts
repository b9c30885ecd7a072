/** boto3, all eight services: a table is shared, accepted, linked, granted and read, as with the SDK for JavaScript. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { awsPython, bareEnvironment } from '../../../support/aws-python.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./smoke.py', import.meta.url));

let lake: RunningLake;
let python: string;
beforeAll(async () => {
  python = await awsPython();
  lake = await startLake();
});
afterAll(() => lake.close());

test('shares a table between two accounts and reads it as a role', async () => {
  const { stdout } = await run(python, [SCRIPT], { env: bareEnvironment(lake.url) });
  expect(JSON.parse(stdout)).toEqual({
    caller: 'arn:aws:iam::111111111111:root',
    failures: [],
    invitations: 2,
    again: 'ResourceShareInvitationAlreadyAcceptedException',
    principal: { Service: 'glue.amazonaws.com' },
    before: 'AccessDeniedException',
    table: ['111111111111', 'sales', 'orders', true],
    organization: 'AWSOrganizationsNotInUseException',
    key: 'CUSTOMER',
    storage: { keys: ['orders/a b.parquet'], body: 'PAR1', other: 'AccessDenied' },
    missing: 'NotImplemented',
  });
  const { length } = (await lake.control.journal()).filter(({ status }) => status === 500);
  expect(length).toBe(0);
});
