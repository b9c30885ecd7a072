import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Manifest } from 'aws-cdk-lib/cloud-assembly-schema';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAssembly } from '../../../infra/local/deployer/assembly.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onramp-assembly-'));
  write('t.json', { Resources: {} });
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: unknown): void => writeFileSync(join(directory, name), JSON.stringify(content));
const manifest = (artifacts: object): void => write('manifest.json', { version: Manifest.version(), artifacts });
const stack = (more: object = {}) => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://333333333333/ap-northeast-1',
  properties: { templateFile: 't.json' },
  ...more,
});

test('orders stacks by what they depend on', () => {
  manifest({ A: stack({ dependencies: ['C'] }), B: stack(), C: stack() });
  expect(readAssembly(directory).map(({ name }) => name)).toEqual(['B', 'C', 'A']);
});

test("resolves the account and Region in an asset's destination", () => {
  write('a.assets.json', {
    version: Manifest.version(),
    files: {
      f: {
        source: { path: 'code', packaging: 'zip' },
        destinations: { d: { bucketName: 'assets-${AWS::AccountId}-${AWS::Region}', objectKey: 'f.zip' } },
      },
    },
  });
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'a.assets.json' } };
  manifest({ assets, A: stack({ dependencies: ['assets'] }) });
  expect(readAssembly(directory)[0]?.assets).toEqual([
    { path: join(directory, 'code'), zip: true, bucket: 'assets-333333333333-ap-northeast-1', key: 'f.zip' },
  ]);
});

test('refuses a stack whose account and Region are left open', () => {
  manifest({ A: stack({ environment: 'aws://unknown-account/unknown-region' }) });
  expect(() => readAssembly(directory)).toThrow(/stack A has no account and Region/);
});

test('refuses a directory nobody synthesized into', () => {
  expect(() => readAssembly(directory)).toThrow(/manifest\.json is not readable/);
});

test('refuses what a newer CDK wrote, a stage, and container images', () => {
  write('manifest.json', { version: '999.0.0', artifacts: { A: stack() } });
  expect(() => readAssembly(directory)).toThrow(/schema version mismatch/);
  manifest({ prod: { type: 'cdk:cloud-assembly', properties: { directoryName: 'prod' } } });
  mkdirSync(join(directory, 'prod'));
  write('prod/manifest.json', { version: Manifest.version(), artifacts: {} });
  expect(() => readAssembly(directory)).toThrow(/a CDK stage \(prod\)/);
  const image = { source: { directory: 'image' }, destinations: {} };
  write('a.assets.json', { version: Manifest.version(), dockerImages: { image } });
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'a.assets.json' } };
  manifest({ assets, A: stack({ dependencies: ['assets'] }) });
  expect(() => readAssembly(directory)).toThrow(/a\.assets\.json wants container images/);
});
