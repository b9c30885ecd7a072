import validateAsl from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { ERROR_KINDS } from '#contracts/errors.ts';
import { stageOrder } from '#engine/stage-order.ts';
import { PATH } from '#hops/path.ts';
import {
  type Catcher,
  definition,
  definitionText,
  MACHINE_FILES,
  type MachineFile,
  type State,
} from '../../support/asl.ts';
import { hubTemplate } from '../../support/templates.ts';

/** Errors of Lambda itself that AWS recommends to retry, and Step Functions' own. */
const NOT_OURS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.ALL',
];

function tasks(file: MachineFile): [string, State][] {
  return Object.entries(definition(file).States).filter(([, state]) => state.Type === 'Task');
}

function substituted(file: MachineFile): string {
  const arn = (name: string) => `arn:aws:lambda:ap-northeast-1:333333333333:function:${name}`;
  return definitionText(file)
    .replaceAll('${Partition}', 'aws')
    .replaceAll('${ReconcileFunctionArn}', arn('onramp-reconcile'))
    .replaceAll('${ReportFunctionArn}', arn('onramp-report'));
}

function machineProperties(file: MachineFile): Record<string, unknown> {
  const machines = Object.values(hubTemplate().findResources('AWS::StepFunctions::StateMachine'));
  const properties = machines.map((machine) => machine['Properties']);
  return properties.find(({ StateMachineName }) => StateMachineName === `onramp-${file}`);
}

describe.each(MACHINE_FILES)('%s', (file) => {
  test('is valid Amazon States Language', () => {
    const answer = validateAsl(JSON.parse(substituted(file)), { checkPaths: true, checkArn: true });
    expect(answer.isValid ? '' : answer.errorsText('\n')).toBe('');
  });

  test('has a sentence for each state', () => {
    for (const [name, state] of Object.entries(definition(file).States)) {
      expect(state.Comment, name).toMatch(/^\S.{10,}[.?]$/s);
    }
  });

  test('every ${Token} is substituted, and every substitution is a token', () => {
    const tokens = new Set([...definitionText(file).matchAll(/\$\{(\w+)\}/g)].map(([, token]) => token));
    const { DefinitionString, DefinitionSubstitutions } = machineProperties(file);
    expect(DefinitionString).toBe(definitionText(file));
    expect(Object.keys(Object(DefinitionSubstitutions)).sort()).toEqual([...tokens].sort());
  });

  test('every error name exists: a typo would never be retried (G-L3)', () => {
    for (const [name, state] of tasks(file)) {
      const named = [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap((each) => each.ErrorEquals);
      for (const error of named) expect([...Object.keys(ERROR_KINDS), ...NOT_OURS], name).toContain(error);
    }
  });

  test('of our errors exactly the transient kind is retried; what a stage says itself it answers', () => {
    const isRetried = ([code, kind]: [string, string]) => kind === 'transient' && code !== 'MoreToDo';
    const transient = Object.entries(ERROR_KINDS).filter(isRetried);
    for (const [name, state] of tasks(file)) {
      const ours = (state.Retry ?? []).flatMap((each) => each.ErrorEquals).filter((error) => error in ERROR_KINDS);
      expect(ours.sort(), name).toEqual(transient.map(([code]) => code).sort());
    }
  });

  test('States.ALL is caught last, alone and with its reason; never retried', () => {
    for (const [name, state] of tasks(file)) {
      const catchers = state.Catch ?? [];
      const last: Catcher | undefined = catchers.at(-1);
      expect(last?.ErrorEquals, name).toEqual(['States.ALL']);
      expect(last?.Comment, name).toMatch(/^States\.ALL, since /);
      const others = [...catchers.slice(0, -1), ...(state.Retry ?? [])].flatMap((each) => each.ErrorEquals);
      expect(others, name).not.toContain('States.ALL');
    }
  });

  test('no task waits for a function longer than the function may run', () => {
    const functions = Object.values(hubTemplate().findResources('AWS::Lambda::Function'));
    const timeouts = functions
      .map((made) => made['Properties'])
      .filter(({ FunctionName }) => ['onramp-reconcile', 'onramp-report'].includes(FunctionName))
      .map(({ Timeout }) => Number(Timeout));
    expect(timeouts).toHaveLength(2);
    for (const [name, state] of tasks(file)) {
      // A little longer, so that it is the function's own timeout that is seen.
      expect(state.TimeoutSeconds, name).toBe(Math.max(...timeouts) + 30);
    }
  });

  test('calls our two functions only', () => {
    for (const [name, state] of tasks(file)) {
      expect(state.Resource, name).toBe('arn:${Partition}:states:::lambda:invoke');
      expect(['${ReconcileFunctionArn}', '${ReportFunctionArn}'], name).toContain(state.Parameters?.FunctionName);
    }
  });

  test('every state is reached, and every next state exists', () => {
    const { States, StartAt } = definition(file);
    const next = (state: State) => [
      ...(state.Next ? [state.Next] : []),
      ...(state.Default ? [state.Default] : []),
      ...(state.Choices ?? []).map((choice) => choice.Next),
      ...(state.Catch ?? []).map((each) => each.Next),
    ];
    const named = new Set([StartAt, ...Object.values(States).flatMap(next)]);
    expect([...named].sort()).toEqual(Object.keys(States).sort());
  });
});

describe.each([
  ['publish-database', 'publish'],
  ['onboard-account', 'onboard'],
] as const)('the stages of %s', (file, half) => {
  const stages = tasks(file).map(([, state]) => String(state.Parameters?.Payload['stage']));
  const around = ['begin', 'assess', 'verify', 'report', 'end', 'lease-held'];

  test('are those of the hops, in the order of the path', () => {
    expect(stages.filter((stage) => !around.includes(stage))).toEqual(stageOrder(PATH, half));
  });

  test('are begun and ended as the contract says', () => {
    const again = half === 'onboard' ? ['begin'] : [];
    const after = ['verify', 'report', 'end', 'lease-held', 'lease-held', 'end'];
    expect(stages.filter((stage) => around.includes(stage))).toEqual(['begin', 'assess', ...again, ...after]);
  });

  test('each is where `Next` goes for its word, and comes back to it', () => {
    const { NextStage, ...states } = definition(file).States;
    for (const stage of [...stageOrder(PATH, half), 'assess', 'verify', 'report']) {
      const to = NextStage?.Choices?.find(({ StringEquals }) => StringEquals === stage)?.Next ?? 'nowhere';
      expect(states[to]?.Parameters?.Payload['stage']).toBe(stage);
      const then = { assess: 'AssessedEnough', accept: 'Accepted', report: 'End' }[stage] ?? 'NextStage';
      expect(states[to]?.Next, stage).toBe(then);
    }
    expect(NextStage?.Default).toBe('End');
  });
});
