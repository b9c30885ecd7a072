/** The same app for other partitions, more accounts, and several hubs. */

import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { dataRegions } from '../../../infra/accounts.ts';
import { CONSUMER, PRODUCER, samplePolicy } from '../../support/policies.ts';
import { deployedIn, first, sampleDeployment, testApp } from '../../support/templates.ts';

test('the security rules find nothing that has no reason', () => {
  const app = testApp();
  deployedIn(app, { key: `arn:aws:kms:ap-northeast-1:${PRODUCER}:key/1234` });
  const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);
  const found = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}`),
  );
  expect(found).toEqual([]);
  expect(success).toBe(true);
});

test('every accepted finding of the security rules has a reason', () => {
  const app = testApp();
  deployedIn(app, {});
  const reasons = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules'))
    .map(({ data }) => JSON.stringify(data));
  expect(reasons.length).toBeGreaterThan(10);
  for (const reason of reasons) expect(reason).not.toMatch(/"reason":"\s*"/);
});

test.each([
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
])('partition %s: no ARN names another', (partition, region) => {
  const { hub, roles, events } = sampleDeployment({ partition, region });
  for (const stack of [hub, first(roles), first(events)]) {
    const text = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(text, stack.stackName).not.toContain('arn:aws:');
    expect(text, stack.stackName).toContain('AWS::Partition');
  }
});

test('three consumers are three accounts with their stacks (G-E8)', () => {
  const consumers = ['222222222221', '222222222222', '222222222223'];
  const { roles, events } = sampleDeployment({ consumers });
  expect(roles.map(({ stackName }) => stackName)).toEqual([
    'onramp-member-111111111111',
    ...consumers.map((id) => `onramp-member-${id}`),
  ]);
  expect(events.map(({ stackName }) => stackName)).toContain('onramp-events-222222222223-ap-northeast-1');
});

describe('two hubs in one organization', () => {
  test('share no name of a stack, bus, rule, role, function, machine, log group or alarm', () => {
    const app = testApp();
    const one = deployedIn(app, { namespace: 'onramp' });
    const two = deployedIn(app, { namespace: 'trial' });
    const names = (made: typeof one) =>
      [made.hub, ...made.roles, ...made.events].flatMap((stack) => [
        stack.stackName,
        ...Object.values(Template.fromStack(stack).toJSON()['Resources']).flatMap(namesOf),
      ]);
    const taken = new Set(names(one));
    expect(taken.size).toBeGreaterThan(30);
    expect(names(two).filter((name) => taken.has(name))).toEqual([]);
  });
});

/** Names that are one per account or Region. */
const NAMES = ['Name', 'RoleName', 'FunctionName', 'StateMachineName', 'LogGroupName', 'AlarmName', 'DashboardName'];

function namesOf(resource: unknown): string[] {
  const { Type, Properties } = resource as { Type: string; Properties: Record<string, unknown> };
  return NAMES.flatMap((name) => (typeof Properties?.[name] === 'string' ? [`${Type} ${Properties[name]}`] : []));
}

describe('Regions of an account', () => {
  const { policy } = samplePolicy();

  test("are the hub's, unless it lists others", () => {
    expect(dataRegions(policy, CONSUMER)).toEqual(['ap-northeast-1']);
    const accounts = [{ name: 'analytics', id: CONSUMER, regions: ['eu-west-1'] }];
    expect(dataRegions({ ...policy, accounts, products: [] }, CONSUMER)).toEqual(['eu-west-1']);
  });

  test('always include those of the products it makes or reads', () => {
    const products = policy.products.map((product) => ({ ...product, region: 'us-east-1' }));
    expect(dataRegions({ ...policy, products }, CONSUMER)).toEqual(['ap-northeast-1', 'us-east-1']);
    expect(dataRegions({ ...policy, products }, PRODUCER)).toEqual(['ap-northeast-1', 'us-east-1']);
  });
});
