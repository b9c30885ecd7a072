/** What docs/foundation.md shows works as it stands there, with a deployment's outputs put in. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { FoundationStack } from '../../infra/stacks/foundation-stack.ts';
import { readable, testApp } from '../support/templates.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(PROJECT, 'docs/foundation.md'), 'utf8');

const ACCOUNT = '444444444444';
/** What CloudFormation would put for what the outputs refer to. */
const DEPLOYED: readonly (readonly [RegExp, string])[] = [
  [/<LakeBucket\w+>/, 'sales-lake-data'],
  [/<LakeRegistration\w+\.Arn>/, `arn:aws:iam::${ACCOUNT}:role/lake/sales-lake-registration`],
  [/<LakeCrawler\w+\.Arn>/, `arn:aws:iam::${ACCOUNT}:role/service-role/AWSGlueServiceRole-sales-lake`],
];

function outputs(): Readonly<Record<string, string>> {
  const stack = new FoundationStack(testApp(), 'sales-lake-foundation', { name: 'sales-lake', databases: ['kthr01'] });
  const found = Object.entries(Template.fromStack(stack).toJSON()['Outputs'] as Record<string, { Value: unknown }>);
  const put = (text: string) => DEPLOYED.reduce((at, [what, value]) => at.replace(what, value), text);
  return Object.fromEntries(found.map(([name, { Value }]) => [name, put(String(readable(Value)))]));
}

test("the page's policy is valid with the stack's outputs as they are", () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const made = outputs();
  const named = [...yaml.matchAll(/<(\w+)>/g)].map(([, name]) => String(name));
  expect(named.filter((name) => !(name in made))).toEqual([]);
  inFolder((folder) => {
    const file = join(folder, 'onramp.yaml');
    writeFileSync(
      file,
      yaml.replaceAll(/<(\w+)>/g, (_, name: string) => made[name] ?? ''),
    );
    const { policy } = loadPolicyFile(file);
    expect(policy.products[0]?.storage).toMatchObject({ bucket: 'sales-lake-data', prefix: '' });
    expect(policy.dataLocations).toHaveLength(1);
  });
});

test("the page's command makes the stack: synthesized as npx would, with the project's own programs first", () => {
  const [, command = ''] = /```\n(npx cdk deploy [\s\S]*?)```/.exec(page) ?? [];
  const words = command.replaceAll('\\\n', ' ').match(/"[^"]*"|\S+/g) ?? [];
  const [, program = '', verb, ...rest] = words.map((word) => word.replaceAll('"', ''));
  expect([program, verb]).toEqual(['cdk', 'deploy']);
  inFolder((folder) => {
    const bin = join(PROJECT, 'node_modules/.bin');
    const env = { PATH: [bin, process.env['PATH']].join(delimiter), HOME: folder };
    const asked = ['synth', '--quiet', '--output', join(folder, 'out'), ...rest];
    execFileSync(join(bin, program), asked, { cwd: PROJECT, env, stdio: 'pipe' });
    const text = readFileSync(join(folder, 'out/sales-lake-foundation.template.json'), 'utf8');
    for (const each of ['AWSGlueServiceRoleDefaultDataLakeDataAccess', 'connection/kthr01-rds', 'AWS::KMS::Key'])
      expect(text).toContain(each);
  });
});

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'foundation-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
