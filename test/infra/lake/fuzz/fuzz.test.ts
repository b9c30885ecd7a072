import { Agent, request } from 'node:http';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryBackend } from '../../../../infra/local/lake/backend/memory/backend.ts';
import { serviceModules } from '../../../../infra/local/lake/modules.ts';
import type { Model } from '../../../../infra/local/lake/protocol/model.ts';
import { loadModel } from '../../../../infra/local/lake/protocol/model.ts';
import type { RunningLake } from '../../../../infra/local/lake/start.ts';
import { startLake } from '../../../../infra/local/lake/start.ts';
import { everything, makeRole } from '../glue/cloud.ts';
import type { Random } from './generate.ts';
import { inputFor, randomFrom } from './generate.ts';

const seed = 20261122;
const requests = 10_000;
/** No answer within this time is a hang. */
const patience = 5_000;
/** One in a hundred is, with this seed. */
const MOST_501 = 0.02;
/** What is implemented; the rest would answer 501, as some rare inputs of these do: the lake refuses loudly. */
const operations = new Map<string, readonly string[]>();
const services = ['glue', 'glue', 'lakeformation', 'ram', 'organizations'] as const;
/** Roots, and a role that may do everything: a role's requests go through IAM as well. */
const role = 'arn:aws:iam::111111111111:role/r';
let session = { accessKeyId: '', sessionToken: '' };
const accounts = ['111111111111', '111111111111', '222222222222', '999999999999', role];

interface Sent {
  readonly number: number;
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let lake: RunningLake;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  for (const { name, operations: own } of await serviceModules(createMemoryBackend()))
    operations.set(name, Object.keys(own).sort());
  lake = await startLake({ seed });
  const iam = {
    endpoint: lake.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
  };
  await makeRole(new IAMClient(iam), role, everything);
  session = await lake.control.credentials(role, { seconds: 3600 });
  await lake.control.set('organizations', 'found', {
    managementAccount: '999999999999',
    accounts: [{ id: accounts[0] }],
  });
});
afterAll(async () => {
  agent.destroy();
  await lake.close();
});

function made(number: number): Sent {
  const random = randomFrom(seed + number);
  const service = random.pick(services);
  const model = loadModel(service);
  const operation = random.pick(operations.get(service) ?? []);
  const input = inputFor(model, operation, random, random.chance(0.3) ? 0.1 : 0);
  const text = JSON.stringify(input);
  const body = random.chance(0.02) ? text.slice(0, -1) : text;
  const { method = 'POST', uri = '/' } = model.operations[operation] ?? {};
  const caller = random.pick(accounts);
  const sent = method === 'GET' ? '' : body;
  const length = String(Buffer.byteLength(sent));
  const headers = {
    'content-length': length,
    'content-type': contentType(model),
    ...target(model, operation),
    ...signed(caller, service),
  };
  return { number, service, operation, method, path: pathOf(uri, random), headers, body: sent };
}

function contentType({ metadata }: Model): string {
  return metadata.protocol === 'json' ? `application/x-amz-json-${metadata.jsonVersion}` : 'application/json';
}

function target({ metadata }: Model, operation: string): Record<string, string> {
  return metadata.protocol === 'json' ? { 'x-amz-target': `${metadata.targetPrefix}.${operation}` } : {};
}

function signed(caller: string, service: string): Record<string, string> {
  const key = caller === role ? session.accessKeyId : caller;
  const scope = `${key}/20261122/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  return caller === role ? { authorization, 'x-amz-security-token': session.sessionToken } : { authorization };
}

function pathOf(uri: string, random: Random): string {
  return uri.replace(/\{[^}]+\}/g, () =>
    encodeURIComponent(random.pick(['db', 'none', 'arn:aws:s3:::lake', '..', '%'])),
  );
}

function send({ method, path, headers, body }: Sent): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(lake.url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, method, path, headers, timeout: patience }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${patience} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('whatever the models allow, and some that they do not', () => {
  test(`${requests} seeded requests are answered as AWS would: never a 500, never silence`, {
    timeout: 120_000,
  }, async () => {
    const failures: unknown[] = [];
    const statuses = new Map<number, number>();
    for (let number = 0; number < requests && failures.length < 10; number++) {
      const sent = made(number);
      const { status, text } = await send(sent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const refused = status >= 400 && status < 500;
      if (status !== 200 && status !== 501 && !refused) failures.push({ ...sent, status, text });
    }
    expect(failures).toEqual([]);
    // A fuzz that is always refused proves nothing.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(requests / 10);
    // Nor does one that is told the lake hasn't got it: these are rare inputs of operations that it has.
    expect(statuses.get(501) ?? 0).toBeLessThan(requests * MOST_501);
  });

  test('the same number makes the same request', () => {
    expect(made(7)).toEqual(made(7));
    expect(made(7)).not.toEqual(made(8));
  });
});
