import { ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { grantBatch, revokeBatch } from '#aws/grants.ts';
import { ATTEMPTS } from '#aws/retry.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import { type AwsStub, awsError, inTurn, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const grant: Grant = {
  principal: '222222222222',
  resource: { type: 'database', catalog: '111111111111', database: 'cur_org' },
  permissions: ['DESCRIBE'],
  grantable: ['DESCRIBE'],
};
const clients = () => stub.access().own('ap-northeast-1');

test('asks four times when a catalog is being modified, then succeeds (G-L1)', async () => {
  stub.respond = inTurn(...Array(ATTEMPTS - 1).fill(awsError('ConcurrentModificationException')), {});
  await expect(grantBatch(clients(), '111111111111', [grant])).resolves.toEqual([null]);
  expect(stub.count('POST /BatchGrantPermissions')).toBe(4);
});

test('a modification that never ends is Transient after four attempts (G-L1)', async () => {
  stub.respond = () => awsError('ConcurrentModificationException', 'try later');
  await expect(grantBatch(clients(), '111111111111', [grant])).rejects.toMatchObject({
    name: 'Transient',
    aws: { code: 'ConcurrentModificationException', message: 'try later' },
  });
  expect(stub.requests).toHaveLength(ATTEMPTS);
});

test('a revoke is repeated like a grant (G-L2)', async () => {
  stub.respond = inTurn(awsError('ConcurrentModificationException'), {});
  await expect(revokeBatch(clients(), '111111111111', [grant])).resolves.toEqual([null]);
  expect(stub.requests).toHaveLength(2);
});

test.for([
  ['throttling', awsError('ThrottlingException', 'Rate exceeded', 400)],
  ['an internal error', awsError('InternalServiceException', '', 500)],
  ['an error of no name with status 503', { status: 503, body: 'busy' }],
  ['a cut connection', { cut: true }],
] as const)('%s is asked four times and then Transient', async ([, answer]) => {
  stub.respond = () => answer;
  await expect(grantBatch(clients(), '111111111111', [grant])).rejects.toMatchObject({ code: 'Transient' });
  expect(stub.requests).toHaveLength(ATTEMPTS);
});

test.for(['AccessDeniedException', 'EntityNotFoundException', 'InvalidInputException', 'OperationTimeoutException'])(
  '%s is not repeated',
  async (code) => {
    stub.respond = () => awsError(code);
    await expect(clients().lakeFormation.send(new ListPermissionsCommand({}))).rejects.toMatchObject({ name: code });
    expect(stub.requests).toHaveLength(1);
  },
);
