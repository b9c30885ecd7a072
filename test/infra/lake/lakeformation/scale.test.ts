import { ListPermissionsCommand, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lakeFormationModule } from '../../../../infra/local/lake/lakeformation/module.ts';
import { admin, closed, type Lakes, producer, region, startLakes } from './lakes.ts';

const accounts = 1000;
const tables = 100;
const principalOf = (index: number) => `2${String(index).padStart(11, '0')}`;
const tableOf = (index: number) => ({ Table: { DatabaseName: `db_${index % 10}`, Name: `t_${index}` } });
let lakes: Lakes;

beforeAll(async () => {
  lakes = await startLakes();
  await lakes.makeRole(admin(producer));
  const DataLakeSettings = { ...closed, DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(producer) }] };
  await lakes.root(producer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  for (let table = 0; table < tables; table++) {
    const grants = Array.from({ length: accounts }, (_, index) => ({
      principal: principalOf(index),
      resource: tableOf(table),
      permissions: ['DESCRIBE'],
    }));
    await lakes.lake.control.set('lakeformation', 'grants', { account: producer, region, grants });
  }
}, 60_000);
afterAll(() => lakes.close());

test('LF-95 among 100,000 grants a page by resource or by principal takes under 10 ms', async () => {
  const caller = { kind: 'role' as const, account: producer, arn: admin(producer) };
  const call = {
    caller,
    account: producer,
    region,
    service: 'lakeformation',
    operation: 'ListPermissions',
    requestId: 'r',
    world: lakes.lake.world,
  };
  const served = lakeFormationModule.operations['ListPermissions'];
  const queries = Array.from({ length: 200 }, (_, index) =>
    index % 2 === 0
      ? { Resource: tableOf(index % tables), MaxResults: 1000 }
      : { Principal: { DataLakePrincipalIdentifier: principalOf(index) }, MaxResults: 1000 },
  );
  const once = (query: (typeof queries)[number]): number => {
    const start = performance.now();
    const answer = served?.(call, query as never);
    const took = performance.now() - start;
    // An answer that is waited for would not be timed.
    expect(answer).toHaveProperty('PrincipalResourcePermissions');
    return took;
  };
  // The best of three: what else the machine does in the meantime is not the lake's time.
  const times = queries.map((query) => Math.min(once(query), once(query), once(query)));
  times.sort((one, other) => one - other);
  expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(10);
});

test('LF-95 all 100,000 can be paged through over the wire', async () => {
  const { lf } = await lakes.as(admin(producer));
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await lf.send(new ListPermissionsCommand({ ResourceType: 'TABLE', MaxResults: 1000, NextToken }));
    count += page.PrincipalResourcePermissions?.length ?? 0;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(count).toBe(accounts * tables);
}, 60_000);
