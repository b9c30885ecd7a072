import { GetTableCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { consumer, grant, invitations, prepared, producer, refusal, stranger, table } from '../lakeformation/lakes.ts';
import { associationsOf, sharesOf } from './shares.ts';

const management = '999999999999';
const unit = 'ou-a1b2-11111111';
const target = { DatabaseName: 'cur_org', Name: 'legacy_all', CatalogId: producer };
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared({ accounts: [producer, consumer, stranger, management] });
});
afterEach(() => lakes.close());

async function found(ramSharing: boolean): Promise<{ whole: string; part: string }> {
  const organization = { managementAccount: management, id: 'o-a1b2c3d4e5', root: 'r-a1b2', ramSharing };
  await lakes.lake.control.set('organizations', 'found', {
    ...organization,
    units: [{ id: unit, name: 'data', parent: 'r-a1b2' }],
    accounts: [
      { id: producer, parent: 'r-a1b2' },
      { id: consumer, parent: unit },
    ],
    serviceAccess: ramSharing ? ['ram.amazonaws.com'] : [],
  });
  const prefix = `arn:aws:organizations::${management}`;
  return { whole: `${prefix}:organization/o-a1b2c3d4e5`, part: `${prefix}:ou/o-a1b2c3d4e5/${unit}` };
}

const give = (principal: string) => grant(lakes.owner, principal, table(), ['DESCRIBE'], ['DESCRIBE']);
const read = () => refusal(lakes.taker.glue.send(new GetTableCommand(target)));

test('RAM-2 G-R1 inside an organization that shares nobody is invited', async () => {
  await found(true);
  await give(consumer);
  expect(await invitations(lakes.taker)).toEqual([]);
  expect(await read()).toBe('succeeded');
  const [one] = await associationsOf(lakes.owner, 'PRINCIPAL');
  expect(one).toMatchObject({ status: 'ASSOCIATED', external: false });
});

test('RAM-3 in an organization that does not share, members are invited', async () => {
  await found(false);
  await give(consumer);
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toEqual(['PENDING', 'PENDING']);
  expect(await read()).toContain('EntityNotFoundException');
});

test('RAM-2 the organization and its units are principals', async () => {
  const { whole, part } = await found(true);
  await give(part);
  expect(await read()).toBe('succeeded');
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toHaveLength(2);
  const outside = `arn:aws:organizations::${management}:ou/o-a1b2c3d4e5/ou-a1b2-22222222`;
  expect(await refusal(give(outside))).toContain('ou-a1b2-22222222 not found');
  expect(await refusal(give(whole))).toBe('succeeded');
});

test('RAM-4 who leaves is out, who joins a named unit is in', async () => {
  const { part } = await found(true);
  await give(part);
  await give(consumer);
  await lakes.lake.control.set('organizations', 'leave', { account: consumer });
  expect(await read()).toContain('EntityNotFoundException');
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toEqual([]);
  await lakes.lake.control.set('organizations', 'join', { account: consumer, of: producer, parent: unit });
  expect(await read()).toBe('succeeded');
});
