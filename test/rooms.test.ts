/** The room table of CONTRIBUTING.md is enforced by the linter: here is a violation of each row, and it is caught. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANGES } from '#changes/registry.ts';
import { PATH } from '#hops/path.ts';

const VIOLATIONS = [
  ['functions/contracts/probe.ts', '#core/lake.ts'],
  ['functions/contracts/probe.ts', '#hops/path.ts'],
  ['functions/core/probe.ts', '#aws/clients.ts'],
  ['functions/core/probe.ts', '../aws/clients.ts'],
  ['functions/core/probe.ts', '@aws-sdk/client-glue'],
  ['functions/core/probe.ts', 'node:fs'],
  ['functions/core/probe.ts', 'p-map'],
  ['functions/core/probe.ts', '#hops/path.ts'],
  ['functions/core/probe.ts', '#changes/registry.ts'],
  ['functions/changes/grant/change.ts', '#aws/clients.ts'],
  ['functions/changes/grant/change.ts', '../../hops/path.ts'],
  ['functions/changes/grant/write.ts', '@aws-sdk/client-glue'],
  ['functions/hops/link/assess.ts', '#aws/clients.ts'],
  ['functions/hops/link/assess.ts', 'node:fs'],
  ['functions/hops/link/observe.ts', '@aws-sdk/client-glue'],
  ['functions/hops/link/observe.ts', '#runtime/logger.ts'],
  ['functions/engine/probe.ts', '#hops/path.ts'],
  ['functions/engine/probe.ts', '../changes/registry.ts'],
  ['functions/engine/probe.ts', '@aws-sdk/client-glue'],
  ['functions/engine/probe.ts', '#runtime/logger.ts'],
  ['functions/aws/probe.ts', '#engine/stages.ts'],
  ['functions/aws/probe.ts', '#hops/path.ts'],
  ['functions/runtime/probe.ts', '#core/lake.ts'],
  ['functions/handlers/probe.ts', '#cli/main.ts'],
  ['functions/cli/probe.ts', '@aws-sdk/client-sts'],
  ['infra/stacks/probe.ts', '#engine/stages.ts'],
  ['infra/stacks/probe.ts', '#hops/path.ts'],
  ['infra/local/lake/probe.ts', '#contracts/errors.ts'],
  ['infra/local/lake/probe.ts', '../../../functions/core/lake.ts'],
  ['infra/local/scenes/probe.ts', '#core/lake.ts'],
  ['infra/local/scenes/probe.ts', '../lake/state.ts'],
] as const;

const ALLOWED = [
  ['functions/core/probe.ts', '../contracts/errors.ts'],
  ['functions/aws/probe.ts', '@aws-sdk/client-glue'],
  ['functions/engine/probe.ts', '#aws/clients.ts'],
  ['functions/engine/probe.ts', 'p-map'],
  ['functions/hops/link/observe.ts', '#aws/clients.ts'],
  ['functions/hops/queries.ts', '#aws/clients.ts'],
  ['functions/hops/link/assess.ts', '#core/lake.ts'],
  ['functions/changes/grant/change.ts', '#core/lake.ts'],
  ['functions/changes/grant/write.ts', '#aws/clients.ts'],
  ['infra/stacks/probe.ts', '#hops/permissions.ts'],
  ['infra/local/scenes/probe.ts', '../lake/control-client.ts'],
] as const;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rooms-'));
  const config = JSON.parse(readFileSync('biome.json', 'utf8'));
  delete config.$schema;
  writeFileSync(join(root, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
});
afterAll(() => rmSync(root, { recursive: true }));

function complaints(file: string, specifier: string): string {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import { thing } from '${specifier}';\n\nexport const used = thing;\n`);
  const biome = join(process.cwd(), 'node_modules/.bin/biome');
  const only = ['lint', '--only=style/noRestrictedImports', '--reporter=json', file];
  try {
    return execFileSync(biome, only, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  } finally {
    rmSync(path);
  }
}

test.each(VIOLATIONS)('%s may not import %s', (file, specifier) => {
  expect(complaints(file, specifier)).toContain('noRestrictedImports');
});

test.each(ALLOWED)('%s may import %s', (file, specifier) => {
  expect(complaints(file, specifier)).not.toContain('noRestrictedImports');
});

/** Imports of values: those of types alone are free. */
function valuesFrom(folder: string, specifiers: RegExp): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const imports = new RegExp(`^import (?!type )[^;]*from '${specifiers.source}`, 'm');
  return files.filter((name) => imports.test(readFileSync(join(folder, name), 'utf8')));
}

test("of the SDK the lake imports types only: its answers must be its own reading of AWS's facts", () => {
  expect(valuesFrom('infra/local/lake', /@(aws-sdk|smithy)\//)).toEqual([]);
});

test('of AWS’s adapters the engine imports types only: it calls what hops and changes hand it', () => {
  expect(valuesFrom('functions/engine', /#aws\//)).toEqual([]);
});

/** Names that only `path.ts`, `registry.ts` and the modules themselves may know. */
const HOPS = new Set(PATH.map(({ name }) => name));
const KINDS = new Set(CHANGES.keys());

test.each(['engine', 'handlers', 'cli'])('%s names no hop and no kind of change', (room) => {
  const folder = join('functions', room);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const named = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const literals = [...text.matchAll(/(?<=[=(,:?[|]\s*|case\s)'([a-z-]+)'/g)].map(([, literal]) => String(literal));
    return literals.filter((one) => HOPS.has(one) || KINDS.has(one)).map((one) => `${file} ${one}`);
  });
  expect(named).toEqual([]);
});
