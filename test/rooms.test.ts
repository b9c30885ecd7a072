/** The room table of CONTRIBUTING.md is enforced by the linter: here is a violation of each row, and it is caught. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const VIOLATIONS = [
  ['functions/contracts/probe.ts', '#core/lake.ts'],
  ['functions/core/probe.ts', '#aws/clients.ts'],
  ['functions/core/probe.ts', '../aws/clients.ts'],
  ['functions/core/probe.ts', '@aws-sdk/client-glue'],
  ['functions/core/probe.ts', 'node:fs'],
  ['functions/core/probe.ts', 'p-map'],
  ['functions/aws/probe.ts', '#walk/stages.ts'],
  ['functions/walk/probe.ts', '@aws-sdk/client-glue'],
  ['functions/walk/probe.ts', '#runtime/logger.ts'],
  ['functions/runtime/probe.ts', '#core/lake.ts'],
  ['functions/handlers/probe.ts', '#cli/main.ts'],
  ['functions/cli/probe.ts', '@aws-sdk/client-sts'],
  ['infra/stacks/probe.ts', '#walk/stages.ts'],
  ['infra/local/lake/probe.ts', '#contracts/errors.ts'],
  ['infra/local/lake/probe.ts', '../../../functions/core/lake.ts'],
  ['infra/local/scenes/probe.ts', '#core/lake.ts'],
  ['infra/local/scenes/probe.ts', '../lake/state.ts'],
] as const;

const ALLOWED = [
  ['functions/core/probe.ts', '../contracts/errors.ts'],
  ['functions/aws/probe.ts', '@aws-sdk/client-glue'],
  ['functions/walk/probe.ts', '#aws/clients.ts'],
  ['functions/walk/probe.ts', 'p-map'],
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

test("of the SDK the lake imports types only: its answers must be its own reading of AWS's facts", () => {
  const files = readdirSync('infra/local/lake', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const values = files.filter((name) =>
    /^import (?!type )[^;]*from '@(aws-sdk|smithy)\//m.test(readFileSync(join('infra/local/lake', name), 'utf8')),
  );
  expect(values).toEqual([]);
});
