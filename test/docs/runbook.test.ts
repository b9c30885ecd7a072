/** Every cause a finding can have is a section of the runbook, and every section is a cause or an alarm. */

import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHANGES } from '#changes/registry.ts';
import { UNREAD } from '#core/findings.ts';

const PROJECT = new URL('../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, PROJECT), 'utf8');
}

/** Each kind of change can be missing or failed. */
function writes(): string[] {
  return [...CHANGES.keys()].flatMap((kind) => [`${kind}-missing`, `${kind}-failed`]);
}

/** What stands behind `cause:` in the code: a literal, one of two, or a template for bucket and key. */
function causes(): string[] {
  const files = globSync(['functions/{core,hops,changes,engine}/**/*.ts'], { cwd: PROJECT });
  const expressions = files.flatMap((file) =>
    [...read(file).matchAll(/^\s+cause: (.*['`].*),$/gm)].map(([, text]) => String(text)),
  );
  const named = expressions.flatMap((text) => [...text.matchAll(/'([a-z-]+)'/g)].map(([, cause]) => String(cause)));
  const whole = files.map(read).join('\n');
  const constants = files.flatMap((file) =>
    [...read(file).matchAll(/^\s+cause: ([A-Z_]+),$/gm)].map(([, name]) =>
      String(new RegExp(`const ${name} = '([a-z-]+)';`).exec(whole)?.[1]),
    ),
  );
  const templates = expressions.filter((text) => text.includes('}-policy-to-add`'));
  const ours = named.filter((cause) => cause.includes('-') || cause === 'waiting');
  return [
    ...ours,
    ...constants,
    ...Object.values(UNREAD),
    ...(templates.length > 0 ? ['bucket-policy-to-add', 'key-policy-to-add'] : []),
    ...writes(),
  ];
}

const sections = [...read('docs/runbook.md').matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => String(name));

test.each([...new Set(causes())])('%s has a section', (cause) => {
  expect(sections).toContain(cause);
});

test('no section is about a cause that no longer exists', () => {
  const text = read('infra/constructs/watching.ts');
  const alarms = (name: string) => text.includes(`'${name}'`) || /-(errors|failed|timed-out)$/.test(name);
  const unknown = sections.filter((name) => !causes().includes(name) && !alarms(name));
  expect(unknown).toEqual([]);
});

test('every link inside leads somewhere', () => {
  for (const [, to] of read('docs/runbook.md').matchAll(/\]\(#([a-z-]+)\)/g)) expect(sections).toContain(to);
});
