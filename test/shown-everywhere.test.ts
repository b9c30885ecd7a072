/** sec-8: what others named goes out through few doors, each of which takes out what may not be shown. No other is there. */

import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = globSync('functions/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const filesWith = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .sort();

/** Who writes to whom, and how each door is kept. */
const DOORS: readonly (readonly [what: string, pattern: RegExp, files: readonly string[]])[] = [
  [
    'a terminal',
    /process\.std(out|err)\.write|\bconsole\.(log|info|warn|error|debug)\b/,
    ['functions/cli/main.ts', 'functions/cli/terminal.ts'],
  ],
  ['a log', /from '@aws-lambda-powertools\/logger'/, ['functions/runtime/logger.ts']],
  ['a mail', /new PublishCommand\(/, ['functions/aws/alerts.ts']],
  ['an event', /new PutEventsCommand\(/, ['functions/aws/alerts.ts']],
];

test.each(DOORS)('%s is written to from one place', (_what, pattern, files) => {
  expect(filesWith(pattern)).toEqual(files);
});

test('mails and events of findings are sent by the one function that shows them', () => {
  const wired = ['functions/handlers/organization.ts', 'functions/handlers/report.ts'];
  expect(filesWith(/\bpublishAlert\(/)).toEqual(['functions/aws/alerts.ts', ...wired]);
  expect(filesWith(/\.publish\(/)).toEqual(['functions/handlers/tell.ts']);
  expect(readFileSync('functions/handlers/tell.ts', 'utf8')).toContain('shownIn(record.finding)');
});

test('findings are made by `finding`, which shows them, and by nobody else', () => {
  expect(filesWith(/\bkey: `\$\{full\.hop\}/)).toEqual(['functions/core/findings.ts']);
  expect(filesWith(/\): Finding(Record)? \{\s*return \{/)).toEqual([]);
});

test('what the command prints is taken through `printable`, and a plan through `shownIn`', () => {
  for (const { file, text } of sources) {
    if (!file.startsWith('functions/cli/')) continue;
    for (const [write] of text.matchAll(/process\.std(?:out|err)\.write\(.*\)/g))
      expect(write, file).toMatch(/printable\(|'\\ninterrupted\\n'/);
  }
  expect(readFileSync('functions/engine/plan.ts', 'utf8')).toMatch(/return shownIn\(\{ schema/);
});
