/** The data contract: what a state reads, an earlier state has written on every path, in the shape of the schemas. */

import { describe, expect, test } from 'vitest';
import {
  BeginOutputSchema,
  ReportOutputSchema,
  StageInputSchema,
  StageOutputSchema,
  StartSchema,
} from '#contracts/steps.ts';
import { definition, execute, type MachineFile, type State } from '../../support/asl.ts';
import { begin, startOf, wellBehaved } from './answers.ts';

const FILES: MachineFile[] = ['publish-database', 'onboard-account'];

/** The schema of what a Task's function answers. */
function outputOf(state: State): { shape: Readonly<Record<string, unknown>> } {
  if (state.Parameters?.FunctionName === '${ReportFunctionArn}') return ReportOutputSchema;
  return state.Parameters?.Payload['stage'] === 'begin' ? BeginOutputSchema : StageOutputSchema;
}

function successors(state: State): { to: string; writes: string | undefined }[] {
  const own = state.Type === 'Task' ? state.ResultPath : undefined;
  return [
    ...(state.Next ? [{ to: state.Next, writes: own }] : []),
    ...(state.Default ? [{ to: state.Default, writes: undefined }] : []),
    ...(state.Choices ?? []).map(({ Next }) => ({ to: Next, writes: undefined })),
    ...(state.Catch ?? []).map(({ Next, ResultPath }) => ({ to: Next, writes: ResultPath })),
  ];
}

/** What a state adds: `$.last` with the members its ResultSelector names, or the caught error. */
function written(state: State, path: string | undefined): string[] {
  if (!path) return [];
  if (path === '$.error') return ['$.error', '$.error.Error', '$.error.Cause'];
  return [path, ...Object.keys(state.ResultSelector ?? {}).map((key) => `${path}.${key.replace('.$', '')}`)];
}

/** For each state: the paths that are surely there, whichever way it was reached. */
function guaranteed(file: MachineFile): Map<string, Set<string>> {
  const { States, StartAt } = definition(file);
  const start = new Set(Object.keys(StartSchema.shape).map((key) => `$.${key}`));
  const known = new Map<string, Set<string>>([[StartAt, start]]);
  const open = [StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = States[name];
    if (!state) throw new Error(`no state ${name}`);
    for (const { to, writes } of successors(state)) {
      // A ResultPath replaces what was there: the members of an earlier result are gone.
      const kept = [...(known.get(name) ?? [])].filter((path) => !writes || !`${path}.`.startsWith(`${writes}.`));
      const offered = new Set([...kept, ...written(state, writes)]);
      const before = known.get(to);
      const now = before ? new Set([...before].filter((path) => offered.has(path))) : offered;
      if (before && before.size === now.size) continue;
      known.set(to, now);
      open.push(to);
    }
  }
  return known;
}

function reads(state: State): string[] {
  const payload = Object.entries(state.Parameters?.Payload ?? {}).filter(([key]) => key.endsWith('.$'));
  return [
    ...payload.map(([, path]) => String(path)).filter((path) => !path.startsWith('$$')),
    ...(state.Choices ?? []).map((choice) => choice.Variable),
    ...[state.TimestampPath, state.SecondsPath, state.ErrorPath, state.CausePath].filter((path) => path !== undefined),
  ];
}

describe.each(FILES)('%s', (file) => {
  test('no state reads what may not be there', () => {
    const known = guaranteed(file);
    for (const [name, state] of Object.entries(definition(file).States)) {
      for (const path of reads(state)) expect([...(known.get(name) ?? [])], `${name} reads ${path}`).toContain(path);
    }
  });

  test('what a state keeps of an answer, the answer has', () => {
    for (const [name, state] of Object.entries(definition(file).States)) {
      for (const path of Object.values(state.ResultSelector ?? {})) {
        expect(Object.keys(outputOf(state).shape), `${name} keeps ${path}`).toContain(path.replace('$.Payload.', ''));
      }
    }
  });

  test('every call is what the function parses', () => {
    const run = execute(definition(file), startOf(file), wellBehaved());
    expect(run.status).toBe('SUCCEEDED');
    for (const { state, payload } of run.calls) {
      expect(StageInputSchema.safeParse(payload).success, state).toBe(true);
      const without = ['Begin', 'Report', 'End'];
      if (!without.includes(state)) expect(payload['run'], state).toMatchObject({ policy: begin.run.policy });
    }
  });

  test('a state stays small whatever happens: names and counts', () => {
    const run = execute(definition(file), startOf(file), wellBehaved());
    expect(JSON.stringify(run.output).length).toBeLessThan(1000);
  });
});

test.each([
  ['publish-database', 'LeaseTaken', ['taken', 'held', 'gave-up', 'covered']],
  ['onboard-account', 'LeaseTaken', ['taken', 'held', 'gave-up', 'covered']],
  ['onboard-account', 'LeaseTakenAgain', ['taken', 'held', 'gave-up']],
] as const)('%s: %s has a way for every answer', (file, name, answers) => {
  for (const lease of answers) expect(BeginOutputSchema.safeParse({ ...begin, lease }).success).toBe(true);
  const choices = definition(file).States[name]?.Choices ?? [];
  for (const { StringEquals } of choices) expect(answers).toContain(StringEquals);
  expect(definition(file).States[name]?.Default).toBeDefined();
});
