import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { ValidateSchema } from '#contracts/validate.ts';
import { onramp } from './run.ts';

const DEMO = 'test/fixtures/policies/demo.yaml';
const NAMES = 'test/fixtures/policies/broken/names.yaml';

describe('validate', { timeout: 30_000 }, () => {
  test('one line on stdout for a policy that is fine', async () => {
    const { code, stdout, stderr } = await onramp(['validate', DEMO]);
    expect(stdout).toMatch(
      /^test\/fixtures\/policies\/demo.yaml: ok, 3 products, 2 accounts, 1 consumer, mode enforce, hash [0-9a-f]{12}\n$/,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  test('every mistake on stdout, exit code 64', async () => {
    const { code, stdout, stderr } = await onramp(['validate', NAMES]);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).toContain(
      `${NAMES}:10:14  products.cur.account: found finace-lake; no such account: did you mean finance-lake?`,
    );
    expect([code, stderr]).toEqual([64, '']);
  });

  test.each([
    [DEMO, 0, true, 0],
    [NAMES, 64, false, 3],
  ])('--json prints one document for %s and nothing else', async (file, code, ok, mistakes) => {
    const ran = await onramp(['validate', file, '--json']);
    const document = z.parse(ValidateSchema, JSON.parse(ran.stdout));
    expect(document).toMatchObject({ schema: 'onramp.validate/1', ok, file });
    expect(document.mistakes).toHaveLength(mistakes);
    expect([ran.code, ran.stderr]).toEqual([code, '']);
  });

  test('looks for onramp.yaml where one stands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onramp-'));
    const { code, stderr } = await onramp(['validate'], { cwd: folder });
    rmSync(folder, { recursive: true });
    expect(code).toBe(64);
    expect(stderr).toMatch(
      /^error: can't read the policy file onramp.yaml: .* \(UsageInvalid\)\n {2}fix: .*docs\/onramp.example.yaml/,
    );
  });
});

describe('a wrong command line', { timeout: 30_000 }, () => {
  test.each([
    [[], /^error: no command given \(UsageInvalid\)$/m],
    [['enrol', 'x'], /^error: unknown command 'enrol' \(Did you mean enroll\?\) \(UsageInvalid\)$/m],
    [['validate', '--jsn'], /^error: unknown option '--jsn' \(Did you mean --json\?\) \(UsageInvalid\)$/m],
    [['enroll'], /^error: missing required argument 'account' \(UsageInvalid\)$/m],
    [['plan', '--policy', NAMES], /^error: .*names.yaml has 3 mistakes \(PolicyInvalid\)$/m],
    [['plan', '--policy', DEMO, '--account', 'finace-lake'], /did you mean finance-lake\?|credentials/],
  ])('%j: an error on stderr with what to do, nothing on stdout', async (args, message) => {
    const { code, stdout, stderr } = await onramp(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^ {2}fix: /m);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout).toBe('');
    expect([64, 77]).toContain(code);
  });

  test('--debug tells where it came from', async () => {
    const { stderr } = await onramp(['--debug', 'validate', 'nowhere.yaml']);
    expect(stderr).toMatch(/^ {4}at /m);
  });
});

describe('help', { timeout: 30_000 }, () => {
  test('goes to stdout with the exit codes of every command', async () => {
    const { code, stdout, stderr } = await onramp(['--help']);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}64 .*\n {2}77 .*\n {2}130 /);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('and so does the version', async () => {
    expect(await onramp(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('credentials', { timeout: 30_000 }, () => {
  test.each([
    ['plan', '--policy', DEMO],
    ['enroll', 'analytics', '--policy', DEMO],
  ])('without any, %s %s %s… exits 77', async (...args) => {
    const { code, stdout, stderr } = await onramp(args, { env: { AWS_REGION: 'ap-northeast-1' } });
    expect(stderr).toMatch(/\(CredentialsMissing\)/);
    expect([code, stdout]).toEqual([77, '']);
  });
});
