/** A Python environment of packages that are pinned by hash: made once, and never of other bytes. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { zip } from '../../../infra/local/deployer/zip.ts';
import { MINISTACK_VERSION, prepareEnvironment } from '../../../infra/local/emulator/python.ts';

const MINISTACK = 'infra/local/emulator/requirements.txt';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onramp-python-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A package of one module, as a wheel; its SHA-256. */
function wheel(version: string): string {
  const text = (name: string, lines: readonly string[]) => ({ name, data: Buffer.from(lines.join('\n')) });
  const info = `thing-${version}.dist-info`;
  const bytes = zip([
    text('thing.py', [`VERSION = '${version}'`]),
    text(`${info}/METADATA`, ['Metadata-Version: 2.1', 'Name: thing', `Version: ${version}`]),
    text(`${info}/WHEEL`, ['Wheel-Version: 1.0', 'Generator: test', 'Root-Is-Purelib: true', 'Tag: py3-none-any']),
    text(`${info}/RECORD`, ['thing.py,,', `${info}/METADATA,,`, `${info}/WHEEL,,`, `${info}/RECORD,,`]),
  ]);
  writeFileSync(join(directory, `thing-${version}-py3-none-any.whl`), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

/** An environment with that version of the package, under that hash. */
async function prepare(version: string, hash: string): Promise<{ python: string; said: readonly string[] }> {
  const requirements = join(directory, 'wanted.txt');
  writeFileSync(requirements, `${join(directory, `thing-${version}-py3-none-any.whl`)} --hash=sha256:${hash}\n`);
  const said: string[] = [];
  const venv = join(directory, 'venv');
  return { python: await prepareEnvironment({ venv, requirements, onProgress: (text) => said.push(text) }), said };
}

const versionIn = (python: string) =>
  execFileSync(python, ['-c', 'import thing; print(thing.VERSION)'], { encoding: 'utf8' }).trim();

test('an environment is made once; one with other bytes than were pinned is not made, and the first stays', async () => {
  const first = await prepare('1.0', wheel('1.0'));
  expect([versionIn(first.python), first.said.length]).toEqual(['1.0', 1]);
  expect((await prepare('1.0', wheel('1.0'))).said).toEqual([]);
  wheel('2.0');
  await expect(prepare('2.0', '0'.repeat(64))).rejects.toMatchObject({
    name: 'EnvironmentInvalid',
    message: expect.stringContaining('THESE PACKAGES DO NOT MATCH THE HASHES'),
  });
  expect(readdirSync(directory).filter((name) => name.startsWith('venv'))).toEqual(['venv']);
  expect(versionIn(first.python)).toBe('1.0');
});

test.each([MINISTACK, 'test/support/aws-requirements.txt'])('%s pins every package by hash', (file) => {
  const entries = readFileSync(file, 'utf8')
    .replace(/^#.*\n/gm, '')
    .split(/\n(?=\S)/);
  expect(entries.length).toBeGreaterThan(10);
  for (const entry of entries) expect(entry).toMatch(/^[\w.-]+==\S+( ; [^\n\\]+)? \\\n {4}--hash=sha256:[0-9a-f]{64}/);
});

test('the version that the launcher was written for is the one installed', () => {
  expect(readFileSync(MINISTACK, 'utf8')).toContain(`\nministack==${MINISTACK_VERSION} \\\n`);
  expect(readFileSync('infra/local/emulator/launcher.py', 'utf8')).toContain(`PINNED_VERSION = "${MINISTACK_VERSION}"`);
});
