import { CreateDatabaseCommand, GetDatabaseCommand, GetDatabasesCommand } from '@aws-sdk/client-glue';
import { CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlClient, createControlClient } from '../../../../infra/local/lake/control-client.ts';
import { createFaults } from '../../../../infra/local/lake/faults/rules.ts';
import { createRandom } from '../../../../infra/local/lake/random.ts';
import { type Exchange, type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { CONSUMER, clientsOf, failure, PRODUCER, REGION, trust } from './clients.ts';

let lake: RunningLake;
/** By HTTP, as other processes ask. */
let control: ControlClient;
let glue: ReturnType<typeof clientsOf>['glue'];
let clock = 1_780_000_000_000;
beforeEach(async () => {
  clock = 1_780_000_000_000;
  lake = await startLake({ clock: () => clock });
  control = createControlClient(lake.url);
  glue = clientsOf(lake.url, PRODUCER).glue;
});
afterEach(() => lake.close());

const create = (name: string) => glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name } }));
const names = async () => (await glue.send(new GetDatabasesCommand({}))).DatabaseList?.map(({ Name }) => Name);

describe('faults (F-60 … F-64)', () => {
  test('the nth call fails before its effect', async () => {
    await control.fault({
      kind: 'error',
      operation: 'CreateDatabase',
      account: PRODUCER,
      nth: 2,
      code: 'InternalServiceException',
      status: 500,
    });
    await create('one');
    expect(await failure(create('two'))).toMatchObject({ name: 'InternalServiceException', status: 500 });
    await create('three');
    expect(await names()).toEqual(['one', 'three']);
  });

  test('a call fails after its effect, and a connection is cut after it', async () => {
    await control.fault({
      kind: 'error',
      when: 'after',
      operation: 'CreateDatabase',
      times: 1,
      code: 'OperationTimeoutException',
    });
    expect((await failure(create('one'))).name).toBe('OperationTimeoutException');
    await control.clearFaults();
    await control.fault({ kind: 'cut', operation: 'CreateDatabase', times: 1 });
    expect((await failure(create('two'))).message).toMatch(/socket hang up|ECONNRESET/);
    expect(await names()).toEqual(['one', 'two']);
    expect((await control.journal()).map(({ operation, status, error }) => [operation, status, error])).toEqual([
      ['CreateDatabase', 400, 'OperationTimeoutException'],
      ['CreateDatabase', 0, 'ConnectionCut'],
      ['GetDatabases', 200, undefined],
    ]);
  });

  test('only calls whose body, account or principal match are hit', async () => {
    await control.fault({
      kind: 'error',
      operation: 'CreateDatabase',
      body: '"two"',
      code: 'AccessDeniedException',
    });
    await control.fault({ kind: 'error', account: CONSUMER, code: 'AccessDeniedException' });
    await control.fault({ kind: 'error', principal: 'role/somebody', code: 'AccessDeniedException' });
    await create('one');
    expect((await failure(create('two'))).name).toBe('AccessDeniedException');
    expect(await names()).toEqual(['one']);
  });

  test('a token bucket throttles per operation and account, and fills with the clock', async () => {
    await control.fault({ kind: 'throttle', operation: 'GetDatabases', burst: 2, perSecond: 1 });
    await names();
    await names();
    expect(await failure(names())).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    await clientsOf(lake.url, CONSUMER).glue.send(new GetDatabasesCommand({}));
    await control.moveClock(1000);
    await names();
  });

  test('a probability is tossed from the seed: the same seed, the same calls fail', async () => {
    const outcomes = async (seed: number) => {
      const own = await startLake({ seed });
      await own.control.fault({ kind: 'error', service: 'sts', probability: 0.5, code: 'Throttling' });
      const { sts } = clientsOf(own.url, PRODUCER);
      // One after another: of calls at once, any may arrive first.
      for (let i = 0; i < 20; i++) await sts.send(new GetCallerIdentityCommand({})).catch(() => undefined);
      const hit = (await own.control.journal()).map(({ error }) => error ?? '').join(',');
      await own.close();
      expect(hit).toContain('Throttling');
      return hit;
    };
    expect(await outcomes(7)).toBe(await outcomes(7));
    expect(await outcomes(7)).not.toBe(await outcomes(8));
  });

  test('a rule can be taken away, and one the lake does not know is refused', async () => {
    const id = await control.fault({ kind: 'error', service: 'glue', code: 'AccessDeniedException' });
    expect((await failure(names())).name).toBe('AccessDeniedException');
    await control.removeFault(id);
    expect(await names()).toEqual([]);
    const wrong = (rule: object) => expect(control.fault(rule as never)).rejects;
    await wrong({ kind: 'eror' }).toThrow("a fault's kind is error, cut");
    await wrong({ kind: 'error' }).toThrow('needs code');
    await wrong({ kind: 'cut', operatoin: 'GetTable' }).toThrow('has no operatoin');
    await wrong({ kind: 'cut', nth: '1' }).toThrow('nth of a fault must be a number');
    await wrong({ kind: 'event', effect: 'lose' }).toThrow('effect of a fault is drop, double');
  });
});

describe('events (F-65)', () => {
  const emit = (name: string) =>
    lake.world.emit({
      account: PRODUCER,
      region: REGION,
      source: 'aws.glue',
      detailType: 'Test',
      resources: [],
      detail: { name },
    });
  const arrived = async () =>
    (await control.events()).filter((each) => each['detail-type'] === 'Test').map(({ detail }) => detail['name']);

  test('have the envelope EventBridge gives them', async () => {
    emit('one');
    const [event] = await control.events();
    expect(event).toMatchObject({
      version: '0',
      source: 'aws.glue',
      account: PRODUCER,
      region: REGION,
      time: '2026-05-28T20:26:40Z',
    });
    expect(event?.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('are dropped, doubled and reordered on demand', async () => {
    for (const effect of ['drop', 'double', 'reorder'] as const)
      await control.fault({ kind: 'event', effect, times: 1 });
    for (const name of ['dropped', 'doubled', 'late', 'last']) emit(name);
    expect(await arrived()).toEqual(['doubled', 'doubled', 'last', 'late']);
  });

  test('are delayed until the clock has moved on', async () => {
    await control.fault({ kind: 'event', effect: 'delay', ms: 5000, detailType: 'Test', nth: 1 });
    emit('one');
    await control.moveClock(4000);
    expect(await arrived()).toEqual([]);
    await control.moveClock(1000);
    expect(await arrived()).toEqual(['one']);
  });
});

describe('entries of a batch (F-63)', () => {
  test('one entry answers with an error, the others not', () => {
    const faults = createFaults(createRandom(1), () => clock);
    faults.add({ kind: 'entry', operation: 'BatchGrantPermissions', body: 'orders', code: 'AccessDeniedException' });
    const call = {
      service: 'lakeformation',
      operation: 'BatchGrantPermissions',
      account: PRODUCER,
      region: REGION,
      caller: { arn: 'a' },
    };
    const entry = (name: string) => faults.entry(call as never, 0, { Resource: { Table: { Name: name } } })?.code;
    expect([entry('orders'), entry('customers')]).toEqual(['AccessDeniedException', undefined]);
  });
});

describe('time, visibility, reset, journal (F-66 … F-68, F-74)', () => {
  test('a write shows after as many reads or as much time as was asked for', async () => {
    await control.delay('ram', 'invitation', { reads: 2 });
    const shows = lake.world.visibility.wrote('ram', 'invitation');
    expect([shows(), shows(), shows()]).toEqual([false, false, true]);
    await control.delay('ram', 'invitation', { ms: 1000 });
    const later = lake.world.visibility.wrote('ram', 'invitation');
    expect(later()).toBe(false);
    await control.moveClock(1000);
    expect(later()).toBe(true);
    await control.delay('ram', 'invitation', {});
    expect(lake.world.visibility.wrote('ram', 'invitation')()).toBe(true);
  });

  test('a reset forgets everything but the accounts', async () => {
    const { iam } = clientsOf(lake.url, PRODUCER);
    await create('one');
    await iam.send(
      new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust({ Service: 'glue.amazonaws.com' }) }),
    );
    const before = lake.world.id(8);
    await control.reset();
    expect(await control.journal()).toEqual([]);
    await failure(glue.send(new GetDatabaseCommand({ Name: 'one' })));
    expect((await failure(iam.send(new GetRoleCommand({ RoleName: 'r' })))).name).toBe('NoSuchEntityException');
    expect(before).toMatch(/^[0-9a-f]{8}$/);
  });

  test('the journal says who did what, read or write, from any point on', async () => {
    await create('one');
    await names();
    const [write, read] = await control.journal();
    expect(write).toMatchObject({
      sequence: 1,
      caller: `arn:aws:iam::${PRODUCER}:root`,
      account: PRODUCER,
      region: REGION,
      service: 'glue',
      operation: 'CreateDatabase',
      kind: 'write',
      status: 200,
    });
    expect(read).toMatchObject({ sequence: 2, kind: 'read' });
    expect(await control.journal(1)).toHaveLength(1);
  });

  test('a witness is told what was asked and what was answered, also where the caller never hears', async () => {
    const seen: Exchange[] = [];
    const watched = await startLake({ witness: (exchange) => seen.push(exchange) });
    try {
      const client = clientsOf(watched.url, PRODUCER).glue;
      const make = (Name: string) => client.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
      await make('one');
      await failure(make('one'));
      await watched.control.fault({ kind: 'cut', operation: 'CreateDatabase', times: 1 });
      await failure(make('two'));
      await client.send(new GetDatabaseCommand({ Name: 'two' }));
    } finally {
      await watched.close();
    }
    expect(seen.map(({ operation, error, input }) => [operation, error, input()])).toEqual([
      ['CreateDatabase', undefined, { DatabaseInput: { Name: 'one' } }],
      ['CreateDatabase', 'AlreadyExistsException', { DatabaseInput: { Name: 'one' } }],
      ['CreateDatabase', 'ConnectionCut', { DatabaseInput: { Name: 'two' } }],
      ['GetDatabase', undefined, { Name: 'two' }],
    ]);
    expect(JSON.parse(String(seen.at(-1)?.answer))).toMatchObject({ Database: { Name: 'two' } });
    for (const [i, { started, ended }] of seen.entries())
      expect([started < ended, ended < (seen[i + 1]?.started ?? Infinity)]).toEqual([true, true]);
  });

  test('the switches are told, each with other readings than its default', async () => {
    const switches = await control.switches();
    expect(new Set(switches.map(({ name }) => name)).size).toBe(switches.length);
    expect(
      switches.filter((each) => each.alternatives.length === 0 || each.alternatives.includes(each.default)),
    ).toEqual([]);
  });

  test('a switch counts as asked from the moment something depends on it, until a reset (F-73)', async () => {
    const asked = async () => (await control.switches()).filter((each) => each.asked).map(({ name }) => name);
    await create('one');
    expect(await asked()).toEqual([]);
    expect((await failure(create('x'.repeat(256)))).name).toBe('InvalidInputException');
    expect(await asked()).toEqual(['validation-error-name']);
    const snapshot = await control.snapshot();
    await control.reset();
    expect(await asked()).toEqual([]);
    await control.restore(snapshot);
    expect(await asked()).toEqual(['validation-error-name']);
  });

  test('a control nobody has and a body it cannot use are told', async () => {
    await expect(control.set('glue', 'no-such', {})).rejects.toThrow('no control POST glue/no-such');
    await expect(control.credentials('nobody')).rejects.toThrow('nobody');
  });
});
