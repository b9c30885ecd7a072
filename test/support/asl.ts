/**
 * Runs a JSONPath state machine with Task answers given by the test, on a clock that only Wait states and retries
 * move. Knows what our definitions use and throws at anything else.
 */

import { readFileSync } from 'node:fs';

type Json = Record<string, unknown>;

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

export interface Catcher {
  readonly Comment?: string;
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string;
  readonly Next: string;
}

export interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Succeed' | 'Fail';
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Parameters?: { readonly FunctionName: string; readonly Payload: Json };
  readonly ResultSelector?: Readonly<Record<string, string>>;
  readonly ResultPath?: string;
  readonly TimeoutSeconds?: number;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly TimestampPath?: string;
  readonly Choices?: readonly { readonly Variable: string; readonly StringEquals: string; readonly Next: string }[];
  readonly Default?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Next?: string;
  readonly ErrorPath?: string;
  readonly CausePath?: string;
}

export interface Machine {
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
}

export const MACHINE_FILES = ['publish-database', 'onboard-account', 'survey-account'] as const;
export type MachineFile = (typeof MACHINE_FILES)[number];

export function definitionText(name: MachineFile): string {
  return readFileSync(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8');
}

export function definition(name: MachineFile): Machine {
  return JSON.parse(definitionText(name));
}

/** What a Task sends and may answer with: a payload, or an error with the name Step Functions would see. */
export interface Call {
  readonly state: string;
  readonly function: string;
  readonly payload: Json;
  /** Seconds since the execution's start. */
  readonly at: number;
}
export class TaskFailed extends Error {
  constructor(name: string, message = `${name} happened`) {
    super(message);
    this.name = name;
  }
}

export interface Run {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly states: readonly string[];
  readonly calls: readonly Call[];
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** Seconds it took, by its own clock. */
  readonly seconds: number;
  readonly output: Json;
}

/** The context object, as far as our definitions read it. */
export interface Context {
  readonly Id: string;
  readonly StartTime: string;
}

const CONTEXT: Context = {
  Id: 'arn:aws:states:ap-northeast-1:333333333333:execution:m:e',
  StartTime: '2026-01-01T00:00:00Z',
};

export function execute(machine: Machine, input: Json, answer: (call: Call) => Json): Run {
  const run = new Execution(machine, CONTEXT).from(input);
  let asked = run.next();
  while (!asked.done) asked = answered(run, asked.value, answer);
  return asked.value;
}

function answered(run: Running, call: Call, answer: (call: Call) => Json): IteratorResult<Call, Run> {
  let result: Json;
  try {
    result = answer(call);
  } catch (error) {
    return run.throw(error);
  }
  return run.next(result);
}

/** The same with functions that take their time; `pause` lets the execution's seconds pass where its functions live. */
export async function perform(
  machine: Machine,
  input: Json,
  world: { context: Context; pause(seconds: number): Promise<void>; answer(call: Call): Promise<Json> },
): Promise<Run> {
  const run = new Execution(machine, world.context).from(input);
  let passed = 0;
  let asked = run.next();
  while (!asked.done) {
    const call = asked.value;
    if (call.at > passed) await world.pause(call.at - passed);
    passed = call.at;
    const outcome = await world.answer(call).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    asked = 'result' in outcome ? run.next(outcome.result) : run.throw(outcome.error);
  }
  return asked.value;
}

type Running = Generator<Call, Run, Json>;

class Execution {
  readonly #machine: Machine;
  readonly #context: Context;
  readonly #calls: Call[] = [];
  readonly #states: string[] = [];
  #seconds = 0;

  constructor(machine: Machine, context: Context) {
    this.#machine = machine;
    this.#context = context;
  }

  *from(input: Json): Running {
    let data = input;
    let name = this.#machine.StartAt;
    for (let steps = 0; steps < 10_000; steps += 1) {
      const state = this.#machine.States[name];
      if (!state) throw new Error(`no state ${name}`);
      this.#states.push(name);
      if (state.Type === 'Succeed') return this.#end('SUCCEEDED', data);
      if (state.Type === 'Fail') return this.#end('FAILED', data, state);
      const next = state.Type === 'Task' ? yield* this.#task(name, state, data) : this.#step(state, data);
      data = next.data;
      name = next.name;
    }
    throw new Error('more than 10,000 states');
  }

  #step(state: State, data: Json): { name: string; data: Json } {
    if (state.Type === 'Wait') {
      this.#wait(state, data);
      return { name: state.Next ?? '', data };
    }
    const taken = state.Choices?.find((choice) => this.#find(choice.Variable, data) === choice.StringEquals);
    return { name: taken?.Next ?? state.Default ?? '', data };
  }

  #wait(state: State, data: Json): void {
    const until = state.TimestampPath ? Date.parse(String(this.#find(state.TimestampPath, data))) : null;
    const pause = state.SecondsPath ? Number(this.#find(state.SecondsPath, data)) : (state.Seconds ?? 0);
    const started = Date.parse(this.#context.StartTime);
    this.#seconds = until === null ? this.#seconds + pause : Math.max(this.#seconds, (until - started) / 1000);
  }

  *#task(name: string, state: State, data: Json): Generator<Call, { name: string; data: Json }, Json> {
    const used = new Map<Retrier, number>();
    for (;;) {
      try {
        const { FunctionName, Payload } = state.Parameters ?? { FunctionName: '', Payload: {} };
        const retried = [...used.values()].reduce((sum, count) => sum + count, 0);
        const payload = this.#fill(Payload, data, { RetryCount: retried });
        const call = { state: name, function: FunctionName, payload, at: this.#seconds };
        this.#calls.push(call);
        const result = { Payload: JSON.parse(JSON.stringify(yield call)) };
        const selected = state.ResultSelector ? this.#fill(state.ResultSelector, result) : result;
        return { name: state.Next ?? '', data: put(data, state.ResultPath ?? '$', selected) };
      } catch (error) {
        if (!(error instanceof TaskFailed)) throw error;
        if (this.#retried(state, used, error.name)) continue;
        const catcher = state.Catch?.find((each) => matches(each.ErrorEquals, error.name));
        if (!catcher) throw error;
        const caught = { Error: error.name, Cause: error.message };
        return { name: catcher.Next, data: put(data, catcher.ResultPath ?? '$', caught) };
      }
    }
  }

  /** Full delays, without jitter: the longest it can take. */
  #retried(state: State, used: Map<Retrier, number>, error: string): boolean {
    const retrier = state.Retry?.find((each) => matches(each.ErrorEquals, error));
    if (!retrier) return false;
    const attempt = used.get(retrier) ?? 0;
    if (attempt >= (retrier.MaxAttempts ?? 3)) return false;
    used.set(retrier, attempt + 1);
    const delay = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempt;
    this.#seconds += Math.min(delay, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
    return true;
  }

  #end(status: Run['status'], output: Json, state?: State): Run {
    const said = (path: string | undefined) => (path ? String(this.#find(path, output)) : undefined);
    return {
      status,
      states: this.#states,
      calls: this.#calls,
      error: said(state?.ErrorPath),
      cause: said(state?.CausePath),
      seconds: this.#seconds,
      output,
    };
  }

  #fill(template: Json, data: Json, state: Json = {}): Json {
    return Object.fromEntries(
      Object.entries(template).map(([key, value]) =>
        key.endsWith('.$') ? [key.slice(0, -2), this.#find(String(value), data, state)] : [key, value],
      ),
    );
  }

  /** A path that isn't there ends an execution on AWS, and no Catch sees it. */
  #find(path: string, data: Json, state: Json = {}): unknown {
    const source: unknown = path.startsWith('$$') ? { Execution: this.#context, State: state } : data;
    const parts = path.split('.').slice(1);
    return parts.reduce((value: unknown, part) => {
      if (typeof value !== 'object' || value === null || !(part in value)) throw new Error(`no ${path} in the state`);
      return (value as Json)[part];
    }, source);
  }
}

/** States.ALL matches all, States.TaskFailed all but States.Timeout, any other name itself (G-E5). */
function matches(names: readonly string[], error: string): boolean {
  if (names.includes('States.ALL') || names.includes(error)) return true;
  return names.includes('States.TaskFailed') && error !== 'States.Timeout';
}

function put(data: Json, path: string, value: unknown): Json {
  const [, key, ...more] = path.split('.');
  if (!key || more.length > 0) throw new Error(`ResultPath ${path} is not one name`);
  return { ...data, [key]: value };
}
