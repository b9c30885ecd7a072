/** Finds each deployed resource again through its own service: "CREATE_COMPLETE" alone may be a silent no-op. */

import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeEventBusCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetPolicyCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand as GetFunctionPolicyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetSubscriptionAttributesCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LakeError } from '#contracts/errors.ts';
import { type LocalClientConfig, type LocalTarget, localClient } from '../clients.ts';
import { type CloudFormationType, isVerifiable } from './resource-types.ts';
import type { StackResource } from './stack.ts';

interface Found {
  readonly id: string;
  readonly config: LocalClientConfig;
  /** The resource's properties, with references to other resources of the stack replaced by their physical ids. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Resolves when it is there, fails or answers undefined when it is not. */
type Check = (found: Found) => Promise<unknown>;

const text = (value: unknown): string => String(value ?? '');
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);

const CHECKS: Readonly<Record<CloudFormationType, Check>> = {
  'AWS::DynamoDB::Table': ({ id, config }) =>
    new DynamoDBClient(config).send(new DescribeTableCommand({ TableName: id })),
  'AWS::Events::EventBus': ({ id, config }) =>
    new EventBridgeClient(config).send(new DescribeEventBusCommand({ Name: id })),
  'AWS::Events::Rule': checkRule,
  'AWS::IAM::ManagedPolicy': ({ id, config }) => new IAMClient(config).send(new GetPolicyCommand({ PolicyArn: id })),
  'AWS::IAM::Policy': checkInlinePolicy,
  'AWS::IAM::Role': ({ id, config }) => new IAMClient(config).send(new GetRoleCommand({ RoleName: id })),
  'AWS::KMS::Alias': ({ id, config }) => new KMSClient(config).send(new DescribeKeyCommand({ KeyId: id })),
  'AWS::KMS::Key': ({ id, config }) => new KMSClient(config).send(new DescribeKeyCommand({ KeyId: id })),
  'AWS::Lambda::Alias': ({ id, config }) => new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: id })),
  'AWS::Lambda::EventInvokeConfig': ({ config, properties }) =>
    new LambdaClient(config).send(
      new GetFunctionEventInvokeConfigCommand({
        FunctionName: text(properties['FunctionName']),
        Qualifier: text(properties['Qualifier'] ?? '$LATEST'),
      }),
    ),
  'AWS::Lambda::Function': ({ id, config }) =>
    new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: id })),
  'AWS::Lambda::Permission': ({ config, properties }) =>
    new LambdaClient(config).send(new GetFunctionPolicyCommand({ FunctionName: text(properties['FunctionName']) })),
  'AWS::Lambda::Version': ({ id, config }) =>
    new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: id })),
  'AWS::Logs::LogGroup': async ({ id, config }) => {
    const logs = new CloudWatchLogsClient(config);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    return logGroups.find((group) => group.logGroupName === id);
  },
  'AWS::S3::Bucket': ({ id, config }) => s3(config).send(new HeadBucketCommand({ Bucket: id })),
  'AWS::S3::BucketPolicy': ({ config, properties }) =>
    s3(config).send(new GetBucketPolicyCommand({ Bucket: text(properties['Bucket']) })),
  'AWS::SNS::Subscription': ({ id, config }) =>
    new SNSClient(config).send(new GetSubscriptionAttributesCommand({ SubscriptionArn: id })),
  'AWS::SNS::Topic': ({ id, config }) => new SNSClient(config).send(new GetTopicAttributesCommand({ TopicArn: id })),
  'AWS::SNS::TopicPolicy': async ({ config, properties }) => {
    const sns = new SNSClient(config);
    for (const TopicArn of list(properties['Topics'])) await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    return true;
  },
  'AWS::SQS::Queue': ({ id, config }) => new SQSClient(config).send(new GetQueueAttributesCommand({ QueueUrl: id })),
  'AWS::SQS::QueuePolicy': checkQueuePolicy,
  'AWS::SSM::Parameter': ({ id, config }) => new SSMClient(config).send(new GetParameterCommand({ Name: id })),
  'AWS::StepFunctions::StateMachine': ({ id, config }) =>
    new SFNClient(config).send(new DescribeStateMachineCommand({ stateMachineArn: id })),
};

/** Fails with every resource that can't be found again. Answers how many were looked for. */
export async function verifyStack(
  target: LocalTarget,
  resources: readonly StackResource[],
  propertiesOf: (logicalId: string) => Readonly<Record<string, unknown>>,
): Promise<number> {
  const config = localClient(target);
  const ids = new Map(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  const missing: string[] = [];
  let verified = 0;
  for (const { logicalId, type, physicalId } of resources) {
    if (!isVerifiable(type)) continue;
    const properties = withIds(propertiesOf(logicalId), ids) as Found['properties'];
    const reason = await whyMissing(CHECKS[type], { id: physicalId, config, properties });
    if (reason !== undefined) missing.push(`${logicalId} (${type}, ${physicalId}): ${reason}`);
    verified += 1;
  }
  if (missing.length === 0) return verified;
  throw new LakeError('Unexpected', {
    message: `CloudFormation counts these as made, but they are not there: ${missing.join('; ')}`,
    remedy: 'a silent no-op of the emulator: see docs/local-cloud.md',
  });
}

async function whyMissing(check: Check, found: Found): Promise<string | undefined> {
  try {
    return (await check(found)) === undefined ? 'not found' : undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** A rule without targets wakes nobody, so its targets are asked for, not only itself. */
async function checkRule({ id, config, properties }: Found): Promise<unknown> {
  const [bus, name] = id.includes('|') ? id.split('|') : [text(properties['EventBusName'] ?? 'default'), id];
  const events = new EventBridgeClient(config);
  const asked = { Rule: text(name).split('/').at(-1), EventBusName: text(bus) };
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand(asked));
  const wanted = Array.isArray(properties['Targets']) ? properties['Targets'].length : 0;
  return Targets.length === wanted ? true : undefined;
}

async function checkInlinePolicy({ config, properties }: Found): Promise<unknown> {
  const iam = new IAMClient(config);
  const PolicyName = text(properties['PolicyName']);
  for (const RoleName of list(properties['Roles'])) await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return true;
}

async function checkQueuePolicy({ config, properties }: Found): Promise<unknown> {
  const sqs = new SQSClient(config);
  for (const QueueUrl of list(properties['Queues'])) {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    if (!Attributes?.['Policy']) return undefined;
  }
  return true;
}

function s3(config: LocalClientConfig): S3Client {
  return new S3Client({ ...config, forcePathStyle: true });
}

function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  // The checks take a physical id wherever a template names a resource, whichever attribute it names.
  const named = 'Ref' in value ? value.Ref : 'Fn::GetAtt' in value ? [value['Fn::GetAtt']].flat()[0] : undefined;
  if (named !== undefined) return ids.get(text(named).split('.')[0] ?? '') ?? value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, ids)]));
}
