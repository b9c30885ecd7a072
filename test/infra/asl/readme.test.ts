/** The page about the machines names what the definitions and the contracts have, and no state that is not there. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RunStateSchema, StageInputSchema } from '#contracts/steps.ts';
import { definition, MACHINE_FILES } from '../../support/asl.ts';

const page = readFileSync(new URL('../../../statemachines/README.md', import.meta.url), 'utf8');
/** The part under a heading, down to the next one of its rank. */
const section = (title: string) => (page.split(`\n## ${title}\n`)[1] ?? '').split('\n## ')[0] ?? '';
const firstCells = (text: string) =>
  [...text.matchAll(/^\| `([^|]+)` +\|/gm)].flatMap(([, cell]) => String(cell).split('`, `'));

test.each(MACHINE_FILES)('%s: its picture has its states, each by its name', (name) => {
  const drawn = section(name).split('```')[1] ?? '';
  const states = Object.keys(definition(name).States);
  const missing = states.filter((state) => !new RegExp(`\\b${state}\\b`).test(drawn));
  expect(missing).toEqual([]);
});

test('every Task is in the table of what it answers', () => {
  const table = section('State → output → where it is kept');
  const tasks = MACHINE_FILES.flatMap((name) =>
    Object.entries(definition(name).States).flatMap(([state, { Type }]) => (Type === 'Task' ? [state] : [])),
  );
  expect(tasks.filter((task) => !new RegExp(`\\b${task}\\b`).test(table))).toEqual([]);
});

test('what every Task sends, and what a run carries, are the members of their schemas', () => {
  const told = section('What every Task sends');
  const [sent = '', carried = ''] = told.split('`run` is `RunStateSchema`');
  expect(firstCells(sent).sort()).toEqual(Object.keys(StageInputSchema.shape).sort());
  expect(firstCells(carried).sort()).toEqual(Object.keys(RunStateSchema.shape).sort());
});
