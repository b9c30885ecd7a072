import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putBucketPolicy, readBucketPolicy, readEncryption } from '#aws/buckets.ts';
import { putKeyPolicy, readKeyPolicy } from '#aws/keys.ts';
import { type AwsStub, awsError, startAwsStub, xmlError } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const OWNER = '111111111111';
const KEY = 'arn:aws:kms:ap-northeast-1:111111111111:key/0000';
const bucket = { bucket: 'cur', owner: OWNER };
const clients = () => stub.access().own('ap-northeast-1');

const encryption = (rule: string) => ({
  body: `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
});

test('a bucket policy as text; none only when S3 says there is none (G-B2)', async () => {
  stub.respond = () => ({ body: '{"Statement":[]}' });
  expect(await readBucketPolicy(clients(), bucket)).toEqual({ text: '{"Statement":[]}' });
  stub.respond = () => xmlError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
  expect(await readBucketPolicy(clients(), bucket)).toEqual({ text: null });
});

test.for([
  ['AccessDenied', 403, 'AccessDenied'],
  ['NoSuchBucket', 404, 'Missing'],
  ['SlowDown', 503, 'Transient'],
  ['InternalError', 500, 'Transient'],
] as const)('reading answered %s is an error, never "no policy" (G-B2)', async ([code, status, expected]) => {
  stub.respond = () => xmlError(code, 'x', status);
  await expect(readBucketPolicy(clients(), bucket)).rejects.toMatchObject({ code: expected, aws: { code } });
});

test('says whose bucket it must be in every call (G-B7)', async () => {
  stub.respond = () => encryption('<SSEAlgorithm>AES256</SSEAlgorithm>');
  await readBucketPolicy(clients(), bucket);
  await putBucketPolicy(clients(), { ...bucket, text: '{}' });
  await putBucketPolicy(clients(), { ...bucket, text: null });
  await readEncryption(clients(), bucket);
  expect(stub.requests.map((request) => request.headers['x-amz-expected-bucket-owner'])).toEqual(Array(4).fill(OWNER));
});

test('writes the text as it is; no text deletes the policy (G-B5)', async () => {
  stub.respond = () => ({ status: 204, body: '' });
  await putBucketPolicy(clients(), { ...bucket, text: '{"a":1}' });
  await putBucketPolicy(clients(), { ...bucket, text: null });
  expect(stub.requests.map(({ operation, body }) => [operation, body])).toEqual([
    ['PUT /cur/', { a: 1 }],
    ['DELETE /cur/', ''],
  ]);
});

test.for([
  ['AccessDenied', 'no', 403, 'AccessDenied'],
  ['MalformedPolicy', 'Invalid principal in policy', 400, 'PrincipalUnknown'],
  ['MalformedPolicy', 'Your policy exceeds the maximum allowed document size', 400, 'LimitExceeded'],
  ['MalformedPolicy', 'Missing required field Principal', 400, 'RequestRefused'],
] as const)('a write answered %s "%s" is an error (G-B3, G-B4, G-B8)', async ([code, message, status, expected]) => {
  stub.respond = () => xmlError(code, message, status);
  await expect(putBucketPolicy(clients(), { ...bucket, text: '{}' })).rejects.toMatchObject({ code: expected });
});

test('the default encryption of a bucket, with its key where it names one (G-B10)', async () => {
  stub.respond = () => encryption(`<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>${KEY}</KMSMasterKeyID>`);
  expect(await readEncryption(clients(), bucket)).toEqual({ algorithm: 'aws:kms', key: KEY });
  stub.respond = () => encryption('<SSEAlgorithm>AES256</SSEAlgorithm>');
  expect(await readEncryption(clients(), bucket)).toEqual({ algorithm: 'AES256', key: null });
  stub.respond = () => xmlError('ServerSideEncryptionConfigurationNotFoundError', 'none', 404);
  expect(await readEncryption(clients(), bucket)).toEqual({ algorithm: 'none', key: null });
});

test('a key policy is read and written under AWS’s lockout check (G-B11)', async () => {
  stub.respond = ({ operation }) => (operation === 'GetKeyPolicy' ? { body: { Policy: '{}' } } : {});
  expect(await readKeyPolicy(clients(), KEY)).toEqual({ text: '{}' });
  await putKeyPolicy(clients(), KEY, '{"a":1}');
  expect(stub.requests.at(-1)?.body).toEqual({ KeyId: KEY, PolicyName: 'default', Policy: '{"a":1}' });
});

test.for([
  ['AccessDeniedException', 'User is not authorized to perform: kms:GetKeyPolicy', 'AccessDenied'],
  ['NotFoundException', 'Key does not exist', 'Missing'],
  ['ThrottlingException', '', 'Transient'],
] as const)(
  'a key policy that cannot be read (%s) is an error naming the key (G-B11, G-B12)',
  async ([code, message, expected]) => {
    stub.respond = () => awsError(code, message);
    const reading = readKeyPolicy(clients(), KEY);
    await expect(reading).rejects.toMatchObject({ code: expected });
    await expect(reading).rejects.toThrow(KEY);
  },
);

test('a key policy answered without a text is an error: nothing is ever written over it (G-B11)', async () => {
  stub.respond = () => ({});
  await expect(readKeyPolicy(clients(), KEY)).rejects.toMatchObject({ code: 'Unexpected' });
});
