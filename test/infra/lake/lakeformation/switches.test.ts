/** What only a real account can tell must not decide whether sharing by the book works. */

import { CreateDatabaseCommand, GetTableCommand } from '@aws-sdk/client-glue';
import { expect, test } from 'vitest';
import { SWITCHES } from '../../../../infra/local/lake/switches.ts';
import {
  acceptAll,
  allTables,
  consumer,
  database,
  grant,
  invitations,
  jobRole,
  prepared,
  producer,
  refusal,
  rows,
} from './lakes.ts';

const flipped = SWITCHES.filter(({ name }) => /^(lf|ram)-/.test(name)).flatMap(({ name, alternatives }) =>
  alternatives.map((value) => [name, value] as const),
);

test('there are switches of Lake Formation and RAM', () => {
  expect(flipped.length).toBeGreaterThan(10);
});

test.each(flipped)('a database is shared and read with %s = %s', async (name, value) => {
  const lakes = await prepared({ switches: { [name]: value } });
  try {
    await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
    await grant(lakes.owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
    await acceptAll(lakes.taker);
    expect((await invitations(lakes.taker)).every(({ status }) => status === 'ACCEPTED')).toBe(true);
    const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
    await lakes.taker.glue.send(
      new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org_linked', TargetDatabase } }),
    );
    const read = (DatabaseName: string, CatalogId: string) =>
      refusal(lakes.job.glue.send(new GetTableCommand({ DatabaseName, CatalogId, Name: 'legacy_all' })));
    expect(await read('cur_org', producer)).toContain('EntityNotFoundException');
    await grant(lakes.taker, jobRole, database('cur_org_linked'), ['DESCRIBE']);
    await grant(lakes.taker, jobRole, database('cur_org', producer), ['DESCRIBE']);
    await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
    expect(await read('cur_org', producer)).toBe('succeeded');
    expect(await read('cur_org_linked', consumer)).toBe('succeeded');
    expect(await rows(lakes.owner, { resource: database() })).toHaveLength(2);
  } finally {
    await lakes.close();
  }
});
