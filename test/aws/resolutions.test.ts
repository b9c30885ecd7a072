/** What is pinned is found again by its pin, and the pin of what is in force costs no reading. */

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putDeployedPolicy, putPolicy, readDeployedPolicy } from '#aws/objects.ts';
import {
  putResolution,
  readCurrentPin,
  readCurrentResolution,
  readPinned,
  readResolutionIfChanged,
} from '#aws/resolutions.ts';
import { pinOf, type StoredResolution } from '#contracts/resolution.ts';
import { type RunningLake, startLake } from '../../infra/local/lake/start.ts';
import { HUB, REGION } from '../../infra/local/scenes/places.ts';
import { root } from '../../infra/local/scenes/world.ts';
import { documentOf, productInput } from '../core/policy/documents.ts';

const Bucket = 'onramp-policies';
let lake: RunningLake;
let s3: S3Client;
beforeAll(async () => {
  lake = await startLake({ accounts: [HUB] });
  const stage = { url: lake.url, control: lake.control, requestHandler: lake.requestHandler };
  s3 = new S3Client({ ...root(stage, HUB), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
});
afterAll(() => lake.close());

const told = (hash: string): StoredResolution => ({
  hash,
  resolution: {
    organization: 'o-a1b2c3d4e5',
    parts: { organization: { path: 'o-a1b2c3d4e5/r-a1b2/', accounts: ['222222222222'] } },
    names: { '222222222222': 'analytics' },
  },
  departed: [],
});
const named = { hash: 'abc', document: documentOf() };
const asking = { hash: 'def', document: documentOf({ products: { cur: productInput({ audience: 'organization' }) } }) };

test('before anything was told there is nothing, and a policy that names its accounts is pinned alone', async () => {
  expect(await readCurrentResolution(s3, Bucket)).toBeNull();
  expect(await readDeployedPolicy(s3, Bucket)).toBeNull();
  await putPolicy(s3, Bucket, named);
  expect(await readCurrentPin(s3, Bucket)).toBe('abc');
  expect(await readPinned(s3, Bucket, 'abc')).toEqual({ policy: named, resolution: null });
});

test('a policy that asks the organization is pinned with what it told, and stays so whatever it tells later', async () => {
  await putPolicy(s3, Bucket, { ...asking, asksOrganization: true });
  await putResolution(s3, Bucket, told('one'));
  const pin = await readCurrentPin(s3, Bucket);
  expect(pin).toBe(pinOf('def', 'one'));
  await putResolution(s3, Bucket, told('two'));
  expect(await readPinned(s3, Bucket, pin)).toEqual({ policy: asking, resolution: told('one') });
  expect(await readPinned(s3, Bucket, undefined)).toEqual({ policy: asking, resolution: told('two') });
  expect(await readCurrentPin(s3, Bucket)).toBe(pinOf('def', 'two'));
});

test('whoever has read none gets what is there', async () => {
  expect((await readResolutionIfChanged(s3, Bucket, undefined))?.value).toEqual(told('two'));
});

test('what was deployed is remembered beside what is in force', async () => {
  await putDeployedPolicy(s3, Bucket, { hash: 'newer', document: {} });
  expect((await readDeployedPolicy(s3, Bucket))?.hash).toBe('newer');
  expect(await readCurrentPin(s3, Bucket)).toBe(pinOf('def', 'two'));
});
