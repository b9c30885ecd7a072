/** What the hub may do in a member account, and who may be the hub. */

import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { MEMBER_VERSION, MEMBER_VERSION_TAG } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { once } from '#runtime/once.ts';
import { deployment } from '../../../infra/deployment.ts';
import { CONSUMER, HUB, ORGANIZATION, PRODUCER, samplePolicy } from '../../support/policies.ts';
import { SESSIONS } from '../../support/sessions.ts';
import {
  eventsTemplate,
  first,
  producerTemplate,
  readable,
  sampleDeployment,
  testApp,
} from '../../support/templates.ts';

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

const KEY = `arn:aws:kms:ap-northeast-1:${PRODUCER}:key/1234`;
const withKey = once(() => Template.fromStack(first(sampleDeployment({ key: KEY }).roles)));
const REGISTRATION = `arn:aws:iam::${PRODUCER}:role/lake/registration`;

/** The producer's roles under a policy that asks for all there is: tags, locations of both kinds, and who makes databases. */
function wholeDeployment(app = testApp()) {
  const { document, policy } = samplePolicy({ key: KEY });
  const [product] = policy.products;
  if (!product) throw new Error('the sample policy has a product');
  const registered = (name: string, registration: string) => ({
    ...product,
    name,
    storage: { ...product.storage, access: 'lake-formation' as const, registration },
  });
  const asked: Policy = {
    ...policy,
    settings: { ...policy.settings, defaults: 'off', createDatabase: 'revoke' },
    products: [registered('own', REGISTRATION), registered('linked', 'service-linked')],
    tags: { catalogs: [{ account: PRODUCER, region: 'ap-northeast-1' }], keys: [], rules: [], grants: [] },
  };
  return deployment(app, { document, policy: asked });
}
const whole = once(() => Template.fromStack(first(wholeDeployment().roles)));

function role(name: 'Reader' | 'Operator' | 'Storage', template = producerTemplate()) {
  return template.toJSON()['Resources'][name]?.Properties;
}

function statements(name: Parameters<typeof role>[0], template?: Template): Statement[] {
  return role(name, template).Policies[0].PolicyDocument.Statement.map(readable);
}

function actions(name: Parameters<typeof role>[0], template?: Template): string[] {
  return statements(name, template).flatMap((statement) => statement.Action);
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

test('and where the policy asks for all there is, exactly this', async () => {
  await expect(lines(whole())).toMatchFileSnapshot('./iam/member-roles-whole.txt');
});

const BOTH: readonly (readonly [string, () => Template])[] = [
  ['sharing alone', producerTemplate],
  ['all there is', whole],
];

test.each(BOTH)('no action is a wildcard: %s', (_, template) => {
  for (const name of ['Reader', 'Operator', 'Storage'] as const) {
    for (const action of actions(name, template())) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
  }
});

/**
 * Of AWS's service authorization reference: these know no resource (Organizations: none that is known beforehand; the
 * catalog's encryption: not until lately).
 */
const WITHOUT_RESOURCE =
  /^(lakeformation:|organizations:|glue:(GetDataCatalogEncryptionSettings|GetCrawlers|ListWorkflows)$|iam:(List(Roles|Users)|GetAccountAuthorizationDetails)$|ram:(CreateResourceShare|GetResourceShare\w*|ListResources)$)/;

test.each(BOTH)('everything is a resource only where AWS knows none: %s', (_, template) => {
  for (const name of ['Reader', 'Operator', 'Storage'] as const) {
    const wide = statements(name, template()).filter(({ Resource }) => Resource.includes('*'));
    for (const action of wide.flatMap(({ Action }) => Action)) expect(action).toMatch(WITHOUT_RESOURCE);
  }
});

test.each(BOTH)('the reader writes nothing: %s', (_, template) => {
  for (const action of actions('Reader', template()))
    expect(action).toMatch(/:(Get|List|Search|Describe)|^kms:Decrypt$/);
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
  const all = (['Reader', 'Operator', 'Storage'] as const).flatMap((name) => actions(name));
  expect(all.filter((action) => /^(sts:|iam:(?!Get|List)|s3:GetObject)/.test(action))).toEqual([]);
});

test.each(BOTH)('keys of catalogs are used through Glue only: %s', (_, template) => {
  const uses = (action: string) => /^kms:(Decrypt|Encrypt|GenerateDataKey)/.test(action);
  const using = (['Reader', 'Operator', 'Storage'] as const).flatMap((name) =>
    statements(name, template()).filter(({ Action }) => Action.some(uses)),
  );
  expect(using).toHaveLength(2);
  for (const { Resource, Condition } of using) {
    expect(Resource).toEqual([`arn:<Partition>:kms:*:${PRODUCER}:key/*`]);
    expect(Condition).toEqual({
      StringLike: { 'kms:ViaService': ['glue.*.amazonaws.com', 'glue.*.amazonaws.com.cn'] },
    });
  }
});

test('where locations are registered, roles are passed by name to Lake Formation, whose own role alone is written', () => {
  const own = 'arn:<Partition>:iam::<AccountId>:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleFor';
  const iam = statements('Operator', whole()).filter(({ Action }) => Action.some((each) => each.startsWith('iam:')));
  expect(iam).toEqual([
    expect.objectContaining({
      Action: ['iam:PassRole'],
      Resource: [REGISTRATION],
      Condition: { StringEquals: { 'iam:PassedToService': 'lakeformation.amazonaws.com' } },
    }),
    expect.objectContaining({
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: [`${own}LakeFormationDataAccess`],
      Condition: { StringEquals: { 'iam:AWSServiceName': 'lakeformation.amazonaws.com' } },
    }),
    expect.objectContaining({ Action: ['iam:PutRolePolicy'], Resource: [`${own}LakeFormationDataAccess`] }),
  ]);
});

test('the security rules find nothing that has no reason where the policy asks for all there is', () => {
  const app = testApp();
  wholeDeployment(app);
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
});

test('without tags and locations in the policy there are no rights for them', () => {
  const beyond = /LFTag|RegisterResource|Workflow|GetCrawlers|iam:(Pass|Put|Create)|User/;
  for (const name of ['Reader', 'Operator'] as const) {
    expect(actions(name).filter((action) => beyond.test(action))).toEqual([]);
    expect(actions(name, whole()).filter((action) => beyond.test(action)).length).toBeGreaterThan(5);
  }
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
    ['Reader', ['on-event', 'reconcile', 'plan']],
    ['Operator', ['reconcile']],
    ['Storage', ['reconcile']],
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
  ['roles where the policy asks for all there is', whole],
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

test.each(SESSIONS)('a session cuts its role down: all that one for %s may do, its role may do', (_, session) => {
  const place = { partition: 'aws', account: PRODUCER, region: 'ap-northeast-1', database: 'cur_org' };
  const named = { bucket: 'cur-export', registrationRole: REGISTRATION, key: KEY };
  const may = statements(session.role, whole()).flatMap((each) => each.Action);
  const policy = JSON.parse(session.policy({ ...place, ...named }).text);
  const asked: string[] = policy.Statement.flatMap((statement: { Action: string[] }) => statement.Action);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((action) => !may.includes(action))).toEqual([]);
});
