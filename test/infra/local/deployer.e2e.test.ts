/** A synthesized CDK app, deployed and found again. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DeployEvent, deployAssembly } from '../../../infra/local/deployer/deploy.ts';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { HUB, REGION, synthesize } from './support/app.ts';
import { as } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

let emulator: Emulator;
let directory = '';
let assembly = '';
const told: DeployEvent[] = [];
const deploy = (assemblyDir: string) =>
  deployAssembly({ assemblyDir, endpoint: emulator.url, onEvent: (event) => told.push(event) });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onramp-deployer-'));
  assembly = synthesize(directory);
  emulator = await startEmulator();
});
afterAll(async () => {
  await emulator.close();
  rmSync(directory, { recursive: true });
});

test('deploys each resource, tells what it left out, and leaves the assembly as it was', async () => {
  const template = readFileSync(join(assembly, 'Hub.template.json'), 'utf8');
  const { Hub } = await deploy(assembly);
  expect(readFileSync(join(assembly, 'Hub.template.json'), 'utf8')).toBe(template);
  expect(Hub).toMatchObject({ account: HUB, region: REGION });
  expect(Hub?.outputs).toEqual({
    MachineArn: `arn:aws:states:${REGION}:${HUB}:stateMachine:onramp-greet`,
    StoredHash: 'one',
  });
  expect(Hub?.leftOut.map(({ type }) => type).sort()).toEqual(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard']);
  expect(told.map(({ kind }) => kind)).toEqual(['started', 'left-out', 'deployed']);
});

test('makes the bus policy and the archive that CloudFormation refuses here', async () => {
  const events = new EventBridgeClient(as(emulator.url));
  const { Policy = '' } = await events.send(new DescribeEventBusCommand({ Name: 'onramp-hub' }));
  expect(JSON.parse(Policy).Statement).toEqual([
    expect.objectContaining({ Sid: 'Members', Resource: `arn:aws:events:${REGION}:${HUB}:event-bus/onramp-hub` }),
  ]);
  expect(await events.send(new DescribeArchiveCommand({ ArchiveName: 'onramp' }))).toMatchObject({ State: 'ENABLED' });
});

test('makes a scheduled rule on the default bus, with its target', async () => {
  const events = new EventBridgeClient(as(emulator.url));
  const rule = { Rule: 'onramp-hourly', EventBusName: 'default' };
  const made = await events.send(new DescribeRuleCommand({ Name: rule.Rule, EventBusName: rule.EventBusName }));
  expect(made).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand(rule));
  expect(Targets.map(({ Arn }) => Arn)).toEqual([`arn:aws:lambda:${REGION}:${HUB}:function:onramp-greet`]);
});

test('the function is the bundle that was published', async () => {
  const { Payload } = await new LambdaClient(as(emulator.url)).send(
    new InvokeCommand({ FunctionName: 'onramp-greet', Payload: '{"a":1}' }),
  );
  expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual({ greeting: 'hello', a: 1 });
});

test('a second deployment changes nothing', async () => {
  const cloudFormation = new CloudFormationClient(as(emulator.url));
  const updated = async () =>
    (await cloudFormation.send(new DescribeStacksCommand({ StackName: 'Hub' }))).Stacks?.[0]?.LastUpdatedTime;
  const before = await updated();
  await deploy(assembly);
  expect(await updated()).toEqual(before);
});

test('a changed custom resource is updated', async () => {
  const { Hub } = await deploy(synthesize(directory, 'two'));
  expect(Hub?.outputs['StoredHash']).toBe('two');
  const { TemplateBody = '' } = await new CloudFormationClient(as(emulator.url)).send(
    new GetTemplateCommand({ StackName: 'Hub' }),
  );
  expect(TemplateBody).not.toContain('EventBusPolicy');
});

test('what CloudFormation counts as made but is not there fails the deployment', async () => {
  const { Hub } = await deploy(assembly);
  const rule =
    Object.entries(Hub?.resources ?? {}).find(([id]) => id.startsWith('Rule') && !id.includes('Allow'))?.[1] ?? '';
  const events = new EventBridgeClient(as(emulator.url));
  await events.send(
    new RemoveTargetsCommand({ Rule: rule.split('|').at(-1), EventBusName: 'onramp-hub', Ids: ['Target0'] }),
  );
  await expect(deploy(assembly)).rejects.toThrow(/not there: Rule\w+ \(AWS::Events::Rule, .*not found/);
});
