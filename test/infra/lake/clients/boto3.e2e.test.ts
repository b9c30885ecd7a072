/** boto3, all eight services: a table is shared, accepted, linked, granted and read, as with the SDK for JavaScript. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { awsPython, bareEnvironment } from '../../../support/aws-python.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
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

test('the lines of docs/lake.md start a lake, use it and end it', async () => {
  const [, lines = ''] = /^```python\n([\s\S]*?)^```$/m.exec(readFileSync(`${ROOT}docs/lake.md`, 'utf8')) ?? [];
  const environment = bareEnvironment('http://127.0.0.1:1');
  const PATH = [dirname(process.execPath), environment['PATH']].join(delimiter);
  const script = `${lines}\nprint(url, lake.wait(10))`;
  const { stdout } = await run(python, ['-c', script], { cwd: ROOT, env: { ...environment, PATH } });
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ 0$/m);
});
