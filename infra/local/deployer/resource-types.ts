/** Every resource type the deployer knows, and the way it takes. A type in none of these lists stops the deployment. */

/** CloudFormation makes it, and `verify.ts` then finds it through the service's own API. */
const BY_CLOUDFORMATION = [
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::StepFunctions::StateMachine',
] as const;

/** MiniStack's CloudFormation refuses it; its service's API makes it after the stack. */
const BY_API = ['AWS::Events::EventBusPolicy', 'AWS::Events::Archive'] as const;

/** Nothing of it is left to see afterwards: its success is that CloudFormation went on. */
const WITHOUT_TRACE = ['AWS::CDK::Metadata', 'AWS::CloudFormation::CustomResource'];

/** Left out by name, with the reason a person reads. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'no metric is collected here, so it could never fire',
  'AWS::CloudWatch::CompositeAlarm': 'no metric is collected here, so it could never fire',
  'AWS::CloudWatch::Dashboard': 'no metric is collected here, so it would be empty',
  'AWS::Logs::MetricFilter': 'no metric is collected here',
};

/** Why a type that MiniStack would accept must not be made: it would look deployed and mean nothing. */
const REFUSED: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::StackSet': 'nothing would be made in any account; deploy the stack into each account instead',
  'AWS::Glue::': 'it would be made in MiniStack, not in the lake that answers for Glue; make it through the API',
  'AWS::LakeFormation::': 'no CloudFormation here knows the lake; make it through the API',
  'AWS::RAM::': 'no CloudFormation here knows the lake; make it through the API',
  'AWS::Organizations::': 'no CloudFormation here knows the lake; make it through the API',
};

export type CloudFormationType = (typeof BY_CLOUDFORMATION)[number];
export type ApiType = (typeof BY_API)[number];
export type Way = 'cloudformation' | 'without-trace' | 'api' | 'left-out';

export function wayOf(type: string): Way | undefined {
  if (isVerifiable(type)) return 'cloudformation';
  if (isApiType(type)) return 'api';
  if (WITHOUT_TRACE.includes(type) || type.startsWith('Custom::')) return 'without-trace';
  return LEFT_OUT[type] === undefined ? undefined : 'left-out';
}

export function isVerifiable(type: string): type is CloudFormationType {
  return BY_CLOUDFORMATION.some((known) => known === type);
}

export function isApiType(type: string): type is ApiType {
  return BY_API.some((known) => known === type);
}

export function whyRefused(type: string): string {
  const known = Object.entries(REFUSED).find(([prefix]) => type.startsWith(prefix));
  return known?.[1] ?? 'the local deployer knows neither how to make it nor why to leave it out';
}
