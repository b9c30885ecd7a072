/** Starting state machines so that a name decides whether it is a new execution. */

import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { isLakeError } from '#contracts/errors.ts';
import type { MachineStart, Starter } from '#core/start.ts';
import { asked } from './errors.ts';

export interface StartOptions {
  readonly machineArn: string;
  /** 1 to 80 of `0-9 A-Z a-z _ -`. */
  readonly name: string;
  readonly input: string;
  /** Whether an execution of that name and the given input hasn't looked yet. Without it `covered` is never answered. */
  readonly stillWaits?: (execution: Described) => boolean;
}

export interface Described {
  readonly arn: string;
  readonly status: string;
  readonly input: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

const HUB = { account: 'the hub', owner: true } as const;

/**
 * AWS answers 200 to the same name and input while that execution runs (`started`, again) and
 * ExecutionAlreadyExists afterwards, for 90 days, or when the input differs: `covered` while it still waits,
 * else `already`, and the caller takes the next name.
 */
export async function startMachine(sfn: SFNClient, options: StartOptions): Promise<'started' | 'covered' | 'already'> {
  const { machineArn, name, input, stillWaits } = options;
  try {
    await asked({ ...HUB, doing: `start ${name} of ${machineArn}` }, () =>
      sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input })),
    );
    return 'started';
  } catch (error) {
    if (!isLakeError(error, 'AlreadyExists')) throw error;
  }
  if (!stillWaits) return 'already';
  const execution = await describeStart(sfn, executionArn(machineArn, name));
  return execution.status === 'RUNNING' && stillWaits(execution) ? 'covered' : 'already';
}

/** What an execution was started with, and how it stands. @throws LakeError `Missing` when there is none. */
export async function describeStart(sfn: SFNClient, arn: string): Promise<Described> {
  const answer = await asked({ ...HUB, doing: `describe ${arn}` }, () =>
    sfn.send(new DescribeExecutionCommand({ executionArn: arn })),
  );
  return {
    arn,
    status: answer.status ?? 'UNKNOWN',
    input: answer.input ?? '{}',
    startedAt: answer.startDate?.getTime() ?? 0,
  };
}

/** How executions of these machines stand; `machines` are ARNs. */
export function statusesOf(options: {
  readonly sfn: () => SFNClient;
  readonly machines: Readonly<Record<MachineStart['machine'], string>>;
}): (start: MachineStart) => Promise<string> {
  return async ({ machine, name }) =>
    (await describeStart(options.sfn(), executionArn(options.machines[machine], name))).status;
}

function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** The starter on AWS; `machines` are ARNs, `now` is in milliseconds since the epoch. */
export function starterOf(options: {
  readonly sfn: () => SFNClient;
  readonly machines: Readonly<Record<MachineStart['machine'], string>>;
  now(): number;
}): Starter {
  return ({ machine, name, input }) =>
    startMachine(options.sfn(), {
      machineArn: options.machines[machine],
      name,
      input: JSON.stringify(input),
      stillWaits: () => options.now() < Date.parse(input.lookAt),
    });
}
