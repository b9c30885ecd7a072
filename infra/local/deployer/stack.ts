/** One stack, created or updated, waited for, with the reason when it fails. */

import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Parameter,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { LakeError } from '#contracts/errors.ts';
import { type LocalTarget, localClient } from '../clients.ts';
import { until } from '../until.ts';
import type { TemplateSource } from './assets.ts';

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface PutStack {
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StackResource[];
}

interface StackInput {
  readonly name: string;
  readonly template: TemplateSource;
  readonly parameters: Readonly<Record<string, string>>;
}

// The hub deploys in under 5 s here; a custom resource may have to wait for its function.
const DEADLINE_MS = 120_000;
const GOOD = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];

export async function putStack(target: LocalTarget, input: StackInput): Promise<PutStack> {
  const client = new CloudFormationClient(localClient(target));
  const before = await describe(client, input.name);
  const changed = await send(client, input, before !== undefined);
  const stack = changed ? await settled(client, input.name) : before;
  if (stack === undefined || !GOOD.includes(stack.StackStatus ?? '')) throw await failure(client, input.name, stack);
  const outputs = Object.fromEntries((stack.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue ?? '']));
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: input.name }));
  const resources = StackResources.map((resource) => ({
    logicalId: resource.LogicalResourceId ?? '',
    type: resource.ResourceType ?? '',
    physicalId: resource.PhysicalResourceId ?? '',
  }));
  return { outputs, resources };
}

/** Whether there was anything to change. */
async function send(client: CloudFormationClient, input: StackInput, exists: boolean): Promise<boolean> {
  const Parameters = Object.entries(input.parameters).map(
    ([ParameterKey, ParameterValue]): Parameter => ({ ParameterKey, ParameterValue }),
  );
  const request = {
    StackName: input.name,
    ...input.template,
    Capabilities: ['CAPABILITY_NAMED_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const],
    Parameters,
  };
  try {
    await client.send(exists ? new UpdateStackCommand(request) : new CreateStackCommand(request));
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('No updates are to be performed')) return false;
    throw new LakeError('Unexpected', {
      message: `CloudFormation refused stack ${input.name}: ${String(error).slice(0, 1_000)}`,
      cause: error,
    });
  }
}

async function describe(client: CloudFormationClient, StackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

function settled(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  return until(DEADLINE_MS, async () => {
    const stack = await describe(client, name);
    return stack?.StackStatus?.endsWith('_IN_PROGRESS') ? undefined : stack;
  });
}

async function failure(client: CloudFormationClient, name: string, stack: Stack | undefined): Promise<LakeError> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
  const newest = new Map([...StackEvents].reverse().map((event) => [event.LogicalResourceId, event]));
  const why = stack === undefined ? /_IN_PROGRESS$/ : /_FAILED$/;
  const events = stack === undefined ? [...newest.values()] : StackEvents;
  const failed = events
    .filter((event) => event.ResourceType !== 'AWS::CloudFormation::Stack' && why.test(event.ResourceStatus ?? ''))
    .map(
      (event) => `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason ?? 'not answered'}`,
    );
  return new LakeError('Unexpected', {
    message: `stack ${name} ended as ${stack?.StackStatus ?? `unfinished after ${DEADLINE_MS / 1000} s`}: ${failed.join('; ')}`,
    remedy: 'see .local/emulator-*.log',
  });
}
