import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAssembly } from '../../../infra/local/deployer/assembly.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onramp-assembly-'));
  write('t.json', { Resources: {} });
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: unknown): void => writeFileSync(join(directory, name), JSON.stringify(content));
const stack = (more: object = {}) => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://333333333333/ap-northeast-1',
  properties: { templateFile: 't.json' },
  ...more,
});

test('orders stacks by what they depend on', () => {
  write('manifest.json', { artifacts: { A: stack({ dependencies: ['C'] }), B: stack(), C: stack() } });
  expect(readAssembly(directory).map(({ name }) => name)).toEqual(['C', 'A', 'B']);
});

test("resolves the account and Region in an asset's destination", () => {
  write('a.assets.json', {
    files: {
      f: {
        source: { path: 'code', packaging: 'zip' },
        destinations: { d: { bucketName: 'assets-${AWS::AccountId}-${AWS::Region}', objectKey: 'f.zip' } },
      },
    },
  });
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'a.assets.json' } };
  write('manifest.json', { artifacts: { assets, A: stack({ dependencies: ['assets'] }) } });
  expect(readAssembly(directory)[0]?.assets).toEqual([
    { path: join(directory, 'code'), zip: true, bucket: 'assets-333333333333-ap-northeast-1', key: 'f.zip' },
  ]);
});

test('refuses a stack whose account and Region are left open', () => {
  write('manifest.json', { artifacts: { A: stack({ environment: 'aws://unknown-account/unknown-region' }) } });
  expect(() => readAssembly(directory)).toThrow(/stack A has no account and Region/);
});

test('refuses a directory nobody synthesized into', () => {
  expect(() => readAssembly(directory)).toThrow(/manifest\.json is not readable/);
});
