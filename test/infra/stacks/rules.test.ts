/** Which recorded event is forwarded to the hub, which wakes it, and which does neither. */

import { readFileSync } from 'node:fs';
import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { EnvelopeSchema } from '#contracts/events.ts';
import { once } from '#runtime/once.ts';
import { matchesPattern } from '../../support/event-pattern.ts';
import { CONSUMER, HUB, PRODUCER } from '../../support/policies.ts';
import { eventsTemplate, first, hubTemplate, readable, sampleDeployment } from '../../support/templates.ts';

function event(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../fixtures/events/${name}.json`, import.meta.url), 'utf8'));
}

const BYSTANDER = '555555555555';

/** A policy whose rules about the producer name workflows; those about the consumer name crawlers. */
const tagged = once(() => {
  const open = { index: 0, region: 'ap-northeast-1', database: null, table: null, column: null, prefix: null };
  const rest = { parameters: {}, classification: null, on: 'tables', assign: {}, apply: 'enforce' } as const;
  const rules = [
    { ...open, ...rest, account: PRODUCER, workflow: 'kthr01*', crawler: null },
    { ...open, ...rest, account: CONSUMER, workflow: null, crawler: 'raw-*' },
  ];
  const deployed = sampleDeployment({
    consumers: [CONSUMER, BYSTANDER],
    tags: { catalogs: [], keys: [], rules, grants: [] },
  });
  const of = (account: string) => deployed.events.find((stack) => stack.stackName.includes(account));
  const template = (stack: Stack | undefined) => Template.fromStack(first(stack === undefined ? [] : [stack]));
  return {
    hub: Template.fromStack(deployed.hub),
    workflows: template(of(PRODUCER)),
    crawlers: template(of(CONSUMER)),
    neither: template(of(BYSTANDER)),
  };
});

/** Names of the rules an event matches. */
function matching(template: Template, name: string): string[] {
  const rules = Object.values(template.findResources('AWS::Events::Rule')).map((rule) => rule['Properties']);
  const found = rules.filter(({ EventPattern }) => EventPattern && matchesPattern(EventPattern, event(name)));
  return found.map(({ Name }) => String(Name));
}

/** Event → the rule it wakes the hub by. */
const WAKING: [string, string][] = [
  ['crawler-succeeded', 'crawlers'],
  ['database-created', 'databases'],
  ['table-created', 'databases'],
  ['table-updated', 'tables'],
  ['database-updated', 'updates'],
  ['share-associated', 'sharing'],
  ['share-invitation', 'sharing'],
];

/** Nothing that lasts has changed, or nobody listens yet. */
const QUIET = [
  'crawler-started',
  'crawler-failed',
  'partition-created',
  'job-succeeded',
  'grant-by-hand',
  'workflow-started',
];

test.each([...WAKING.map(([name]) => name), ...QUIET, 'scheduled'])('%s has the envelope of AWS', (name) => {
  expect(EnvelopeSchema.safeParse(event(name)).success).toBe(true);
});

describe.each(WAKING)('%s', (name, rule) => {
  test(`is forwarded by exactly one rule`, () => {
    expect(matching(eventsTemplate(), name)).toEqual([`onramp-forward-${rule}`]);
  });

  test(`wakes the hub once`, () => {
    expect(matching(hubTemplate(), name)).toEqual([`onramp-${rule}`]);
  });
});

test.each(QUIET)('%s is neither forwarded nor does it wake the hub', (name) => {
  expect(matching(eventsTemplate(), name)).toEqual([]);
  expect(matching(hubTemplate(), name)).toEqual([]);
});

describe('where tag rules name workflows or crawlers (G-E2, G-E3)', () => {
  test.each([
    ['job-succeeded', 'jobs', ['workflows']],
    ['crawler-failed', 'crawlers', ['workflows', 'crawlers']],
    ['crawler-succeeded', 'crawlers', ['workflows', 'crawlers', 'neither']],
  ] as const)('%s is forwarded from where it counts and from nowhere else, and wakes the hub', (name, rule, where) => {
    for (const account of ['workflows', 'crawlers', 'neither'] as const) {
      const counts = (where as readonly string[]).includes(account);
      expect(matching(tagged()[account], name)).toEqual(counts ? [`onramp-forward-${rule}`] : []);
    }
    expect(matching(tagged().hub, name)).toEqual([`onramp-${rule}`]);
  });

  test('a crawler that started, and a start of a workflow, still wake nobody', () => {
    for (const name of ['crawler-started', 'workflow-started']) {
      expect(matching(tagged().workflows, name)).toEqual([]);
      expect(matching(tagged().hub, name)).toEqual([]);
    }
  });

  test('both sides have the same patterns: nobody pays for an event that the hub drops', () => {
    const patterns = (template: Template) =>
      Object.values(template.findResources('AWS::Events::Rule', byPattern)).map(({ Properties }) =>
        JSON.stringify(Properties.EventPattern, (_, value) => (isRecord(value) ? sorted(value) : value)),
      );
    const hub = patterns(tagged().hub);
    for (const pattern of patterns(tagged().workflows)) expect(hub).toContain(pattern);
    // EventBridge takes patterns of 4,096 characters.
    for (const pattern of hub) expect(pattern.length).toBeLessThan(4096);
  });
});

/** Rules that a pattern wakes; the schedule has none. */
const byPattern = { Properties: { EventPattern: Match.anyValue() } };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("a new policy wakes the hub, but only as the hub's own event: members may put events on its bus too", () => {
  expect(event('policy-changed')).toMatchObject({ account: HUB });
  expect(matching(hubTemplate(), 'policy-changed')).toEqual(['onramp-policy']);
  expect(matching(hubTemplate(), 'policy-changed-forged')).toEqual([]);
  expect(matching(eventsTemplate(), 'policy-changed')).toEqual([]);
});

test("the schedule wakes the hub, on its own account's default bus: EventBridge has scheduled rules on no other", () => {
  const scheduled = { Properties: { ScheduleExpression: Match.anyValue() } };
  const [rule, ...more] = Object.values(hubTemplate().findResources('AWS::Events::Rule', scheduled));
  expect(more).toEqual([]);
  expect(rule?.['Properties']).toMatchObject({ Name: 'onramp-schedule', ScheduleExpression: 'rate(1 hour)' });
  expect(rule?.['Properties']).not.toHaveProperty('EventBusName');
  expect(rule?.['Properties']).not.toHaveProperty('EventPattern');
  expect(matching(hubTemplate(), 'scheduled')).toEqual([]);
  expect(matching(eventsTemplate(), 'scheduled')).toEqual([]);
});

test('a policy without a schedule has no such rule', () => {
  const template = Template.fromStack(sampleDeployment({ reconcile: null }).hub);
  const names = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties.Name);
  expect(names).not.toContain('onramp-schedule');
  expect(names).toContain('onramp-policy');
});

test('our own alerts wake nobody', () => {
  expect(matching(hubTemplate(), 'access-failed')).toEqual([]);
});

test('what is forwarded goes to the hub, with the role that a target in another account needs', () => {
  const rules = Object.values(eventsTemplate().findResources('AWS::Events::Rule')).map((rule) => rule['Properties']);
  expect(rules).toHaveLength(5);
  for (const { Targets } of rules) {
    expect(readable(Targets)).toEqual([
      {
        Id: 'hub',
        Arn: `arn:<Partition>:events:ap-northeast-1:${HUB}:event-bus/onramp-hub`,
        RoleArn: '<Forwarder.Arn>',
      },
    ]);
  }
});

test('the forwarder may put events on that bus, and EventBridge of its own account may use it', () => {
  const role = eventsTemplate().toJSON()['Resources'].Forwarder.Properties;
  expect(readable(role.Policies[0].PolicyDocument.Statement)).toEqual([
    {
      Effect: 'Allow',
      Action: ['events:PutEvents'],
      Resource: `arn:<Partition>:events:ap-northeast-1:${HUB}:event-bus/onramp-hub`,
    },
  ]);
  expect(readable(role.AssumeRolePolicyDocument.Statement)).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': '<AccountId>' } },
    },
  ]);
});

test('a rule of the hub keeps trying for a day and then keeps the event (G-E10)', () => {
  for (const rule of Object.values(hubTemplate().findResources('AWS::Events::Rule'))) {
    const [target] = rule['Properties'].Targets;
    expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 });
    expect(readable(target.DeadLetterConfig.Arn)).toMatch(/^<EventsDeadLetters/);
    expect(readable(target.Arn)).toMatch(/^<OnEventFunction/);
  }
});

test('a consumer forwards the same as a producer', () => {
  expect(matching(eventsTemplate(), 'share-associated')).toEqual(['onramp-forward-sharing']);
  expect(event('share-associated')).toMatchObject({ account: CONSUMER });
});
