/** The lake and MiniStack together. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../infra/local/cloud.ts';
import { as, createFunction, HUB, REGION, run } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

let cloud: LocalCloud;
const progress: string[] = [];
beforeAll(async () => {
  cloud = await startLocalCloud({ waitScale: 0.01, onProgress: (message) => progress.push(message) });
});
afterAll(() => cloud.close());

test('tells where it is, and how to look around', () => {
  expect(progress).toEqual(expect.arrayContaining([`lake at ${cloud.url}`, `MiniStack at ${cloud.emulatorUrl}`]));
  expect(cloud.environment(HUB, REGION)).toMatchObject({
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ACCESS_KEY_ID: HUB,
    AWS_REGION: REGION,
  });
});

test('what the lake does not own is passed on to MiniStack, as the account that calls', async () => {
  const { Account } = await new STSClient(as(cloud.url)).send(new GetCallerIdentityCommand());
  expect(Account).toBe(HUB);
  const started = Date.now();
  const { status } = await run(cloud.url, { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } });
  expect(status).toBe('SUCCEEDED');
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('a function runs as a session of its role, made by the lake, and calls the lake', async () => {
  await createFunction(
    cloud.url,
    'who',
    'const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN } = process.env; return { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN };',
  );
  const { Payload } = await new LambdaClient(as(cloud.url)).send(new InvokeCommand({ FunctionName: 'who' }));
  const seen = JSON.parse(Buffer.from(Payload ?? []).toString());
  expect(seen).toMatchObject({ AWS_ENDPOINT_URL: cloud.url, AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/) });
  expect(seen.AWS_SESSION_TOKEN).not.toBe('');
});
