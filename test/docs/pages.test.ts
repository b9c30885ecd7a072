/** What pages promise exists: links lead somewhere, commands, exit codes, keys and scripts are those of the code. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { createProgram } from '#cli/program.ts';
import { EXIT_CODES } from '#contracts/errors.ts';
import { METRICS } from '#contracts/metrics.ts';
import { HUB_SOURCE } from '#contracts/names.ts';
import { PolicySchema } from '#contracts/policy.ts';
import { checkNotYet } from '#core/policy/not-yet.ts';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = globSync(['*.md', 'docs/**/*.md', 'statemachines/*.md'], { cwd: ROOT });
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const readme = read('README.md');
const policyPage = read('docs/policy.md');

test.each(PAGES)('%s links to files that are there', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => String(to));
  const dead = targets.filter((to) => !/^https?:/.test(to) && !existsSync(join(ROOT, dirname(page), to)));
  expect(dead).toEqual([]);
});

test.each(PAGES)('%s names scripts that package.json has', (page) => {
  const named = [...read(page).matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, script]) => String(script));
  expect(named.filter((script) => !(script in packageJson.scripts))).toEqual([]);
});

test('the README has every command, and none that is not there', () => {
  const { commands } = createProgram(
    () => {
      throw new Error('nothing is printed');
    },
    () => undefined,
  );
  const listed = [...readme.matchAll(/^\| `([a-z-]+)(?: [A-Z[\]]+)?` \| /gm)].map(([, name]) => String(name));
  const names = commands.map((command) => command.name());
  expect(listed.filter((name) => names.includes(name)).sort()).toEqual(names.sort());
  const used = [...readme.matchAll(/onramp -- ([a-z-]+)/g)].map(([, name]) => String(name));
  expect(used.filter((name) => !names.includes(name))).toEqual([]);
});

test('the README has the exit codes that commands use', () => {
  const listed = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT_CODES));
});

test('every key of the policy is explained, or said to be refused', () => {
  const unsaid = Object.keys(PolicySchema.shape).filter((key) => !new RegExp(`\`${key}[\`.]`).test(policyPage));
  expect(unsaid).toEqual([]);
});

const NOT_YET: readonly (readonly [string, unknown])[] = [
  ['connections', { check: 'all' }],
  ['schedule.deep', 'rate(1 day)'],
  ['alerts.byAccount', { analytics: ['a@example.com'] }],
  ['limits.accountsAtOnce', 50],
  ['products.cur.exposure', 'hybrid'],
  ['products.cur.probe', { job: 'reads' }],
];

test.each(NOT_YET)('the page says that %s is not acted on yet, and it is refused', (path, value) => {
  const { document } = loadPolicyFile(join(ROOT, 'docs/onramp.example.yaml'));
  const changed = structuredClone(document);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce((at, key) => Reflect.get(at, key), changed as object);
  Reflect.set(holder, last, value);
  expect(checkNotYet(changed).map((issue) => issue.path.join('.'))).toEqual([path]);
  const list = policyPage.slice(policyPage.indexOf('Not yet acted on')).split('\n\n')[0];
  expect(list).toContain(last);
});

test('the README names the metrics and the source of events', () => {
  for (const name of [...Object.values(METRICS), HUB_SOURCE]) expect(readme).toContain(name);
});
