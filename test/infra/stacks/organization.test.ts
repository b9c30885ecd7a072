/** What a policy deploys whose audiences are written with parts of the organization, and what one without them does not. */

import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { OrganizationEnvSchema } from '#contracts/env.ts';
import { matchesPattern } from '../../support/event-pattern.ts';
import { deployedIn, first, readable, sampleDeployment, testApp } from '../../support/templates.ts';

const PARTS = { parts: ['organization'] };

type Properties = Record<string, ReturnType<typeof JSON.parse>>;
function all(template: Template, type: string): Properties[] {
  return Object.values(template.findResources(type)).map((resource) => resource['Properties']);
}
const hub = () => Template.fromStack(sampleDeployment(PARTS).hub);

test('without such audiences there is neither function nor role', () => {
  const { organization, hub: plain } = sampleDeployment({});
  expect(organization).toEqual([]);
  expect(JSON.stringify(Template.fromStack(plain).toJSON())).not.toContain('onramp-organization');
});

test("the management account's role reads, and lets in the hub's function and whoever plans, from the organization", () => {
  const stack = first(sampleDeployment(PARTS).organization);
  const template = Template.fromStack(stack);
  expect(stack.account).toBe('999999999999');
  const [role] = all(template, 'AWS::IAM::Role');
  expect(role?.['RoleName']).toBe('onramp-organization');
  const [statement] = role?.['Policies'][0].PolicyDocument.Statement ?? [];
  for (const action of statement.Action) expect(action).toMatch(/^organizations:(List|Describe)/);
  expect(readable(role?.['AssumeRolePolicyDocument'].Statement[0].Condition)).toEqual({
    StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
    ArnLike: {
      'aws:PrincipalArn': ['organization', 'plan'].map(
        (purpose) => `arn:<Partition>:iam::333333333333:role/onramp/onramp-hub-${purpose}`,
      ),
    },
  });
  // Fit for an account that CDK never saw.
  expect(JSON.stringify(template.toJSON())).not.toContain('bootstrap');
});

test('the function is woken by a policy that was deployed, and by the schedule, and has the variables that it parses', () => {
  const template = hub();
  const [id] = Object.entries(template.findResources('AWS::Lambda::Function')).flatMap(([key, { Properties }]) =>
    Properties.FunctionName === 'onramp-organization' ? [key] : [],
  );
  const rules = all(template, 'AWS::Events::Rule').filter(({ Targets }) =>
    JSON.stringify(Targets).includes(String(id)),
  );
  expect(rules.map(({ Name }) => Name).sort()).toEqual(['onramp-deployed', 'onramp-organization', 'onramp-schedule']);
  const [fn] = all(template, 'AWS::Lambda::Function').filter(
    ({ FunctionName }) => FunctionName === 'onramp-organization',
  );
  expect(Object.keys(fn?.['Environment'].Variables).sort()).toEqual(Object.keys(OrganizationEnvSchema.shape).sort());
});

describe('events of the organization', () => {
  const moved = (changes: object = {}, detail: object = {}) => ({
    source: 'aws.organizations',
    account: '999999999999',
    region: 'us-east-1',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: { eventSource: 'organizations.amazonaws.com', eventName: 'MoveAccount', ...detail },
    ...changes,
  });
  const patterns = () => {
    const { events, hub: stack } = sampleDeployment(PARTS);
    const forwarding = events.filter(({ stackName }) => stackName === 'onramp-organization-events');
    return [Template.fromStack(first(forwarding)), Template.fromStack(stack)].map((template) => {
      const rules = all(template, 'AWS::Events::Rule').filter(({ Name }) => /organization$/.test(Name));
      return rules[0]?.['EventPattern'];
    });
  };

  test.each([
    ['a move', {}, {}],
    ['a join', { 'detail-type': 'AWS Service Event via CloudTrail' }, { eventName: 'AccountJoinedOrganization' }],
    ['a join under the other type', {}, { eventName: 'AccountJoinedOrganization' }],
    [
      'a departure',
      { 'detail-type': 'AWS Service Event via CloudTrail' },
      { eventName: 'AccountDepartedOrganization' },
    ],
  ])('%s is forwarded by the management account, and wakes', (_what, changes, detail) => {
    for (const pattern of patterns()) expect(matchesPattern(pattern, moved(changes, detail))).toBe(true);
  });

  test('of any other account they are nothing, whatever their body says', () => {
    const event = moved({ account: '222222222222' }, { userIdentity: { accountId: '999999999999' } });
    for (const pattern of patterns()) expect(matchesPattern(pattern, event)).toBe(false);
  });

  test('are forwarded from where they are told, by a role beside the one of that Region', () => {
    const { events } = sampleDeployment(PARTS);
    const stack = first(events.filter(({ stackName }) => stackName === 'onramp-organization-events'));
    expect([stack.account, stack.region]).toEqual(['999999999999', 'us-east-1']);
    expect(all(Template.fromStack(stack), 'AWS::IAM::Role')[0]?.['RoleName']).toBe('onramp-forwarder-organization');
  });
});

test('it may become that role only, and write nothing of the hub but policies and the ledger', () => {
  const rights = all(hub(), 'AWS::IAM::Policy').filter(({ Roles }) => Roles[0].Ref.startsWith('OrganizationRole'));
  const statements = rights.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) as Properties[];
  const assume = statements.find(({ Action }) => [Action].flat().includes('sts:AssumeRole'));
  expect(readable([assume?.['Resource']].flat())).toEqual(['arn:<Partition>:iam::*:role/onramp/onramp-organization']);
  const puts = statements.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
  expect(puts.map(({ Resource }) => readable(Resource))).toEqual([expect.stringMatching(/\/policies\/\*$/)]);
});

test('who is in the organization comes and goes: its bus asks for organization and role, not for a list of accounts', () => {
  const [policy] = all(hub(), 'AWS::Events::EventBusPolicy');
  expect(policy?.['Statement'].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' });
});

test('the security rules find nothing that has no reason', () => {
  const app = testApp();
  deployedIn(app, PARTS);
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
});
