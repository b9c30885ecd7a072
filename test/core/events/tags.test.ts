/** Where events lead when tag rules are about more than products' databases. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy, TagGrant, TagRule } from '#contracts/policy.ts';
import { answered } from '#core/events/lookups.ts';
import { route } from '#core/events/route.ts';
import type { Found, Route } from '#core/events/types.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, REGION } from '../policy/documents.ts';
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

const LAKE = '444444444444';
const lake = { account: LAKE };
const place = { account: LAKE, region: REGION };

function rule(changes: Partial<TagRule>): TagRule {
  return {
    ...{ ...place, index: 0, database: null, table: null, column: null, crawler: null, workflow: null, prefix: null },
    ...{ parameters: {}, classification: null, on: 'tables', assign: { source: 'product' }, apply: 'enforce' },
    ...changes,
  };
}

function policyWith(rules: readonly TagRule[], grants: readonly TagGrant[] = []): Policy {
  const keys = [{ key: 'source', values: ['none', 'product'] }];
  return { ...policyOf(), tags: { catalogs: [place], keys, rules, grants } };
}

const KTHR = rule({ database: 'kthr01', workflow: 'kthr01*', table: 'workflow_kthr01_*' });
const OPEN = rule({ index: 1, workflow: 'nightly', table: 'n_*' });
const BY_PATTERN = rule({ index: 2, database: 'raw_*', classification: 'csv' });

const named = policyWith([KTHR]);
const open = policyWith([KTHR, OPEN, BY_PATTERN]);

const scopes = (...databases: (string | null)[]) => ({
  kind: 'scopes',
  scopes: databases.map((database) => publish(database, LAKE)),
});
const inWorkflows = (node: { kind: 'crawler' | 'job'; name: string }, names: readonly string[] = ['kthr01*']) =>
  ({ kind: 'workflows', ...place, node, named: names }) as const;
const allDatabases = (workflows: readonly string[] | null) => ({ kind: 'databases', ...place, workflows }) as const;
const lookups = (answer: Route) => (answer.kind === 'lookup' ? answer.lookups : answer);

describe('a job that ended', () => {
  test.each(['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED'])('as %s: may have ended a workflow (G-E2)', (state) => {
    const node = { kind: 'job' as const, name: 'import' };
    expect(lookups(route(jobEvent({ state }, lake), named))).toEqual([inWorkflows(node)]);
  });

  test('leads to the databases of the rules that name its workflow', () => {
    const lookup = inWorkflows({ kind: 'job', name: 'import' });
    expect(answered(lookup, { kind: 'workflows', names: ['kthr01_snapshot'] }, named)).toEqual(scopes('kthr01'));
  });

  test('of no such workflow wakes nobody', () => {
    const lookup = inWorkflows({ kind: 'job', name: 'import' });
    expect(answered(lookup, { kind: 'workflows', names: [] }, named).kind).toBe('ignore');
  });

  test('wakes nobody where no rule names workflows, and in no other account or Region', () => {
    expect(route(jobEvent({}, lake), policyWith([BY_PATTERN])).kind).toBe('ignore');
    expect(route(jobEvent({}, { account: FINANCE }), named).kind).toBe('ignore');
    expect(route(jobEvent({}, { ...lake, region: 'us-east-1' }), named).kind).toBe('ignore');
  });

  test('leads to every rule that names workflows when its workflow cannot be told', () => {
    const lookup = inWorkflows({ kind: 'job', name: 'import' }, ['kthr01*', 'nightly']);
    const told = answered(lookup, { kind: 'unavailable' }, open);
    expect(lookups(told)).toEqual([allDatabases(['nightly'])]);
    // The catalog's own scope tells of runs that no database is named for.
    expect(told).toMatchObject({ scopes: [{ database: 'kthr01' }, { database: null }] });
  });

  test('of a workflow whose rule leaves the database open leads to a list, and to what the rule is about in it', () => {
    const lookup = inWorkflows({ kind: 'job', name: 'n' }, ['kthr01*', 'nightly']);
    const next = answered(lookup, { kind: 'workflows', names: ['nightly'] }, open);
    expect(next).toMatchObject({ lookups: [allDatabases(['nightly'])], scopes: [{ ...lake, database: null }] });
    const names = ['Any', 'raw_sales'];
    expect(answered(allDatabases(['nightly']), { kind: 'databases', names }, open)).toEqual(scopes('any', 'raw_sales'));
    const onlyRaw = policyWith([{ ...BY_PATTERN, workflow: 'nightly' }]);
    expect(answered(allDatabases(['nightly']), { kind: 'databases', names }, onlyRaw)).toEqual(scopes('raw_sales'));
  });
});

describe('a crawler that ended', () => {
  const node = { kind: 'crawler', name: 'cur-crawler' } as const;

  test('is looked up, and so are the workflows it may be the last node of', () => {
    const crawler = { kind: 'crawler', crawler: 'cur-crawler', ...place };
    expect(lookups(route(crawlerEvent({}, lake), named))).toEqual([crawler, inWorkflows(node)]);
  });

  test('without changing anything may still have ended a workflow (G-E2)', () => {
    expect(lookups(route(crawlerEvent({ tablesCreated: '0' }, lake), named))).toEqual([inWorkflows(node)]);
    expect(route(crawlerEvent({ tablesCreated: '0' }, lake), policyWith([BY_PATTERN])).kind).toBe('ignore');
  });

  test('as Failed counts for workflows, and where a rule names the crawler (G-E3)', () => {
    const failed = crawlerEvent({ state: 'Failed', errorMessage: 'Internal Service Exception' }, lake);
    const crawler = { kind: 'crawler', crawler: 'cur-crawler', ...place };
    expect(lookups(route(failed, named))).toEqual([crawler, inWorkflows(node)]);
    const byCrawler = policyWith([rule({ database: 'x', crawler: 'cur-*' })]);
    expect(lookups(route(failed, byCrawler))).toEqual([crawler]);
    expect(route(failed, policyWith([BY_PATTERN])).kind).toBe('ignore');
  });

  test('leads to the database it fills, named by a rule or reached by a pattern', () => {
    const lookup = { kind: 'crawler', crawler: 'c', ...place } as const;
    const filled = (database: string) =>
      answered(lookup, { kind: 'crawler', database }, policyWith([KTHR, BY_PATTERN]));
    expect(filled('KTHR01')).toEqual(scopes('kthr01'));
    expect(filled('raw_sales')).toEqual(scopes('raw_sales'));
    expect(filled('other').kind).toBe('ignore');
  });

  test('that cannot be told leads to all that rules name, and to a list where one names none', () => {
    const lookup = { kind: 'crawler', crawler: 'c', ...place } as const;
    expect(answered(lookup, { kind: 'unavailable' }, named)).toEqual(scopes('kthr01'));
    const untold = answered(lookup, { kind: 'unavailable' }, open);
    expect(untold).toEqual({ ...scopes('kthr01'), kind: 'lookup', lookups: [allDatabases(null)] });
    expect(answered(allDatabases(null), { kind: 'unavailable' }, open)).toEqual(scopes('kthr01'));
  });
});

describe('a change in a catalog', () => {
  const CHANGES = ['CreateDatabase', 'DeleteDatabase', 'CreateTable', 'DeleteTable', 'BatchDeleteTable'];
  test.each(CHANGES)("%s in a rule's database is looked at (G-E1)", (change) => {
    expect(route(databaseEvent(change, 'Kthr01', lake), named)).toEqual(scopes('kthr01'));
  });

  test('a hundred tables of one event, or of several, are one place to look at', () => {
    const changedTables = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const detail = { databaseName: 'kthr01', typeOfChange: 'CreateTable', changedTables };
    const event = eventOf({ type: 'Glue Data Catalog Database State Change', detail, ...lake });
    expect(route(event, named)).toEqual(scopes('kthr01'));
  });

  test('UpdateTable is looked at, partitions are not', () => {
    expect(route(tableEvent('UpdateTable', 'kthr01', lake), named)).toEqual(scopes('kthr01'));
    expect(route(tableEvent('BatchCreatePartition', 'kthr01', lake), named).kind).toBe('ignore');
  });

  test('in a database that a rule reaches by a pattern is looked at unless it is a link (G-E4)', () => {
    const lookup = { kind: 'database', ...place, database: 'raw_sales' } as const;
    expect(lookups(route(databaseEvent('CreateTable', 'raw_Sales', lake), open))).toEqual([lookup]);
    const told = (isLink: boolean | null) => answered(lookup, { kind: 'database', isLink }, open);
    expect(told(true).kind).toBe('ignore');
    expect(told(false)).toEqual(scopes('raw_sales'));
    // Dropped: what was found about it is no longer so.
    expect(told(null)).toEqual(scopes('raw_sales'));
    expect(answered(lookup, { kind: 'unavailable' }, open)).toEqual(scopes('raw_sales'));
  });

  test('in databases of other accounts and Regions wakes nobody', () => {
    expect(route(databaseEvent('CreateTable', 'kthr01', { account: ANALYTICS }), named).kind).toBe('ignore');
    expect(route(databaseEvent('CreateTable', 'kthr01', { ...lake, region: 'us-east-1' }), named).kind).toBe('ignore');
    expect(route(databaseEvent('CreateTable', 'other', lake), named).kind).toBe('ignore');
  });
});

describe('a call that a trail tells of', () => {
  test('UpdateDatabase is looked at: no other event tells of it', () => {
    const update = callEvent({ requestParameters: { name: 'KTHR01' } }, lake);
    expect(route(update, named)).toEqual(scopes('kthr01'));
    expect(route(callEvent(), named)).toEqual({ kind: 'scopes', scopes: [publish('cur_org')] });
  });

  test.each([
    ['was refused', { errorCode: 'AccessDeniedException' }],
    ['starts a workflow, whose nodes will tell of their ends', { eventName: 'StartWorkflowRun' }],
    ['is about a catalog of another account', { requestParameters: { name: 'kthr01', catalogId: FINANCE } }],
    ['is about a nested catalog', { requestParameters: { name: 'kthr01', catalogId: `${LAKE}:s3tablescatalog` } }],
    ['has no parameters', { requestParameters: null }],
    ["is about nobody's database", { requestParameters: { name: 'scratch' } }],
  ])('is ignored when it %s', (_, detail) => {
    expect(route(callEvent(detail, lake), named).kind).toBe('ignore');
  });
});

describe('a policy that changed', () => {
  const changed = eventOf({
    source: 'onramp.hub',
    type: 'Onramp Policy Changed',
    account: HUB,
    detail: { hash: 'a'.repeat(64) },
  });

  test('makes products, catalogs and named databases be looked at', () => {
    const all = [publish('cur_org'), publish('kthr01', LAKE), publish(null, LAKE)];
    expect(route(changed, named)).toEqual({ kind: 'scopes', scopes: all });
  });

  test('asks for the databases that a rule reaches without naming them', () => {
    expect(lookups(route(changed, open))).toEqual([allDatabases(null)]);
    const names = ['kthr01', 'raw_sales', 'other'];
    expect(answered(allDatabases(null), { kind: 'databases', names }, policyWith([KTHR, BY_PATTERN]))).toEqual(
      scopes('kthr01', 'raw_sales'),
    );
  });
});

describe('the schedule', () => {
  const scheduled = eventOf({ source: 'aws.events', type: 'Scheduled Event', account: HUB, detail: {} });

  const survey = (account: string) => ({ half: 'survey', account, region: REGION });
  const surveyed = (policy: Policy) => {
    const answer = route(scheduled, policy);
    return answer.kind === 'scopes' ? answer.scopes : [];
  };

  test('makes accounts with products, catalogs, named databases and consumers be looked at (G-E1)', () => {
    expect(surveyed(named)).toEqual([FINANCE, ANALYTICS, LAKE].sort().map(survey));
    expect(surveyed(open)).toContainEqual(survey(LAKE));
  });

  test('makes who is granted by tag, or a place, look too', () => {
    const to = ['arn:aws:iam::555555555555:role/crawler'];
    const byTag: TagGrant = {
      ...{ ...place, index: 0, to: ['666666666666'], where: [{ key: 'source', values: ['product'] }] },
      ...{ database: ['DESCRIBE'], tables: ['SELECT'], associate: [] },
    };
    const location = { ...place, index: 0, bucket: 'b', prefix: '', to };
    const all = surveyed({ ...policyWith([KTHR], [byTag]), dataLocations: [location] });
    expect(all).toEqual(expect.arrayContaining([survey('555555555555'), survey('666666666666')]));
  });
});

describe('a RAM share that changed', () => {
  const grant = (to: readonly string[]): TagGrant => ({
    ...{ ...place, index: 0, to, where: [{ key: 'source', values: ['product'] }] },
    ...{ database: ['DESCRIBE'], tables: ['SELECT'], associate: [] },
  });
  const STRANGER = '555555555555';

  test('makes who is granted by tag look, too', () => {
    const policy = policyWith([KTHR], [grant([STRANGER])]);
    const event = sharingEvent({ event: 'Resource Share Invitation', status: 'pending' }, { account: STRANGER });
    const onboard = { half: 'onboard', account: STRANGER, region: REGION };
    expect(route(event, policy)).toEqual({ kind: 'scopes', scopes: [onboard] });
    expect(route(event, named).kind).toBe('ignore');
  });

  test("makes the catalog's owner look when sharing by tag failed", () => {
    const failed = sharingEvent({ event: 'Resource Share Association', status: 'failed' }, lake);
    expect(route(failed, named)).toEqual(scopes(null));
  });
});

describe('law 2: the order of rules and of what was found changes nothing', () => {
  const EVENTS = [
    jobEvent({}, lake),
    crawlerEvent({}, lake),
    databaseEvent('CreateTable', 'raw_x', lake),
    eventOf({ source: 'onramp.hub', type: 'Onramp Policy Changed', account: HUB, detail: { hash: 'a'.repeat(64) } }),
  ];
  const RULES = [KTHR, OPEN, BY_PATTERN, rule({ index: 3, database: 'kthr02', workflow: 'kthr01*' })];
  const DATABASES = ['raw_a', 'raw_b', 'c', 'kthr01', 'kthr02'];

  test('of one event, to the end of its questions', () => {
    const answer = (policy: Policy, databases: readonly string[]) => (event: unknown) =>
      toTheEnd(route(event, policy), policy, databases);
    const expected = EVENTS.map(answer(policyWith(RULES), DATABASES));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(RULES, { minLength: RULES.length }),
        fc.shuffledSubarray(DATABASES, { minLength: DATABASES.length }),
        (rules, databases) => {
          expect(EVENTS.map(answer(policyWith(rules), databases))).toEqual(expected);
        },
      ),
    );
  });
});

/** Every scope an event leads to, all lookups answered; three rounds are always enough. */
function toTheEnd(first: Route, policy: Policy, databases: readonly string[]): readonly string[] {
  let routes = [first];
  const found = new Set<string>();
  for (let round = 0; routes.length > 0 && round <= 3; round += 1) {
    for (const each of routes)
      if (each.kind !== 'ignore') for (const one of each.scopes) found.add(JSON.stringify(one));
    routes = routes.flatMap((each) =>
      each.kind === 'lookup'
        ? each.lookups.map((lookup) => answered(lookup, tell(lookup.kind, databases), policy))
        : [],
    );
  }
  expect(routes).toEqual([]);
  return [...found].sort();
}

function tell(kind: Exclude<Found['kind'], 'unavailable'>, databases: readonly string[]): Found {
  switch (kind) {
    case 'crawler':
      return { kind, database: 'raw_a' };
    case 'workflows':
      return { kind, names: ['nightly', 'kthr01_snapshot'] };
    case 'database':
      return { kind, isLink: false };
    case 'databases':
      return { kind, names: databases };
  }
}
