/** The lake's rules name tests that exist and cite them; what others stumbled over is mapped, item by item. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createMemoryBackend } from '../../../infra/local/lake/backend/memory/backend.ts';
import { serviceModules } from '../../../infra/local/lake/modules.ts';
import { loadModel } from '../../../infra/local/lake/protocol/model.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

interface Rule {
  readonly id: string;
  /** Paths from the project's root. */
  readonly tests: readonly string[];
}

const rowsOf = (page: string): string[][] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

/** The last column names tests of the service's own folder, or a path. */
function rulesOf(service: string): Rule[] {
  const path = (name: string) => (name.includes('/') ? name : `test/infra/lake/${service}/${name}.test.ts`);
  return rowsOf(read(`infra/local/lake/${service}/SPEC.md`))
    .filter(([, id = '']) => /^[A-Z]+-\d+$/.test(id))
    .map((cells) => ({ id: cells[1] ?? '', tests: (cells.at(-2) ?? '').split(', ').map(path) }));
}

/** The heading of a section names its test. */
function frameRules(): Rule[] {
  return read('infra/local/lake/SPEC.md')
    .split(/^## /m)
    .flatMap((section) => {
      const [, file] = /^.*test `([^`]+)`/.exec(section) ?? [];
      const ids = [...section.matchAll(/^(?:\| )?(F-\d+)(?: +\||:)/gm)].map(([, id]) => String(id));
      return ids.map((id) => ({ id, tests: [`test/infra/lake/${file}`] }));
    });
}

/** `LF-3` itself, or a range around it: `F-40 … F-43`. */
function cites(text: string, id: string): boolean {
  if (new RegExp(`\\b${id}\\b`).test(text)) return true;
  const [kind, number] = id.split('-');
  const ranges = text.matchAll(/\b([A-Z]+)-(\d+) … \1-(\d+)/g);
  return [...ranges].some(
    ([, of, from, to]) => of === kind && Number(from) <= Number(number) && Number(number) <= Number(to),
  );
}

const services = ['lakeformation', 'ram', 'glue', 'organizations'];
const rules = [...frameRules(), ...services.flatMap(rulesOf)];
const ids = rules.map(({ id }) => id);

test('every rule has a number of its own', () => {
  expect(ids.length).toBeGreaterThan(150);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

test('every rule names tests that are there and cite it', () => {
  const broken = rules.flatMap(({ id, tests }) =>
    tests.filter((path) => !existsSync(`${ROOT}${path}`) || !cites(read(path), id)).map((path) => `${id} ${path}`),
  );
  expect(broken).toEqual([]);
});

const NAMES: Readonly<Record<string, number>> = { L: 35, S: 8, R: 16, K: 13 };
const items = Object.entries(NAMES).flatMap(([kind, count]) =>
  Array.from({ length: count }, (_, i) => `G-${kind}${i + 1}`),
);
const map = new Map(
  rowsOf(read('infra/local/lake/SPEC.md'))
    .filter(([, id = '']) => id.startsWith('G-') && id !== 'G-…')
    .map(([, id = '', , named = '', provoked = '', ours = '']) => [id, { named, provoked, ours }]),
);
const filesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => `${name}.test.ts`);

test('every item about Lake Formation, settings, RAM and links is mapped, and no other', () => {
  expect([...map.keys()]).toEqual(items);
});

test.each(items)('%s: its rules exist, it is provoked on the lake, its tests cite it', (item) => {
  const { named = '', provoked = '', ours = '' } = map.get(item) ?? {};
  expect(named.split(', ').filter((id) => !ids.includes(id))).toEqual([]);
  const files = filesIn(provoked).map((name) => `test/infra/lake/${name}`);
  expect(files).not.toEqual([]);
  const all = [...files, ...filesIn(ours).map((name) => `test/${name}`)];
  expect(all.filter((path) => !existsSync(`${ROOT}${path}`) || !cites(read(path), item))).toEqual([]);
  // Where our own code has no test of it, a sentence says why it needs none.
  if (filesIn(ours).length === 0) expect(ours.split(' ').length).toBeGreaterThan(3);
});

test('docs/lake.md lists the operations there are, and each is one of AWS’s', async () => {
  const modules = await serviceModules(createMemoryBackend());
  const listed = new Map(
    rowsOf(read('docs/lake.md'))
      .filter((cells) => /^[A-Z]\w+(, [A-Z]\w+)+$/.test(cells[2] ?? ''))
      .map(([, name = '', operations = '']) => [name.toLowerCase().replaceAll(' ', ''), operations.split(', ')]),
  );
  for (const { name, operations } of modules) {
    expect(listed.get(name)).toEqual(Object.keys(operations).sort());
    for (const operation of Object.keys(operations)) expect(loadModel(name).operations).toHaveProperty([operation]);
  }
});
