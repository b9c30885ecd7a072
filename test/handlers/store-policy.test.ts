import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CustomResourceAnswer } from '#contracts/custom-resource.ts';
import { LakeError } from '#contracts/errors.ts';
import { policyHash } from '#core/policy.ts';
import { putAnswer, type StorePolicyServices, storePolicy } from '../../functions/handlers/store-policy.ts';
import { samplePolicy } from '../support/policies.ts';

const { document } = samplePolicy();
const hash = policyHash(document);
const ASSET = { bucket: 'cdk-assets', key: 'file.json' };

function request(RequestType: string, properties: object = {}): Record<string, unknown> {
  return {
    RequestType,
    ResponseURL: 'https://cloudformation-custom-resource-response.example/answer?signature=x',
    StackId: 'arn:aws:cloudformation:ap-northeast-1:333333333333:stack/onramp-hub/1',
    RequestId: 'r-1',
    ResourceType: 'Custom::OnrampPolicy',
    LogicalResourceId: 'Policy',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'policy-onramp' }),
    ResourceProperties: { ServiceToken: 'arn', ServiceTimeout: '300', hash, ...ASSET, ...properties },
  };
}

/** Records what is done, in order. */
function recording(instead: Partial<StorePolicyServices> = {}) {
  const done: string[] = [];
  const answers: CustomResourceAnswer[] = [];
  const quiet = { decision: () => {}, write: () => {}, trouble: () => {}, with: () => quiet };
  const services: StorePolicyServices = {
    namespace: 'onramp',
    log: quiet,
    readAsset: async ({ bucket, key }) => {
      done.push(`read ${bucket}/${key}`);
      return JSON.parse(JSON.stringify(document));
    },
    currentPolicy: async () => null,
    resolution: async () => null,
    deployed: async (policy) => void done.push(`remember ${policy.hash}`),
    putPolicy: async (policy) => void done.push(`put ${policy.hash}`),
    putEvent: async ({ source, detailType, detail }) =>
      void done.push(`tell ${source} ${detailType} ${JSON.stringify(detail)}`),
    answer: async (_url, answer) => {
      done.push(`answer ${answer.Status}`);
      answers.push(answer);
    },
    ...instead,
  };
  return { services, done, answers };
}

test.each(['Create', 'Update'])('%s stores the policy, then tells, then answers', async (type) => {
  const { services, done, answers } = recording();
  await storePolicy(request(type), services);
  expect(done).toEqual([
    'read cdk-assets/file.json',
    `remember ${hash}`,
    `put ${hash}`,
    `tell onramp.hub Onramp Policy Changed ${JSON.stringify({ hash, gone: [], left: [] })}`,
    'answer SUCCESS',
  ]);
  // One id for ever: another would make CloudFormation delete the old policy.
  expect(answers[0]).toMatchObject({
    PhysicalResourceId: 'policy-onramp',
    RequestId: 'r-1',
    LogicalResourceId: 'Policy',
  });
});

test('what only the policy before was about is told: its databases, and its consumers', async () => {
  const before = parse(readFileSync(new URL('../fixtures/policies/demo-share.yaml', import.meta.url), 'utf8'));
  const { services, done } = recording({ currentPolicy: async () => ({ hash: 'c'.repeat(64), document: before }) });
  await storePolicy(request('Update'), services);
  const { gone, left } = JSON.parse(/\{.*\}/.exec(done.find((line) => line.startsWith('tell')) ?? '')?.[0] ?? '{}');
  expect(gone).toEqual([{ account: '111111111111', region: 'ap-northeast-1', database: 'cur_org' }]);
  expect(left).toEqual([{ account: '222222222222', region: 'ap-northeast-1' }]);
});

test('a policy before that cannot be read is no reason to keep a new one out, and tells nothing', async () => {
  const { services, done } = recording({ currentPolicy: async () => ({ hash: 'c'.repeat(64), document: {} }) });
  await storePolicy(request('Update'), services);
  expect(done).toContain(`tell onramp.hub Onramp Policy Changed ${JSON.stringify({ hash, gone: [], left: [] })}`);
});

test('Delete keeps every policy', async () => {
  const { services, done } = recording();
  await storePolicy(request('Delete'), services);
  expect(done).toEqual(['answer SUCCESS']);
});

describe('CloudFormation is told', () => {
  test('what failed, by name, and nothing is announced', async () => {
    const putPolicy = () => Promise.reject(new LakeError('AccessDenied', { message: 'could not write s3://b/k' }));
    const { services, done, answers } = recording({ putPolicy });
    await storePolicy(request('Create'), services);
    expect(done).toEqual(['read cdk-assets/file.json', `remember ${hash}`, 'answer FAILED']);
    expect(answers[0]?.Reason).toBe('AccessDenied: could not write s3://b/k');
  });

  test('that a file is not the policy its hash promises', async () => {
    const { services, done, answers } = recording();
    await storePolicy(request('Update', { hash: 'b'.repeat(64) }), services);
    expect(done).toEqual(['read cdk-assets/file.json', 'answer FAILED']);
    expect(answers[0]?.Reason).toContain(`hashes to ${hash}`);
  });

  test('that a file is no policy', async () => {
    const { services, answers } = recording({ readAsset: async () => ({ version: 2 }) });
    await storePolicy(request('Update'), services);
    expect(answers[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('PolicyInvalid') });
  });
});

test('a failing answer throws, so that Lambda tries again', async () => {
  const answer = () => Promise.reject(new LakeError('Transient', { message: 'no answer' }));
  await expect(storePolicy(request('Create'), recording({ answer }).services)).rejects.toThrow('no answer');
});

test('what is no request of our resource throws and says what is missing', async () => {
  const { services, done } = recording();
  await expect(storePolicy({ RequestType: 'Create' }, services)).rejects.toThrow(/ResponseURL/);
  expect(done).toEqual([]);
});

describe('the answer', () => {
  const answer: CustomResourceAnswer = {
    Status: 'SUCCESS',
    PhysicalResourceId: 'policy-onramp',
    StackId: 's',
    RequestId: 'r',
    LogicalResourceId: 'Policy',
  };

  async function answered(status: number): Promise<{ body: string; headers: Record<string, unknown>; error: unknown }> {
    let seen = { body: '', headers: {} };
    const server = createServer((incoming, response) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        seen = { body: Buffer.concat(parts).toString(), headers: incoming.headers };
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const error = await putAnswer(`http://127.0.0.1:${port}/answer`, answer).catch((thrown: unknown) => thrown);
    await new Promise((closed) => server.close(closed));
    return { ...seen, error };
  }

  test('is put as signed: JSON, and no content type', async () => {
    const { body, headers, error } = await answered(200);
    expect(error).toBeUndefined();
    expect(JSON.parse(body)).toEqual(answer);
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).toHaveProperty('content-length', String(body.length));
  });

  test('refused is an error without the signed address', async () => {
    const { error } = await answered(403);
    expect(String(error)).toContain('403');
    expect(String(error)).not.toContain('127.0.0.1');
  });
});
