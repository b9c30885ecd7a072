/** What the hub promises: who may send to it, what it may do, what it keeps, and who is told when it fails. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { OnEventEnvSchema, ReconcileEnvSchema, ReportEnvSchema, StorePolicyEnvSchema } from '#contracts/env.ts';
import { HubBus } from '../../../infra/constructs/hub-bus.ts';
import { CONSUMER, HUB, ORGANIZATION, PRODUCER } from '../../support/policies.ts';
import { hubTemplate, readable, sampleDeployment, testApp } from '../../support/templates.ts';

type Properties = Record<string, ReturnType<typeof JSON.parse>>;

function all(type: string, template = hubTemplate()): Properties[] {
  return Object.values(template.findResources(type)).map((resource) => resource['Properties']);
}

function only(type: string): Properties {
  const [found, ...more] = all(type);
  if (!found || more.length > 0) throw new Error(`${more.length + 1} of ${type}`);
  return found;
}

function fn(name: string): Properties {
  const found = all('AWS::Lambda::Function').find(({ FunctionName }) => FunctionName === `onramp-${name}`);
  if (!found) throw new Error(`no function ${name}`);
  return found;
}

/** Every identity policy of the hub, one line an action. */
function rights(): string {
  const policies = all('AWS::IAM::Policy').flatMap(({ Roles, PolicyDocument }) => {
    const [role] = Roles.map((each: { Ref: string }) => each.Ref.replace(/Role[0-9A-F]{8}$/, ''));
    return PolicyDocument.Statement.map((statement: Properties) => {
      const { Action, Resource, Condition } = statement;
      const listed = (value: unknown) => [value].flat().map((each) => String(readable(each)));
      const lines = [...listed(Action), ...listed(Resource).map((each) => `  on ${each}`)];
      return [role, ...lines, ...(Condition ? [`  if ${JSON.stringify(readable(Condition))}`] : [])].join('\n  ');
    });
  });
  return `${policies
    .sort()
    .join('\n')
    .replace(/[0-9a-f]{64}/g, '<hash>')}\n`;
}

test('the roles of the hub may do exactly this', async () => {
  await expect(rights()).toMatchFileSnapshot('./iam/hub-roles.txt');
});

test('the bus takes events of our organization from accounts the policy names, whatever role EventBridge says it is (G-E9, aws-8)', () => {
  expect(readable(only('AWS::Events::EventBusPolicy')['Statement'])).toEqual({
    Sid: 'Forwarders',
    Effect: 'Allow',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: '<EventsBus45DE4339.Arn>',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION, 'aws:PrincipalAccount': [PRODUCER, CONSUMER] },
    },
  });
});

test('beyond 400 accounts the bus policy leaves them to the organization: it holds 10 KB', () => {
  const accounts = Array.from({ length: 450 }, (_, index) => String(400_000_000_000 + index));
  const stack = new Stack(testApp(), 'many');
  new HubBus(stack, 'Events', {
    namespace: 'onramp',
    hubAccount: HUB,
    managementAccount: PRODUCER,
    organization: ORGANIZATION,
    accounts,
    external: [],
    needs: { crawlers: false, workflows: false },
    reconcile: null,
  });
  const [{ Statement } = {}] = all('AWS::Events::EventBusPolicy', Template.fromStack(stack));
  expect(Object.keys(Statement.Condition.StringEquals)).toEqual(['aws:PrincipalOrgID']);
  expect(JSON.stringify(readable(Statement)).length).toBeLessThan(10_240);
});

describe.each([
  ['on-event', OnEventEnvSchema],
  ['reconcile', ReconcileEnvSchema],
  ['report', ReportEnvSchema],
  ['store-policy', StorePolicyEnvSchema],
] as [string, z.ZodMiniObject][])('function %s', (name, schema) => {
  test('has the environment its handler parses, no more and no less', () => {
    expect(Object.keys(fn(name)['Environment'].Variables).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  test('runs on Node 24, in a role of its own, with logs that end', () => {
    expect(fn(name)['Runtime']).toBe('nodejs24.x');
    const logs = String(readable(fn(name)['LoggingConfig'].LogGroup)).replace(/[<>]/g, '');
    expect(hubTemplate().toJSON()['Resources'][logs].Properties.RetentionInDays).toBe(90);
    const users = all('AWS::Lambda::Function').filter((each) => readable(each['Role']) === readable(fn(name)['Role']));
    expect(users).toHaveLength(1);
  });
});

test('both that start machines say the same handler timeout: the input is a function of the name', () => {
  const { HANDLER_TIMEOUT } = fn('on-event')['Environment'].Variables;
  expect(HANDLER_TIMEOUT).toBe(String(fn('on-event')['Timeout']));
  expect(fn('reconcile')['Environment'].Variables.HANDLER_TIMEOUT).toBe(HANDLER_TIMEOUT);
});

test('patience begins after the longest wait for a bucket, whatever the debounce', () => {
  const reconcile = Template.fromStack(sampleDeployment({ debounce: 3600 }).hub).findResources(
    'AWS::Lambda::Function',
    {
      Properties: { FunctionName: 'onramp-reconcile' },
    },
  );
  const { LEASE_WITHIN, ACCEPT_WITHIN } = Object.values(reconcile)[0]?.['Properties'].Environment.Variables ?? {};
  expect([LEASE_WITHIN, ACCEPT_WITHIN]).toEqual([String(7235 + 900), String(7235 + 1800)]);
});

test("what on-event throws is retried twice and then kept, by Lambda itself: EventBridge's queue never sees it", () => {
  const config = readable(only('AWS::Lambda::EventInvokeConfig'));
  expect(config).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
  expect(JSON.stringify(config)).toContain('<EventsDeadLetters8A90034E.Arn>');
});

test('dead letters stay for two weeks, encrypted', () => {
  expect(only('AWS::SQS::Queue')).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
});

test('the ledger is kept, restorable, and forgets leases by itself', () => {
  hubTemplate().hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    Properties: {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  });
});

test('policies are kept in every version, private', () => {
  hubTemplate().hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: Match.objectEquals({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      }),
    },
  });
});

test('the audit bucket outlives the stack, private, and forgets entries when the policy says', () => {
  hubTemplate().hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: { Rules: [{ Prefix: 'entries/', ExpirationInDays: 400, Status: 'Enabled' }] },
      PublicAccessBlockConfiguration: Match.objectEquals({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      }),
    },
  });
  const bucket = fn('reconcile')['Environment'].Variables.AUDIT_BUCKET;
  expect(readable(bucket)).toMatch(/^<Audit\w+>$/);
});

test('all buckets are spoken to over TLS only', () => {
  const policies = all('AWS::S3::BucketPolicy');
  expect(policies).toHaveLength(all('AWS::S3::Bucket').length);
  for (const policy of policies) expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
});

test('a new policy is stored when everything that hears of it is there', () => {
  const [resource] = Object.values(hubTemplate().findResources('Custom::OnrampPolicy'));
  const waited = resource?.['DependsOn'].join(' ');
  for (const what of [
    'OnEventFunction',
    'ReconcileFunction',
    'ReportFunction',
    'Eventspolicy',
    'PublishDatabaseMachine',
  ]) {
    expect(waited).toContain(what);
  }
  expect(resource?.['Properties']).toMatchObject({ hash: 'a'.repeat(64), ServiceTimeout: '300' });
});

test('alerts go by e-mail, encrypted, and AWS itself may write to the topic (G-E10)', () => {
  expect(only('AWS::SNS::Subscription')).toMatchObject({ Protocol: 'email', Endpoint: 'data-platform@example.com' });
  const topics = all('AWS::KMS::Key').filter(({ Description }) => !String(Description).includes('seen'));
  expect(topics).toHaveLength(1);
  expect(readable(topics[0]?.['KeyPolicy'].Statement)).toContainEqual(
    expect.objectContaining({
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { StringEquals: { 'aws:SourceAccount': '<AccountId>' } },
    }),
  );
});

describe('alarms', () => {
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  const alarms = all('AWS::CloudWatch::Alarm');

  test('exist for every way the hub can fail', () => {
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      'onramp-dead-letters',
      'onramp-events-lost',
      'onramp-grants-failed',
      'onramp-on-event-errors',
      'onramp-onboard-account-failed',
      'onramp-onboard-account-timed-out',
      'onramp-publish-database-failed',
      'onramp-publish-database-timed-out',
      'onramp-reconcile-errors',
      'onramp-report-errors',
      'onramp-schedule-silent',
      'onramp-store-policy-errors',
      'onramp-survey-account-failed',
      'onramp-survey-account-timed-out',
    ]);
  });

  test.each(alarms.map((alarm) => [String(alarm['AlarmName']), alarm]))(
    '%s tells people, and the runbook knows it',
    (name, alarm) => {
      expect(readable(alarm['AlarmActions'])).toEqual(['<AlertsTopicCF7C81C9>']);
      const section = name.replace('onramp-', '');
      expect(alarm['AlarmDescription']).toContain(`docs/runbook.md#${section}`);
      expect(runbook).toContain(`\n### ${section}\n`);
    },
  );
});

describe('the alarm on a silent schedule', () => {
  /** Period in seconds and how many of them: nothing in all of them rings. */
  const alarmOf = (longestGap: number) => {
    const reconcile = { expression: 'rate(1 hour)', shortestGap: longestGap, longestGap };
    const alarms = all('AWS::CloudWatch::Alarm', Template.fromStack(sampleDeployment({ reconcile }).hub));
    return alarms.find(({ AlarmName }) => AlarmName === 'onramp-schedule-silent');
  };

  test("rings by EventBridge's own count of the rule, which has no data while there is nothing to count", () => {
    expect(alarmOf(60)).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'RuleName', Value: 'onramp-schedule' }],
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test.each([
    [5, 3900, 1],
    [60, 7200, 1],
    [23 * 60, 86_400, 1],
    [24 * 60, 45_000, 2],
    [6 * 24 * 60, 74_580, 7],
  ])('after %d minutes of silence, and an hour more', (longestGap, Period, EvaluationPeriods) => {
    expect(alarmOf(longestGap)).toMatchObject({ Period, EvaluationPeriods });
    expect(Period * EvaluationPeriods).toBeGreaterThanOrEqual((longestGap + 60) * 60);
    // What CloudWatch takes: a period of a day, and seven days in all.
    expect(Period).toBeLessThanOrEqual(86_400);
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual(7 * 86_400);
  });

  test('is not there where nothing is scheduled', () => {
    const alarms = all('AWS::CloudWatch::Alarm', Template.fromStack(sampleDeployment({ reconcile: null }).hub));
    expect(alarms.map(({ AlarmName }) => AlarmName)).not.toContain('onramp-schedule-silent');
  });
});

test('the alarm on failed grants looks at the metric that the engine really writes', () => {
  const program = `import { createMetrics } from '#runtime/metrics.ts';
    const metrics = createMetrics('reconcile', 'onramp'); metrics.grantsFailed(1); metrics.flush();`;
  const options = { cwd: new URL('../../../', import.meta.url), encoding: 'utf8', timeout: 20_000 } as const;
  const written = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], options));
  const [{ Namespace, Dimensions, Metrics }] = written._aws.CloudWatchMetrics;
  const alarm = all('AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName === 'onramp-grants-failed');
  expect(alarm).toMatchObject({ Namespace, MetricName: Metrics[0].Name });
  const looked = alarm?.['Dimensions'].map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]);
  expect(looked.sort()).toEqual(Dimensions[0].map((name: string) => [name, written[name]]).sort());
});

test('what runs have seen is encrypted with a key of its own, logged, and gone after a day', () => {
  const bucket = all('AWS::S3::Bucket').find(({ LoggingConfiguration }) => LoggingConfiguration !== undefined);
  expect(bucket).toMatchObject({
    LoggingConfiguration: { LogFilePrefix: 'observation-access/' },
    LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1, Status: 'Enabled' }] },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
  });
  expect(bucket?.['VersioningConfiguration']).toBeUndefined();
  expect(JSON.stringify(bucket?.['BucketEncryption'])).toContain('aws:kms');
});
