import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { answered } from '#core/events/lookups.ts';
import { route } from '#core/events/route.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, productInput, REGION } from '../policy/documents.ts';
import {
  callEvent,
  crawlerEvent,
  databaseEvent,
  eventOf,
  jobEvent,
  publish,
  sharingEvent,
  tableEvent,
} from './events.ts';

const STRANGER = '888888888888';
const policy = policyOf({
  products: {
    cur: productInput(),
    sales: productInput({ database: 'Sales_DB', consumers: { link: 's', jobRoles: [{ match: 'role/data-jobs/x' }] } }),
    far: productInput({ region: 'us-east-1' }),
  },
});

const LOOKUP = { kind: 'crawler', crawler: 'cur-crawler', account: FINANCE, region: REGION } as const;

function ignored(event: unknown, given: Policy = policy): string {
  const answer = route(event, given);
  return answer.kind === 'ignore' ? answer.why : `not ignored: ${JSON.stringify(answer)}`;
}

describe('a crawler that finished', () => {
  test('is looked up, since its event names no database', () => {
    expect(route(crawlerEvent(), policy)).toEqual({ kind: 'lookup', scopes: [], lookups: [LOOKUP] });
  });

  test('leads to the database it fills, whatever the case of its name', () => {
    const found = (database: string) => answered(LOOKUP, { kind: 'crawler', database }, policy);
    expect(found('CUR_org')).toEqual({ kind: 'scopes', scopes: [publish('cur_org')] });
    expect(found('scratch').kind).toBe('ignore');
  });

  test.each([{ kind: 'unavailable' as const }, { kind: 'crawler' as const, database: null }])(
    'leads to every product database of its account and Region when it cannot be looked up or is gone: %s',
    (found) => {
      expect(answered(LOOKUP, found, policy)).toEqual({
        kind: 'scopes',
        scopes: [publish('cur_org'), publish('sales_db')],
      });
    },
  );

  test('counts only when it succeeded: READY or Failed is no success (G-E3)', () => {
    expect(ignored(crawlerEvent({ state: 'Started' }))).toContain('says Started');
    expect(ignored(crawlerEvent({ state: 'Failed', errorMessage: 'Internal Service Exception' }))).toContain('failed');
  });

  test('wakes nobody when its counters, which are strings, are all zero', () => {
    expect(ignored(crawlerEvent({ tablesCreated: '0' }))).toContain('changed no table');
  });

  test.each([
    ['a partition', { tablesCreated: '0', partitionsCreated: '3' }],
    ['an unreadable counter', { tablesCreated: 'N/A' }],
    ['an absent counter', { tablesCreated: undefined }],
    ['a counter that became a number', { tablesCreated: 2 }],
  ])('wakes for %s', (_, detail) => {
    expect(route(crawlerEvent(detail), policy).kind).toBe('lookup');
  });

  test("is ignored in accounts and Regions without a product's database", () => {
    expect(ignored(crawlerEvent({}, { account: ANALYTICS }))).toContain('no product');
    expect(ignored(crawlerEvent({}, { region: 'eu-west-1' }))).toContain('no product');
  });
});

describe('a change in a catalog', () => {
  test.each(['CreateDatabase', 'DeleteDatabase', 'CreateTable', 'DeleteTable', 'BatchDeleteTable'])(
    '%s in a product database is looked at',
    (change) => {
      expect(route(databaseEvent(change, 'Cur_Org'), policy)).toEqual({ kind: 'scopes', scopes: [publish('cur_org')] });
    },
  );

  test('a table that was updated is looked at; the ARNs in resources are never read', () => {
    expect(route(tableEvent('UpdateTable', 'cur_org'), policy)).toEqual({
      kind: 'scopes',
      scopes: [publish('cur_org')],
    });
  });

  test.each([
    'CreatePartition',
    'BatchCreatePartition',
    'UpdatePartition',
    'DeletePartition',
    'BatchUpdatePartition',
    'BatchDeletePartition',
  ])('%s changes no access path', (change) => {
    expect(ignored(tableEvent(change, 'cur_org'))).toContain('partitions change no access');
  });

  test('our own links in consumers wake nobody (G-E4)', () => {
    expect(ignored(databaseEvent('CreateDatabase', 'cur_org_linked', { account: ANALYTICS }))).toContain(
      "no product's database",
    );
    expect(ignored(databaseEvent('CreateDatabase', 'cur_org', { account: ANALYTICS }))).toContain(
      "no product's database",
    );
  });

  test('a database of a name we know in another Region is another database', () => {
    expect(ignored(databaseEvent('CreateTable', 'sales_db', { region: 'us-east-1' }))).toContain(
      "no product's database",
    );
  });
});

describe('a RAM share that changed', () => {
  test('makes its consumer look, in the Region of the event (G-R16)', () => {
    const scopes = [{ half: 'onboard', account: ANALYTICS, region: REGION }];
    const event = { event: 'Resource Share Invitation', status: 'pending' };
    expect(route(sharingEvent(event, { account: ANALYTICS }), policy)).toEqual({ kind: 'scopes', scopes });
    expect(route(sharingEvent({}, { account: ANALYTICS }), policy)).toEqual({ kind: 'scopes', scopes });
    expect(ignored(sharingEvent({}, { account: ANALYTICS, region: 'eu-west-1' }))).toContain('no consumer');
  });

  test('makes its owner look only when sharing failed (G-R13); the rest is the echo of our own grants', () => {
    const association = (status: string) => sharingEvent({ event: 'Resource Share Association', status });
    expect(route(association('failed'), policy)).toEqual({
      kind: 'scopes',
      scopes: [publish('cur_org'), publish('sales_db')],
    });
    expect(ignored(association('associated'))).toContain('no consumer');
  });

  test('is nothing to an account that the policy does not name', () => {
    expect(ignored(sharingEvent({ status: 'failed' }, { account: STRANGER }))).toContain('no consumer');
  });
});

describe('a policy that changed', () => {
  const changed = (account: string) =>
    eventOf({ source: 'onramp.hub', type: 'Onramp Policy Changed', account, detail: { hash: 'a'.repeat(64) } });

  test('makes every product be published', () => {
    const scopes = [publish('cur_org'), publish('sales_db'), publish('cur_org', FINANCE, 'us-east-1')];
    const answer = route(changed(HUB), policy);
    expect(answer).toEqual({ kind: 'scopes', scopes: expect.arrayContaining(scopes) });
    expect(answer.kind === 'scopes' && answer.scopes).toHaveLength(3);
  });

  test('makes what only the policy before was about be reconciled once more, in both halves', () => {
    const detail = {
      hash: 'a'.repeat(64),
      gone: [{ account: FINANCE, region: REGION, database: 'left_db' }],
      left: [{ account: STRANGER, region: REGION }],
    };
    const event = eventOf({ source: 'onramp.hub', type: 'Onramp Policy Changed', account: HUB, detail });
    const answer = route(event, policy);
    const ended = [publish('left_db'), { half: 'onboard', account: STRANGER, region: REGION }];
    expect(answer).toEqual({ kind: 'scopes', scopes: expect.arrayContaining(ended) });
  });

  test('is heard from the hub only', () => {
    expect(ignored(changed(FINANCE))).toContain('only the hub');
  });
});

describe('the schedule', () => {
  const scheduled = (account: string) =>
    eventOf({ source: 'aws.events', type: 'Scheduled Event', account, detail: {} });

  test('leads to every producer and to every consumer, whatever event was lost (G-E1, G-R16)', () => {
    const places = [FINANCE, ANALYTICS].flatMap((account) =>
      [REGION, 'us-east-1'].map((region) => ({ half: 'survey', account, region })),
    );
    const answer = route(scheduled(HUB), policy);
    expect(answer).toEqual({ kind: 'scopes', scopes: expect.arrayContaining(places) });
    expect(answer.kind === 'scopes' && answer.scopes).toHaveLength(4);
  });

  test('is that of the hub only', () => {
    expect(ignored(scheduled(FINANCE))).toContain('only the hub');
  });

  test('leads to nothing where the policy is about nothing', () => {
    expect(ignored(scheduled(HUB), policyOf({ products: {} }))).toContain('no database');
  });
});

describe('law 8: the envelope decides the account', () => {
  test("never the detail's", () => {
    expect(ignored(crawlerEvent({ accountId: FINANCE }, { account: STRANGER }))).toContain(STRANGER);
    const lookups = [LOOKUP];
    expect(route(crawlerEvent({ accountId: STRANGER }), policy)).toEqual({ kind: 'lookup', scopes: [], lookups });
  });
});

describe('what is no event of ours', () => {
  test.each([
    [
      'an unknown source',
      eventOf({ source: 'aws.ec2', type: 'EC2 Instance State-change Notification', detail: {} }),
      /source "aws.ec2"/,
    ],
    ['an unknown type', eventOf({ type: 'Glue Job Run Status', detail: {} }), /detail-type "Glue Job Run Status"/],
    ['a job without a name', jobEvent({ jobName: undefined }), /jobName/],
    ['a job whose name is a number', jobEvent({ jobName: 7 }), /jobName/],
    ['a call of another service', callEvent({ eventSource: 's3.amazonaws.com' }), /eventSource/],
    ['a call whose parameters are text', callEvent({ requestParameters: 'cur_org' }), /requestParameters/],
    ['a table change without a database', tableEvent('UpdateTable', ''), /databaseName/],
    ['a type every object has', eventOf({ type: 'constructor', detail: {} }), /no route/],
    ['a source every object has', eventOf({ source: '__proto__', detail: {} }), /no route/],
    ['our own alert', eventOf({ source: 'onramp.hub', type: 'Onramp Access Failed', detail: {} }), /no route/],
    ['a crawler without a name', crawlerEvent({ crawlerName: undefined }), /crawlerName/],
    ['a detail that is no object', eventOf({ detail: 'crawler' }), /detail; found "crawler"/],
    ['an account that is no id', crawlerEvent({}, { account: 'finance' }), /account/],
    ['nothing', null, /not an EventBridge event/],
    ['a string', 'hello', /not an EventBridge event/],
    ['an array', [], /not an EventBridge event/],
  ])('%s is refused with what was found', (_, event, message) => {
    expect(() => route(event, policy)).toThrow(message);
    expect(() => route(event, policy)).toThrow(expect.objectContaining({ name: 'EventInvalid' }));
  });

  test('anything at all is either routed or refused by that name', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom('aws.glue', 'aws.ram', 'aws.events', 'onramp.hub'),
        (detail, source) => {
          for (const type of [
            'Glue Crawler State Change',
            'Glue Job State Change',
            'Glue Data Catalog Database State Change',
            'AWS API Call via CloudTrail',
            'Resource Sharing State Change',
            'Onramp Policy Changed',
            'Scheduled Event',
          ]) {
            try {
              expect(['ignore', 'scopes', 'lookup']).toContain(route(eventOf({ source, type, detail }), policy).kind);
            } catch (error) {
              expect(error).toMatchObject({ name: 'EventInvalid' });
            }
          }
        },
      ),
    );
  });
});

test('law 2: the order of products changes no route, and no scope comes twice', () => {
  const names = ['a', 'b', 'c', 'd'];
  const build = (order: readonly string[]) =>
    policyOf({
      products: Object.fromEntries(order.map((name) => [name, productInput({ database: name < 'c' ? 'one' : name })])),
    });
  const events = [
    eventOf({ source: 'onramp.hub', type: 'Onramp Policy Changed', account: HUB, detail: { hash: 'a'.repeat(64) } }),
    sharingEvent({ status: 'failed' }),
    databaseEvent('CreateTable', 'one'),
    eventOf({ source: 'aws.events', type: 'Scheduled Event', account: HUB, detail: {} }),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (order) => {
      for (const event of events) expect(route(event, build(order))).toEqual(route(event, build(names)));
    }),
  );
  expect(route(events[0], build(names))).toEqual({
    kind: 'scopes',
    scopes: [publish('c'), publish('d'), publish('one')],
  });
});
