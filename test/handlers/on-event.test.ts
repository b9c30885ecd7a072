import { describe, expect, test } from 'vitest';
import { LakeError } from '#contracts/errors.ts';
import type { Policy, TagRule } from '#contracts/policy.ts';
import type { Lookup } from '#core/events/types.ts';
import type { MachineStart, StartOutcome } from '#core/start.ts';
import type { Log, LogKeys } from '#runtime/logger.ts';
import { type OnEventServices, onEvent } from '../../functions/handlers/on-event.ts';
import { crawlerEvent, databaseEvent, eventOf, sharingEvent, tableEvent } from '../core/events/events.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, productInput, REGION } from '../core/policy/documents.ts';

const products = {
  cur: productInput(),
  sales: productInput({ database: 'sales_db', consumers: { link: 's', jobRoles: [{ match: 'role/data-jobs/x' }] } }),
};
const atOnce = policyOf({ debounce: 0, products });
const patient = policyOf({ debounce: 60, products });
const changed = eventOf({
  source: 'onramp.hub',
  type: 'Onramp Policy Changed',
  account: HUB,
  detail: { hash: 'a'.repeat(64) },
});

const PLACE = { account: FINANCE, region: REGION };
const OPEN_RULE: TagRule = {
  ...{ ...PLACE, index: 0, database: null, table: 't_*', column: null, crawler: null, workflow: null, prefix: null },
  ...{ parameters: {}, classification: null, on: 'tables', assign: {}, apply: 'enforce' },
};

type Line = Readonly<Record<string, unknown>>;

/** Services that keep what was asked of them. */
function recording(changes: Partial<OnEventServices> = {}) {
  const starts: MachineStart[] = [];
  const lines: Line[] = [];
  const log = (keys: LogKeys): Log => ({
    decision: (message, details) => lines.push({ message, ...keys, ...details }),
    write: (message, details) => lines.push({ message, ...keys, ...details }),
    trouble: (message, error, details) => lines.push({ message, code: String(error), ...keys, ...details }),
    with: (more) => log({ ...keys, ...more }),
  });
  const services: OnEventServices = {
    handlerTimeoutSeconds: 30,
    log: log({}),
    now: () => 1_700_000_000_000,
    policy: async () => atOnce,
    standing: async () => [],
    lookUp: async () => ({ kind: 'crawler', database: 'cur_org' }),
    start: async () => 'started',
    ...changes,
  };
  const start: OnEventServices['start'] = (asked) => {
    starts.push(asked);
    return services.start(asked);
  };
  return { starts, lines, services: { ...services, start } };
}

/** Step Functions' rule in small: what becomes of a name depends on what ran under it. */
function machines(looked: (start: MachineStart) => boolean) {
  const names = new Map<string, MachineStart>();
  return async (start: MachineStart): Promise<StartOutcome> => {
    const earlier = names.get(start.name);
    names.set(start.name, start);
    if (earlier === undefined) return 'started';
    return looked(start) ? 'already' : 'covered';
  };
}

describe('an event that says where to look', () => {
  test('starts the machine of its scope', async () => {
    const { services, starts } = recording();
    expect(await onEvent(databaseEvent('CreateTable', 'cur_org'), services)).toEqual({ started: 1, covered: 0 });
    expect(starts).toMatchObject([
      {
        machine: 'publish',
        input: { scope: { half: 'publish', account: FINANCE, region: REGION, database: 'cur_org' } },
      },
    ]);
  });

  test('starts the consumer half for a RAM event', async () => {
    const { services, starts } = recording();
    await onEvent(sharingEvent({ status: 'associated' }, { account: ANALYTICS }), services);
    expect(starts.map(({ input }) => input.scope)).toEqual([{ half: 'onboard', account: ANALYTICS, region: REGION }]);
  });

  test('starts every product when the policy changed', async () => {
    const { services, starts } = recording();
    await onEvent(changed, services);
    expect(starts).toHaveLength(2);
  });

  test('one line per decision, with scope and account', async () => {
    const { services, lines } = recording();
    await onEvent(databaseEvent('CreateTable', 'cur_org'), services);
    expect(lines).toMatchObject([
      { account: FINANCE, scope: `publish ${FINANCE} ${REGION} cur_org`, outcome: 'started' },
    ]);
  });
});

describe('a crawler', () => {
  test('is looked up, and the machine of its database started', async () => {
    const asked: unknown[] = [];
    const lookUp: OnEventServices['lookUp'] = async (lookup) => {
      asked.push(lookup);
      return { kind: 'crawler', database: 'SALES_db' };
    };
    const { services, starts } = recording({ lookUp });
    await onEvent(crawlerEvent(), services);
    expect(asked).toEqual([{ kind: 'crawler', crawler: 'cur-crawler', account: FINANCE, region: REGION }]);
    expect(starts.map(({ input }) => input.scope)).toMatchObject([{ database: 'sales_db' }]);
  });

  test.each<[string, OnEventServices['lookUp']]>([
    ['is gone', async () => ({ kind: 'crawler', database: null })],
    ['cannot be read', () => Promise.reject(new LakeError('AccountNotEntered', { message: 'no entry' }))],
  ])('that %s makes every product database there be looked at, and says so', async (_, lookUp) => {
    const { services, starts, lines } = recording({ lookUp });
    expect(await onEvent(crawlerEvent(), services)).toEqual({ started: 2, covered: 0 });
    expect(starts).toHaveLength(2);
    expect(lines[0]).toMatchObject({ account: FINANCE, message: expect.stringContaining('all that could be meant') });
  });

  test('that fills no product is ignored with a reason', async () => {
    const { services, starts, lines } = recording({ lookUp: async () => ({ kind: 'crawler', database: 'scratch' }) });
    expect(await onEvent(crawlerEvent(), services)).toEqual({ started: 0, covered: 0 });
    expect(starts).toEqual([]);
    expect(lines).toMatchObject([{ why: expect.stringContaining('scratch') }]);
  });
});

describe('a rule that leaves its database open', () => {
  const tagged: Policy = {
    ...atOnce,
    tags: { catalogs: [PLACE], keys: [], rules: [{ ...OPEN_RULE, workflow: 'nightly' }], grants: [] },
  };
  const job = eventOf({ type: 'Glue Job State Change', detail: { jobName: 'load', state: 'SUCCEEDED' } });

  test('is asked for in two steps: the workflow, then the databases', async () => {
    const asked: Lookup[] = [];
    const lookUp: OnEventServices['lookUp'] = async (lookup) => {
      asked.push(lookup);
      if (lookup.kind === 'workflows') return { kind: 'workflows', names: ['nightly'] };
      return { kind: 'databases', names: ['a', 'b'] };
    };
    const { services, starts } = recording({ policy: async () => tagged, lookUp });
    expect(await onEvent(job, services)).toEqual({ started: 3, covered: 0 });
    expect(asked.map(({ kind }) => kind)).toEqual(['workflows', 'databases']);
    // The last one is the catalog's own, which tells of the run.
    const databases = starts.map(({ input }) => input.scope).map((scope) => 'database' in scope && scope.database);
    expect(databases.toSorted()).toEqual(['a', 'b', null]);
  });

  test.each([
    ['throttled, is asked for again by Lambda, after what is known has been started', 'Transient', 'Transient'],
    ['not readable, does not fail the event', 'AccountNotEntered', null],
  ] as const)('whose list is %s', async (_, code, thrown) => {
    const lookUp = () => Promise.reject(new LakeError(code, { message: 'not now' }));
    const { services, starts, lines } = recording({ policy: async () => tagged, lookUp });
    const run = onEvent(changed, services);
    if (thrown === null) await run;
    else await expect(run).rejects.toMatchObject({ name: thrown });
    // The catalog itself and both products.
    expect(starts).toHaveLength(3);
    expect(lines[0]).toMatchObject({ message: expect.stringContaining('all that could be meant') });
  });
});

describe('what wakes nobody', () => {
  test('is logged with its reason and starts nothing', async () => {
    const { services, starts, lines } = recording();
    await onEvent(tableEvent('BatchCreatePartition', 'cur_org'), services);
    expect(starts).toEqual([]);
    expect(lines).toMatchObject([{ why: expect.stringContaining('partitions') }]);
  });
});

describe('the debounce', () => {
  test('without one, an event delivered twice starts once (G-E11)', async () => {
    const { services } = recording({ start: machines(() => true) });
    const event = databaseEvent('CreateTable', 'cur_org');
    expect(await onEvent(event, services)).toEqual({ started: 1, covered: 0 });
    expect(await onEvent(event, services)).toEqual({ started: 0, covered: 1 });
  });

  test('with one, events of one window start once', async () => {
    const { services, starts } = recording({ policy: async () => patient, start: machines(() => false) });
    await onEvent(databaseEvent('CreateTable', 'cur_org'), services);
    const later = { ...databaseEvent('DeleteTable', 'cur_org'), id: 'another' };
    expect(await onEvent(later, services)).toEqual({ started: 0, covered: 1 });
    expect(new Set(starts.map(({ name }) => name)).size).toBe(1);
  });

  test('five hundred tables of one run, told of in five events, are one execution', async () => {
    const { services, starts } = recording({ policy: async () => patient, start: machines(() => false) });
    for (let part = 0; part < 5; part += 1) {
      const changedTables = Array.from({ length: 100 }, (_, i) => `t_${part}_${i}`);
      const detail = { databaseName: 'cur_org', typeOfChange: 'CreateTable', changedTables };
      const event = eventOf({ type: 'Glue Data Catalog Database State Change', detail });
      await onEvent({ ...event, id: `part-${part}` }, services);
    }
    expect(new Set(starts.map(({ name }) => name)).size).toBe(1);
  });

  test('a window whose execution has looked already gives way to the next', async () => {
    const { services, starts } = recording({ policy: async () => patient, start: machines(() => true) });
    await onEvent(databaseEvent('CreateTable', 'cur_org'), services);
    expect(await onEvent(databaseEvent('CreateTable', 'cur_org'), services)).toEqual({ started: 1, covered: 0 });
    expect(await onEvent(databaseEvent('CreateTable', 'cur_org'), services)).toEqual({ started: 0, covered: 1 });
    expect(new Set(starts.map(({ name }) => name)).size).toBe(2);
    expect(starts.at(-1)?.input.lookAt).toBe('2023-11-14T22:15:35.000Z');
  });
});

describe('the schedule', () => {
  const scheduled = eventOf({ source: 'aws.events', type: 'Scheduled Event', account: HUB, detail: {} });

  test('starts a survey of every account and Region', async () => {
    const { services, starts } = recording();
    expect(await onEvent(scheduled, services)).toEqual({ started: 2, covered: 0 });
    expect(starts.map(({ machine }) => machine)).toEqual(['survey', 'survey']);
  });

  test('twice in one window is one survey of each', async () => {
    const { services, starts } = recording({ policy: async () => patient, start: machines(() => false) });
    await onEvent(scheduled, services);
    expect(await onEvent({ ...scheduled, id: 'another' }, services)).toEqual({ started: 0, covered: 2 });
    expect(new Set(starts.map(({ name }) => name)).size).toBe(2);
  });

  const accounts = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, String(500_000_000_000 + i)]));
  const many = policyOf({
    debounce: 60,
    accounts: { 'finance-lake': FINANCE, ...accounts },
    products: Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => {
        const consumers = { link: `l_${i}`, jobRoles: [{ match: 'role/data-jobs/x' }] };
        const audience = { accounts: Object.keys(accounts) };
        return [`p${i}`, productInput({ database: `db_${i}`, audience, consumers })];
      }),
    ),
  });

  test('of 500 databases and 20 consumers fits in one call, and what a second call finds is covered', async () => {
    let [now, most, rounds] = [0, 0, 0];
    const start = machines(() => false);
    const { services } = recording({
      policy: async () => many,
      start: async (asked) => {
        now += 1;
        if (now === 1) rounds += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return start(asked);
      },
    });
    expect(await onEvent(scheduled, services)).toEqual({ started: 21, covered: 0 });
    expect([most, rounds]).toEqual([10, 3]);
    // Three requests a start at worst, 100 ms each.
    expect(rounds * 3 * 0.1).toBeLessThan(services.handlerTimeoutSeconds);
    expect(await onEvent(scheduled, services)).toEqual({ started: 0, covered: 21 });
  });
});

describe('trouble', () => {
  test.each([
    ['a malformed event', { hello: 'world' }],
    ['an unknown type', eventOf({ source: 'aws.s3', type: 'Object Created', detail: {} })],
  ])('%s is thrown, for the dead-letter queue', async (_, event) => {
    const { services, starts } = recording();
    await expect(onEvent(event, services)).rejects.toMatchObject({ name: 'EventInvalid' });
    expect(starts).toEqual([]);
  });

  test('a malformed event is refused before anything is read', async () => {
    const { services } = recording({ policy: () => Promise.reject(new Error('must not be asked')) });
    await expect(onEvent(null, services)).rejects.toMatchObject({ name: 'EventInvalid' });
  });

  test('a policy that cannot be read is thrown', async () => {
    const { services } = recording({
      policy: () => Promise.reject(new LakeError('Missing', { message: 'no policy' })),
    });
    await expect(onEvent(changed, services)).rejects.toMatchObject({ name: 'Missing' });
  });

  test('one machine that does not start keeps none of the others from starting, and is thrown', async () => {
    const start: OnEventServices['start'] = async ({ input }) => {
      if (input.scope.half === 'publish' && input.scope.database === 'cur_org') {
        throw new LakeError('Transient', { message: 'throttled' });
      }
      return 'started';
    };
    const { services, starts, lines } = recording({ start });
    await expect(onEvent(changed, services)).rejects.toMatchObject({ name: 'Transient' });
    expect(starts).toHaveLength(2);
    expect(lines.map(({ message }) => message)).toContain('publish could not be started');
  });
});
