/** A small CDK app with one of each thing our stacks are made of, synthesized into a directory. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, Dashboard, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Archive, CfnEventBusPolicy, EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

export const HUB = '333333333333';
export const REGION = 'ap-northeast-1';

/** Answers CloudFormation itself, as our own custom resource does. */
const HANDLER = `
export const handler = async (event) => {
  if (event.RequestType && event.ResponseURL) {
    const { StackId, RequestId, LogicalResourceId } = event;
    const body = JSON.stringify({
      Status: 'SUCCESS', PhysicalResourceId: 'stored', StackId, RequestId, LogicalResourceId,
      Data: { Hash: event.ResourceProperties.Hash },
    });
    await fetch(event.ResponseURL, { method: 'PUT', body });
    return;
  }
  if (event.detail?.fail) throw Object.assign(new Error('told to fail'), { name: 'ToldToFail' });
  return { greeting: process.env.GREETING, ...event };
};
`;

const DEFINITION = {
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: '${Function}', 'Payload.$': '$' },
      OutputPath: '$.Payload',
      End: true,
    },
  },
};

/** Returns the assembly's directory. */
export function synthesize(directory: string, hash = 'one'): string {
  const code = join(directory, 'code');
  mkdirSync(code, { recursive: true });
  writeFileSync(join(code, 'index.mjs'), HANDLER);
  const outdir = join(directory, `cdk.out.${hash}`);
  const app = new App({ outdir });
  const stack = new Stack(app, 'Hub', { env: { account: HUB, region: REGION } });
  fill(stack, code, hash);
  app.synth();
  return outdir;
}

function fill(stack: Stack, code: string, hash: string): void {
  const bus = new EventBus(stack, 'Bus', { eventBusName: 'onramp-hub' });
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: bus.eventBusArn,
    Condition: {
      StringEquals: { 'aws:PrincipalAccount': '111111111111', 'events:source': 'demo' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/onramp-forwarder' },
    },
  };
  new CfnEventBusPolicy(stack, 'Members', { eventBusName: bus.eventBusName, statementId: 'Members', statement });
  new Archive(stack, 'Archive', { sourceEventBus: bus, archiveName: 'onramp', eventPattern: { source: ['demo'] } });
  const lost = new Queue(stack, 'Lost', { queueName: 'onramp-lost', enforceSSL: true });
  const handler = new Lambda(stack, 'Function', {
    functionName: 'onramp-greet',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { GREETING: 'hello' },
    onFailure: new SqsDestination(lost),
    retryAttempts: 1,
    logGroup: new LogGroup(stack, 'Log', { logGroupName: '/onramp/greet' }),
  });
  const rule = new Rule(stack, 'Rule', { eventBus: bus, eventPattern: { source: ['demo'] } });
  const target = new LambdaFunction(handler, { deadLetterQueue: lost, retryAttempts: 2 });
  rule.addTarget(target);
  new Rule(stack, 'Hourly', {
    ruleName: 'onramp-hourly',
    schedule: Schedule.expression('rate(1 hour)'),
    targets: [target],
  });
  const machine = new StateMachine(stack, 'Machine', {
    stateMachineName: 'onramp-greet',
    definitionBody: DefinitionBody.fromString(JSON.stringify(DEFINITION)),
    definitionSubstitutions: { Function: handler.functionArn },
  });
  handler.grantInvoke(machine);
  storage(stack);
  const stored = new CustomResource(stack, 'Stored', { serviceToken: handler.functionArn, properties: { Hash: hash } });
  const metric = new Metric({ namespace: 'Onramp', metricName: 'Failed', period: Duration.minutes(1) });
  const alarm = new Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  new Dashboard(stack, 'Dashboard', { dashboardName: 'onramp' });
  new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
  new CfnOutput(stack, 'StoredHash', { value: stored.getAttString('Hash') });
  new CfnOutput(stack, 'AlarmArn', { value: alarm.alarmArn });
}

function storage(stack: Stack): void {
  const key = new Key(stack, 'Key', { alias: 'onramp' });
  new Bucket(stack, 'Bucket', { bucketName: 'onramp-policies', versioned: true, enforceSSL: true });
  new Table(stack, 'Table', {
    tableName: 'onramp-ledger',
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expires',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const topic = new Topic(stack, 'Topic', { topicName: 'onramp-alerts', masterKey: key });
  topic.addSubscription(new SqsSubscription(new Queue(stack, 'Inbox', { queueName: 'onramp-inbox' })));
}
