/** `npm run synth` as a user runs it: no AWS account, no context, all rules, real bundles. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'onramp-synth-'));

/** Measured 5 to 25 s on two busy cores; most of it CDK's rules. */
beforeAll(() => {
  const { PATH = '' } = process.env;
  // Nothing else of the environment: no account, no Region, no credentials.
  const env = { PATH, HOME: out, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ sample: 'true' }) };
  execFileSync(process.execPath, ['infra/app.ts'], { cwd: PROJECT, env, stdio: 'pipe' });
}, 120_000);

afterAll(() => rmSync(out, { recursive: true }));

interface Hub {
  readonly Resources: Record<string, { Properties?: { FunctionName?: string; Code?: { S3Key: string } } }>;
}

/** Where CDK left what it will upload for a function: its object key there is the bundle's hash. */
function bundleOf(name: string): string {
  const hub: Hub = JSON.parse(readFileSync(join(out, 'onramp-hub.template.json'), 'utf8'));
  const code = Object.values(hub.Resources).find(({ Properties }) => Properties?.FunctionName === `onramp-${name}`)
    ?.Properties?.Code;
  return join(out, `asset.${code?.S3Key.replace('.zip', '')}`, 'index.mjs');
}

test.for([
  ['no policy named and none here', {}, 'there is no onramp.yaml here'],
  ['a file that is not there', { policy: 'nope.yaml' }, "can't read the policy file nope.yaml"],
  ['mistakes', { policy: 'test/fixtures/policies/broken/tags.yaml' }, 'test/fixtures/policies/broken/tags.yaml:'],
] as const)('%s: said in a sentence, with what to do, and nothing is made', ([, context, says]) => {
  const env = { PATH: process.env['PATH'], CDK_CONTEXT_JSON: JSON.stringify(context) };
  const ran = spawnSync(process.execPath, ['infra/app.ts'], { cwd: PROJECT, env, encoding: 'utf8' });
  expect(ran.status).toBe(64);
  expect(ran.stderr).toContain(says);
  expect(ran.stderr).toContain('  fix: ');
  expect(ran.stderr).not.toMatch(/^\s+at /m);
});

test('makes the stacks of the sample policy, and their ids are stable', () => {
  const stacks = readdirSync(out).filter((file) => file.endsWith('.template.json'));
  expect(stacks.map((file) => file.replace('.template.json', '')).sort()).toEqual([
    'onramp-events-111111111111-ap-northeast-1',
    'onramp-events-222222222222-ap-northeast-1',
    'onramp-hub',
    'onramp-member-111111111111',
    'onramp-member-222222222222',
  ]);
});

test('the policy file of the hub is an asset with the document in it', () => {
  const assets = readdirSync(out).filter((file) => /^asset\..*\.json$/.test(file));
  expect(assets).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(out, assets[0] ?? ''), 'utf8'))).toMatchObject({
    version: 1,
    namespace: 'onramp',
  });
});

describe.each([
  // The first two are budgets; the others are held where they are.
  ['on-event', 480],
  // 702 when hops became modules; denials, audiences and documents under their lease are the rest, all code of ours.
  ['reconcile', 790],
  ['report', 600],
  ['store-policy', 480],
])('bundle of %s', (name, kilobytes) => {
  test(`is at most ${kilobytes} KB`, () => {
    expect(statSync(bundleOf(name)).size).toBeLessThanOrEqual(kilobytes * 1024);
  });

  test('is whole: a handler is there, and nothing but Node is imported', async () => {
    const text = readFileSync(bundleOf(name), 'utf8');
    const imported = [...text.matchAll(/(?:^|[;}])import(?:[\w{}$,* ]+from)?"([^"]+)"/g)].map(([, module]) =>
      String(module),
    );
    const { builtinModules } = await import('node:module');
    for (const module of imported) expect(builtinModules).toContain(module.replace('node:', ''));
    const loaded: unknown = await import(pathToFileURL(bundleOf(name)).href);
    expect(loaded).toHaveProperty('handler');
  });
});
