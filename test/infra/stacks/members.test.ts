/** What the hub may do in a member account, and who may be the hub. */

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type Purpose, sessionPolicyFor } from '#aws/session-policy.ts';
import { MEMBER_VERSION, MEMBER_VERSION_TAG } from '#contracts/names.ts';
import { CONSUMER, HUB, ORGANIZATION, PRODUCER } from '../../support/policies.ts';
import {
  eventsTemplate,
  first,
  lazily,
  producerTemplate,
  readable,
  sampleDeployment,
} from '../../support/templates.ts';

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

const KEY = `arn:aws:kms:ap-northeast-1:${PRODUCER}:key/1234`;
const withKey = lazily(() => Template.fromStack(first(sampleDeployment({ key: KEY }).roles)));

function role(name: 'Reader' | 'Operator' | 'Storage', template = producerTemplate()) {
  return template.toJSON()['Resources'][name]?.Properties;
}

function statements(name: Parameters<typeof role>[0], template?: Template): Statement[] {
  return role(name, template).Policies[0].PolicyDocument.Statement.map(readable);
}

function actions(name: Parameters<typeof role>[0]): string[] {
  return statements(name).flatMap((statement) => statement.Action);
}

/** One line a statement: what a reviewer of a permission change wants to see. */
function lines(template: Template): string {
  const roles = ['Reader', 'Operator', 'Storage'] as const;
  const text = roles.map((name) => {
    const each = statements(name, template).map(({ Sid, Action, Resource, Condition }) =>
      [`  ${Sid}`, ...Action.map((a) => `    ${a}`), ...Resource.map((r) => `    on ${r}`)]
        .concat(Condition ? [`    if ${JSON.stringify(Condition)}`] : [])
        .join('\n'),
    );
    return `${name}\n${each.join('\n')}`;
  });
  return `${text.join('\n')}\n`;
}

test('the roles may do exactly this', async () => {
  await expect(lines(producerTemplate())).toMatchFileSnapshot('./iam/member-roles.txt');
});

test('no action is a wildcard', () => {
  for (const name of ['Reader', 'Operator', 'Storage'] as const) {
    for (const action of actions(name)) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
  }
});

/**
 * Of AWS's service authorization reference: these know no resource (Organizations: none that is known beforehand; the
 * catalog's encryption: not until lately).
 */
const WITHOUT_RESOURCE =
  /^(lakeformation:|organizations:|glue:(GetDataCatalogEncryptionSettings|GetCrawlers|ListWorkflows)$|iam:ListRoles$|ram:(CreateResourceShare|GetResourceShare\w*|ListResources)$)/;

test('everything is a resource only where AWS knows none', () => {
  for (const name of ['Reader', 'Operator', 'Storage'] as const) {
    const wide = statements(name).filter(({ Resource }) => Resource.includes('*'));
    for (const action of wide.flatMap(({ Action }) => Action)) expect(action).toMatch(WITHOUT_RESOURCE);
  }
});

test('the reader writes nothing', () => {
  for (const action of actions('Reader')) expect(action).toMatch(/:(Get|List|Search)/);
});

test('only the storage role writes bucket and key policies, and of the product bucket only', () => {
  const writes = (name: string) => /^(s3|kms):(Put|Delete)/.test(name);
  expect([...actions('Reader'), ...actions('Operator')].filter(writes)).toEqual([]);
  expect(statements('Storage')).toEqual([
    {
      Sid: 'BucketPolicies',
      Effect: 'Allow',
      Action: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:GetEncryptionConfiguration'],
      Resource: ['arn:<Partition>:s3:::cur-export'],
    },
  ]);
});

test('nobody may write a role, read an object or assume another role', () => {
  const all = (['Reader', 'Operator', 'Storage'] as const).flatMap(actions);
  expect(all.filter((action) => /^(sts:|iam:(?!Get|List)|s3:GetObject|kms:Decrypt)/.test(action))).toEqual([]);
});

test('a consumer without products of its own has no storage role', () => {
  const consumer = sampleDeployment().roles.find((stack) => stack.account === CONSUMER);
  expect(consumer && role('Storage', Template.fromStack(consumer))).toBeUndefined();
});

test('a key is written by ARN', () => {
  const written = statements('Storage', withKey()).at(-1);
  expect(written).toMatchObject({ Action: ['kms:GetKeyPolicy', 'kms:PutKeyPolicy'], Resource: [KEY] });
});

describe('trust', () => {
  const caller = (purpose: string) => `arn:<Partition>:iam::${HUB}:role/onramp/onramp-hub-${purpose}`;

  test.each([
    ['Reader', ['on-event', 'walk', 'plan']],
    ['Operator', ['walk']],
    ['Storage', ['walk']],
  ] as const)('%s: the hub account, in our organization, as one of %j', (name, purposes) => {
    expect(readable(role(name).AssumeRolePolicyDocument)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Hub',
          Effect: 'Allow',
          Principal: { AWS: `arn:<Partition>:iam::${HUB}:root` },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION },
            ArnLike: { 'aws:PrincipalArn': purposes.map(caller) },
          },
        },
      ],
    });
  });
});

test('name, path, boundary and tags are what the account asks for', () => {
  const { Parameters, Conditions } = producerTemplate().toJSON();
  expect(Parameters.RolePath.Default).toBe('/onramp/');
  expect(Parameters.PermissionsBoundary.Default).toBe('');
  expect(Conditions.HasBoundary).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'PermissionsBoundary' }, ''] }] });
  expect(role('Operator')).toMatchObject({
    RoleName: 'onramp-operator',
    Path: { Ref: 'RolePath' },
    PermissionsBoundary: { 'Fn::If': ['HasBoundary', { Ref: 'PermissionsBoundary' }, { Ref: 'AWS::NoValue' }] },
  });
  expect(role('Operator').Tags).toContainEqual({ Key: MEMBER_VERSION_TAG, Value: MEMBER_VERSION });
});

describe.each([
  ['roles', producerTemplate],
  ['events', eventsTemplate],
])('the template of %s', (_name, template) => {
  test('fits a StackSet: under 51,200 bytes as CDK writes it', () => {
    expect(JSON.stringify(template().toJSON(), null, 1).length).toBeLessThan(51_200);
  });

  test('needs no bootstrap and has no assets', () => {
    const text = JSON.stringify(template().toJSON());
    for (const word of ['BootstrapVersion', 'cdk-bootstrap', 'cdk-hnb659fds', 'AssetParameters']) {
      expect(text).not.toContain(word);
    }
  });
});

describe('a stage cuts its role down: everything its session may do, its role may do', () => {
  /** Who could make databases is read only where the policy asks: test/aws/member-roles.test.ts has it. */
  const ROLE_OF: Record<Exclude<Purpose, 'identities'>, 'Reader' | 'Operator' | 'Storage'> = {
    observe: 'Reader',
    settings: 'Operator',
    'catalog-policy': 'Operator',
    exposure: 'Operator',
    share: 'Operator',
    accept: 'Operator',
    link: 'Operator',
    grant: 'Operator',
    location: 'Operator',
    tags: 'Operator',
    storage: 'Storage',
  };
  const place = {
    partition: 'aws',
    account: PRODUCER,
    region: 'ap-northeast-1',
    database: 'cur_org',
    bucket: 'cur-export',
  };

  test.each(Object.entries(ROLE_OF))('%s as %s', (purpose, name) => {
    const may = statements(name, withKey()).flatMap((each) => each.Action);
    const policy = JSON.parse(sessionPolicyFor({ ...place, key: KEY, purpose: purpose as Purpose }).text);
    const asked: string[] = policy.Statement.flatMap((statement: { Action: string[] }) => statement.Action);
    for (const action of asked) {
      const pattern = new RegExp(`^${action.replace('*', '.*')}$`);
      expect(
        may.some((allowed) => pattern.test(allowed)),
        `${name} lacks ${action}`,
      ).toBe(true);
    }
  });
});
