/** A new lake's foundation: least rights by name, nothing public, and nothing of Lake Formation's own documents. */

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { once } from '#runtime/once.ts';
import type { DataLakeFoundationProps } from '../../../infra/constructs/data-lake-foundation.ts';
import { DataLakeFoundation } from '../../../infra/constructs/data-lake-foundation.ts';
import { policySize } from '../../../infra/constructs/policy-size.ts';
import { FoundationStack } from '../../../infra/stacks/foundation-stack.ts';
import { readable, testApp } from '../../support/templates.ts';

/** As the article's lake is. */
const ARTICLE: DataLakeFoundationProps = {
  name: 'sales-lake',
  databases: ['kthr01'],
  encrypted: true,
  crawlerRoleName: 'AWSGlueServiceRoleDefaultDataLakeDataAccess',
  connections: ['kthr01-rds'],
  secrets: ['arn:aws:secretsmanager:ap-northeast-1:444444444444:secret:kthr01-AbCdEf'],
  workflows: ['kthr01'],
};

const whole = once(() => Template.fromStack(new FoundationStack(testApp(), 'sales-lake-foundation', ARTICLE)));
const plain = once(() =>
  Template.fromStack(new FoundationStack(testApp(), 'plain', { name: 'plain', databases: ['sales'] })),
);

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** Every statement of every role and policy, under the name of what has it. */
function statements(template: Template): readonly (readonly [string, readonly Statement[]])[] {
  const made = Object.values<{ Type: string; Properties: Record<string, unknown> }>(template.toJSON()['Resources']);
  return made.flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::IAM::Role' && Type !== 'AWS::IAM::ManagedPolicy') return [];
    const inline = (Properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
    const documents = [...inline.map(({ PolicyDocument }) => PolicyDocument), Properties['PolicyDocument'] ?? []];
    const name = String(Properties['RoleName'] ?? Properties['ManagedPolicyName']);
    return [[name, documents.flatMap((each) => (readable(each) as { Statement?: Statement[] }).Statement ?? [])]];
  });
}

function lines(template: Template): string {
  const text = statements(template).map(([name, each]) => {
    const said = each.map(({ Sid, Action, Resource, Condition }) =>
      [`  ${Sid}`, ...Action.map((a) => `    ${a}`), ...Resource.map((r) => `    on ${r}`)]
        .concat(Condition ? [`    if ${JSON.stringify(Condition)}`] : [])
        .join('\n'),
    );
    return `${name}\n${said.join('\n')}`;
  });
  return `${text.join('\n')}\n`;
}

test('roles and people may do exactly this', async () => {
  await expect(lines(whole())).toMatchFileSnapshot('./iam/foundation.txt');
});

/** Of AWS's service authorization reference: these know no resource. */
const WITHOUT_RESOURCE =
  /^(lakeformation:\w+|cloudwatch:PutMetricData|ec2:Describe\w+|athena:List(WorkGroups|DataCatalogs)|glue:(GetCrawlers|ListWorkflows))$/;

describe.each([
  ['as the article has it', whole],
  ['the smallest', plain],
])('%s', (_, template) => {
  const all = () => statements(template()).flatMap(([, each]) => each);

  test('no action is a wildcard', () => {
    for (const action of all().flatMap(({ Action }) => Action)) expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
  });

  test('everything is a resource only where AWS knows none', () => {
    const wide = all().filter(({ Resource }) => Resource.includes('*'));
    for (const action of wide.flatMap(({ Action }) => Action)) expect(action).toMatch(WITHOUT_RESOURCE);
  });

  test('object actions are on objects, bucket actions on buckets', () => {
    for (const { Action, Resource } of all().filter(({ Action: [first] }) => first?.startsWith('s3:'))) {
      const onObjects = Action.every((action) => /Object|Multipart/.test(action));
      for (const arn of Resource) expect(arn.includes('/'), `${Action} on ${arn}`).toBe(onObjects);
    }
  });

  test('nobody makes a service-linked role, and roles are passed by name to one service', () => {
    const iam = all().filter(({ Action }) => Action.some((action) => action.startsWith('iam:')));
    for (const { Action, Resource, Condition } of iam) {
      expect(Action).toEqual(['iam:PassRole']);
      expect(Resource.join()).not.toContain('*');
      expect(JSON.stringify(Condition)).toContain('iam:PassedToService');
    }
  });

  test('buckets are private, versioned, kept, and reached by TLS only', () => {
    const buckets = Object.values(template().findResources('AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    for (const { Properties, DeletionPolicy } of buckets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    template().resourcePropertiesCountIs(
      'AWS::S3::BucketPolicy',
      {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          ]),
        },
      },
      2,
    );
  });

  test('queries write their results here, encrypted, and nowhere else', () => {
    template().hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: template === whole ? 'SSE_KMS' : 'SSE_S3' },
        },
      },
    });
  });

  test("none of Lake Formation's documents: they are merged, and CloudFormation replaces", () => {
    const types = Object.values<{ Type: string }>(template().toJSON()['Resources']).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::LakeFormation::'))).toEqual([]);
  });

  test('no ARN names a partition, and no bootstrap is needed', () => {
    const text = JSON.stringify(template().toJSON()).replaceAll(ARTICLE.secrets?.[0] ?? '', '');
    expect(text).not.toContain('arn:aws:');
    expect(text).not.toContain('cdk-hnb659fds');
  });
});

test('Lake Formation alone takes on the registration role, for this account and Region', () => {
  const role = Object.values(whole().findResources('AWS::IAM::Role')).find(
    ({ Properties }) => Properties.RoleName === 'sales-lake-registration',
  );
  expect(readable(role?.['Properties'].AssumeRolePolicyDocument)).toMatchObject({
    Statement: [
      {
        Principal: { Service: 'lakeformation.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:SetContext'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': '<AccountId>' },
          ArnLike: { 'aws:SourceArn': 'arn:<Partition>:lakeformation:<Region>:<AccountId>:*' },
        },
      },
    ],
  });
});

test('without connections and workflows there is nothing of networks and runs', () => {
  const crawler = statements(plain()).find(([name]) => name === 'AWSGlueServiceRole-plain');
  expect(crawler?.[1].map(({ Sid }) => Sid)).toEqual([
    'Data',
    'Catalog',
    'Objects',
    'Bucket',
    'Scripts',
    'Logs',
    'Metrics',
  ]);
});

/** What somebody may do, by Sid. */
function allowed(template: Template, suffix: string): Readonly<Record<string, Statement>> {
  const found = statements(template).find(([name]) => name.endsWith(suffix));
  return Object.fromEntries((found?.[1] ?? []).map((statement) => [statement.Sid, statement]));
}

test('whoever asks Athena sees the database `default`, and what is left of uploads of results', () => {
  const { Default, ResultsBucket } = allowed(plain(), '-readers');
  expect(Default?.Action).toEqual(['glue:GetDatabase', 'glue:GetDatabases']);
  expect(Default?.Resource.map((arn) => arn.split(':').at(-1))).toEqual(['catalog', 'database/default']);
  expect(ResultsBucket?.Action).toContain('s3:ListBucketMultipartUploads');
});

test('the role of a workflow grants on what it made and keeps its jobs going; without workflows it does not', () => {
  const { Grant, Temporary, PassItself } = allowed(whole(), 'DefaultDataLakeDataAccess');
  expect(Grant?.Action).toEqual(['lakeformation:GrantPermissions']);
  expect(Temporary?.Action).toContain('s3:PutObject');
  for (const arn of Temporary?.Resource ?? []) expect(arn).toMatch(/^arn:<Partition>:s3:::aws-glue-.*\/temporary\/\*$/);
  expect(PassItself).toBeDefined();
  expect(JSON.stringify(allowed(plain(), '-plain'))).not.toMatch(/GrantPermissions|PassRole|temporary/);
});

test('administrators make what begins with the names of workflows, as the crawler role; without them neither', () => {
  const { Build, PassCrawlerRole } = allowed(whole(), '-administrators');
  for (const thing of ['Workflow', 'Job', 'Crawler', 'Trigger']) {
    for (const verb of ['Create', 'Update', 'Delete']) expect(Build?.Action).toContain(`glue:${verb}${thing}`);
    expect(Build?.Resource).toContain(`arn:<Partition>:glue:<Region>:<AccountId>:${thing.toLowerCase()}/kthr01*`);
  }
  expect(PassCrawlerRole?.Resource).toEqual([expect.stringContaining('LakeCrawler')]);
  expect(Object.keys(allowed(plain(), '-administrators'))).not.toContain('Build');
  expect(Object.keys(allowed(plain(), '-administrators'))).not.toContain('PassCrawlerRole');
});

/** Whether the crawler role may do this to the lake's bucket or its objects, and use its key. */
function reaches(template: Template, action: string): boolean {
  const role = statements(template).find(([name]) => name.startsWith('AWSGlueServiceRole'));
  return (role?.[1] ?? []).some(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((arn) => /Lake(Bucket|Key)/.test(arn)),
  );
}

test("crawlers and jobs reach the lake's files: without Lake Formation's credentials, which they don't ask for", () => {
  for (const action of ['GetObject', 'PutObject', 'DeleteObject', 'ListBucket', 'GetBucketLocation'])
    for (const template of [whole(), plain()]) expect(reaches(template, `s3:${action}`), action).toBe(true);
  for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) expect(reaches(whole(), action), action).toBe(true);
});

test("crawlers that ask Lake Formation need nothing of the lake's files; jobs of workflows can't ask", () => {
  const lent = { name: 'lent', databases: ['sales'], files: 'lake-formation' as const };
  const template = Template.fromStack(new FoundationStack(testApp(), 'lent', lent));
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket']) expect(reaches(template, action)).toBe(false);
  const stack = new Stack(testApp(), 'jobs');
  expect(() => new DataLakeFoundation(stack, 'Lake', { ...lent, workflows: ['sales'] })).toThrow(/leave out files/);
});

test('a lake without databases is a mistake that is told at once', () => {
  const stack = new Stack(testApp(), 'empty');
  expect(() => new DataLakeFoundation(stack, 'Lake', { name: 'empty', databases: [] })).toThrow(
    /at least one database/,
  );
});

function lakeOf(props: Partial<DataLakeFoundationProps>): Template {
  return Template.fromStack(new FoundationStack(testApp(), 'lake', { ...ARTICLE, ...props }));
}

test.each([
  ['a name with a capital', { name: 'Sales' }, /at most 30 of a-z/],
  ['a name of 31 characters', { name: 'a'.repeat(31) }, /at most 30 of a-z/],
  ['no name', { name: '' }, /at most 30 of a-z/],
  ['a database with a capital', { databases: ['Sales'] }, /databases of sales-lake/],
  ['every database', { databases: ['*'] }, /databases of sales-lake/],
  ['a database without a name', { databases: ['sales', ''] }, /databases of sales-lake/],
  ['a role of 65 characters', { crawlerRoleName: 'a'.repeat(65) }, /the crawler role/],
])('%s is refused before anything is made', (_, props, message) => {
  expect(() => lakeOf(props)).toThrow(message);
});

const THIRTY = Array.from({ length: 30 }, (_, n) => `sales_department_${n}`);

test('policies that IAM would find too long are refused before anything is made, and say what to do', () => {
  expect(() => lakeOf({ databases: THIRTY })).toThrow(
    /administrators of sales-lake get \d+ characters of policy, and IAM takes 6144: name databases together, as in sales_\*/,
  );
});

test('twelve databases with long names are not too many', () => {
  expect(() => lakeOf({ databases: THIRTY.slice(0, 12) })).not.toThrow();
});

test('databases named together are as long as one', () => {
  const [administrators] = statements(lakeOf({ databases: ['sales_department_*'] })).slice(2);
  expect(administrators?.[1].flatMap(({ Resource }) => Resource)).toContain(
    'arn:<Partition>:glue:<Region>:<AccountId>:table/sales_department_*/*',
  );
});

test("a policy's length is told without white space, with ARNs as long as they can be", () => {
  expect(policySize({ Sid: 'a b' })).toBe('{"Sid":"ab"}'.length);
  const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', { Ref: 'AWS::AccountId' }]] };
  expect(policySize([arn])).toBe('["arn:aws-us-gov:444444444444"]'.length);
  expect(policySize([{ 'Fn::GetAtt': ['Bucket', 'Arn'] }])).toBe(118);
});

test('each bucket without an access log says why, and what is not logged', () => {
  const { foundation } = new FoundationStack(testApp(), 'lake', ARTICLE);
  const reasons = [foundation.bucket, foundation.results].map((bucket) =>
    JSON.stringify(bucket.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules')),
  );
  expect(reasons[0]).toMatch(/S1.*GetDataAccess/);
  expect(reasons[1]).toMatch(/S1.*StartQueryExecution/);
  for (const reason of reasons) expect(reason).toContain('logged nowhere');
});

test('the security rules find nothing that has no reason', () => {
  const app = testApp();
  new FoundationStack(app, 'sales-lake-foundation', ARTICLE);
  const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  expect(success).toBe(true);
});
