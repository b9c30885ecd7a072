/** Audiences of the organization: asked once, pinned, and never taken for less than was told. */

import { MoveAccountCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { unknown } from '#core/observed.ts';
import { ORGANIZATION_SCOPE } from '#core/organization/findings.ts';
import { type RunningLake, startLake } from '../../infra/local/lake/start.ts';
import { MANAGEMENT, ORGANIZATION, REGION } from '../../infra/local/scenes/places.ts';
import { documentOf, productInput } from '../core/policy/documents.ts';
import { makeOrganizationRole, openOrganization } from '../support/organization.ts';

const ROOT = 'r-a1b2';
const DATA = 'ou-a1b2-11111111';
const BELOW = 'ou-a1b2-22222222';
const OTHER = 'ou-a1b2-33333333';
/** Thirty below the unit, so that pages of twenty are not the end; one beside it. */
const IN_DATA = Array.from({ length: 30 }, (_, i) => String(100_000_000_000 + i));
const BESIDE = '200000000000';

let lake: RunningLake;
beforeEach(async () => {
  lake = await startLake({ accounts: [MANAGEMENT, '333333333333', BESIDE, ...IN_DATA] });
  await lake.control.set('organizations', 'found', {
    managementAccount: MANAGEMENT,
    id: ORGANIZATION,
    root: ROOT,
    units: [
      { id: DATA, name: 'data', parent: ROOT },
      { id: BELOW, name: 'below', parent: DATA },
      { id: OTHER, name: 'other', parent: ROOT },
    ],
    accounts: [
      { id: '333333333333', name: 'hub', parent: ROOT },
      { id: BESIDE, name: 'beside', parent: OTHER },
      ...IN_DATA.map((id, i) => ({ id, name: `data-${i}`, parent: i < 25 ? DATA : BELOW })),
    ],
    serviceAccess: [],
    ramSharing: true,
  });
  await makeOrganizationRole({ url: lake.url, control: lake.control, requestHandler: lake.requestHandler });
});
afterEach(() => lake.close());

const forAudience = (audience: unknown) =>
  documentOf({ mode: 'enforce', products: { cur: productInput({ audience }) } });
const audienceOf = (policy: Policy | null) => policy?.products[0]?.audience;
const move = (AccountId: string, to: string, from = DATA) =>
  management().send(new MoveAccountCommand({ AccountId, SourceParentId: from, DestinationParentId: to }));
const management = () =>
  new OrganizationsClient({
    endpoint: lake.url,
    region: 'us-east-1',
    credentials: { accessKeyId: MANAGEMENT, secretAccessKey: 'local' },
    requestHandler: lake.requestHandler,
  });

async function openCauses(organization: ReturnType<typeof openOrganization>): Promise<readonly string[]> {
  const records = await organization.ledger.findings(ORGANIZATION_SCOPE);
  return records.filter(({ state }) => state === 'open').map(({ finding }) => finding.cause);
}

describe('who is in it', () => {
  test('a unit has the accounts of the units below it, however many pages they are', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(IN_DATA);
    expect(organization.kept.resolution?.resolution.parts[DATA]?.path).toBe(`${ORGANIZATION}/${ROOT}/${DATA}/`);
    await expect(organization.ask()).resolves.toMatchObject({ changed: false });
    expect(organization.woken).toHaveLength(1);
  });

  test('the organization has every account, the management account too, less those that are excepted', async () => {
    const organization = openOrganization(lake, forAudience({ organization: true, except: ['analytics'] }));
    organization.kept.deployed.accounts['analytics'] = BESIDE;
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual([...IN_DATA, '333333333333', MANAGEMENT]);
  });

  test('accounts that the policy does not name go by their names in Organizations', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [OTHER] }));
    await organization.ask();
    expect(organization.inForce()?.accounts.find(({ id }) => id === BESIDE)?.name).toBe('beside');
  });

  test.each(['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'])('an account that is %s is not', async (state) => {
    await lake.control.set('organizations', 'state', { account: IN_DATA[3], state });
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(IN_DATA.filter((id) => id !== IN_DATA[3]));
  });
});

describe('what is not told', () => {
  test('a policy is not in force before its audience is known, and the one before it stays so', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: ['ou-a1b2-99999999'] }));
    organization.kept.current = forAudience({ accounts: ['analytics'] });
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(['222222222222']);
    expect(organization.woken).toEqual([]);
    expect(await openCauses(organization)).toEqual(['audience-unknown']);
  });

  test('without the role in the management account that is said, once, and what to deploy', async () => {
    const organization = openOrganization(lake, forAudience('organization'));
    organization.kept.deployed.organization.managementAccount = BESIDE;
    await organization.ask();
    await organization.ask();
    expect(await openCauses(organization)).toEqual(['organization-not-entered']);
    expect(organization.told).toHaveLength(1);
    expect(organization.inForce()).toBeNull();
  });

  test('another organization than the policy names is not asked for its accounts', async () => {
    const organization = openOrganization(lake, forAudience('organization'));
    organization.kept.deployed.organization.id = 'o-zzzzzzzzzz';
    await organization.ask();
    expect(organization.inForce()).toBeNull();
    expect(await openCauses(organization)).toEqual(['audience-unknown']);
  });

  test.each(['ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'DescribeOrganization'])(
    'while %s is refused, audiences stay as they were, and that is told once and when it is over',
    async (operation) => {
      const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
      await organization.ask();
      await move(IN_DATA[0] ?? '', OTHER);
      await lake.control.fault({ kind: 'error', service: 'organizations', operation, code: 'AccessDeniedException' });
      await organization.ask();
      await organization.ask();
      expect(audienceOf(organization.inForce())).toEqual(IN_DATA);
      expect(organization.told).toHaveLength(1);
      await lake.control.clearFaults();
      await organization.ask();
      expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(1));
      expect(organization.told).toHaveLength(2);
    },
  );

  test('a unit that is said to be empty is taken for unknown', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [OTHER] }));
    await organization.ask();
    await move(BESIDE, ROOT, OTHER);
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual([BESIDE]);
    expect(await openCauses(organization)).toEqual(['audience-unknown']);
  });

  test('an account that one of two readings shows has not left', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
    await organization.ask();
    const { read } = organization.services;
    let readings = 0;
    const services = {
      ...organization.services,
      read: async (...asked: Parameters<typeof read>) => {
        const told = await read(...asked);
        const part = told.parts[DATA] ?? unknown({ code: 'Missing', message: 'no part' });
        readings += 1;
        if (readings > 1 || !part.known) return told;
        return { ...told, parts: { [DATA]: { ...part, value: { ...part.value, accounts: IN_DATA.slice(1) } } } };
      },
    };
    const { resolveOrganization } = await import('../../functions/handlers/organization.ts');
    await expect(resolveOrganization('arn:aws:lambda:x:y:function:z', services)).resolves.toMatchObject({
      changed: false,
    });
    expect(readings).toBe(2);
  });
});

describe('who leaves', () => {
  test('one account that moves away is out at once; its database and the account itself are woken, and nothing else', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
    await organization.ask();
    await move(IN_DATA[0] ?? '', OTHER);
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(1));
    expect(organization.woken[1]).toMatchObject({
      gone: [],
      left: [{ account: IN_DATA[0], region: REGION }],
      only: [{ account: '111111111111', region: REGION, database: 'cur_org' }],
    });
  });

  test('more than the policy lets go within an hour wait for a person, one by one no less', async () => {
    const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
    await organization.ask();
    for (const account of IN_DATA.slice(0, 4)) {
      await move(account, OTHER);
      await organization.ask();
    }
    expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(3));
    expect(await openCauses(organization)).toEqual(['brake-pulled']);
    await lake.control.moveClock(3_600_000);
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(4));
    expect(await openCauses(organization)).toEqual([]);
    // Counted for an hour, remembered for a day: what follows from a departure may come as late.
    const departed = organization.inForce()?.departed ?? [];
    expect(departed.map(({ account, part }) => `${account} ${part}`).sort()).toEqual(
      IN_DATA.slice(0, 4).map((account) => `${account} ${DATA}`),
    );
    await lake.control.moveClock(24 * 3_600_000);
    await move(IN_DATA[4] ?? '', OTHER);
    await organization.ask();
    expect(organization.inForce()?.departed.map(({ account }) => account)).toEqual([IN_DATA[4]]);
  });

  test('a part that loses over half stays whole until that is confirmed, once', async () => {
    const document = forAudience({ organizationalUnits: [BELOW] });
    document.limits.withdraw.accounts = 100;
    const organization = openOrganization(lake, document);
    await organization.ask();
    const below = IN_DATA.slice(25);
    for (const account of below.slice(0, 3)) await move(account, OTHER, BELOW);
    await move(IN_DATA[0] ?? '', BELOW);
    await organization.ask();
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual(below);
    const [record] = await organization.ledger.findings(ORGANIZATION_SCOPE);
    const hash = /withdrawal ([0-9a-f]{16})/.exec(record?.finding.resource ?? '')?.[1] ?? '';
    await organization.ledger.confirm(hash, { by: 'a person', at: lake.world.now() });
    await organization.ask();
    expect(audienceOf(organization.inForce())).toEqual([IN_DATA[0], ...below.slice(3)]);
    expect(await organization.ledger.confirmation(hash)).toBeNull();
    expect(await openCauses(organization)).toEqual([]);
  });
});

test('of two runs at once the one that read first does not undo what the other has pinned, and asks again', async () => {
  const organization = openOrganization(lake, forAudience({ organizationalUnits: [DATA] }));
  await organization.ask();
  const { read } = organization.services;
  organization.services.read = async (...asked) => {
    const older = await read(...asked);
    organization.services.read = read;
    await move(IN_DATA[0] ?? '', OTHER);
    await move(IN_DATA[1] ?? '', OTHER);
    await organization.ask();
    return { ...older, names: { ...older.names, [IN_DATA[2] ?? '']: 'renamed' } };
  };
  await expect(organization.ask()).rejects.toMatchObject({ name: 'Transient' });
  expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(2));
  await organization.ask();
  expect(audienceOf(organization.inForce())).toEqual(IN_DATA.slice(2));
});

test('a policy that was deployed while the organization was asked is not replaced by the one before', async () => {
  const organization = openOrganization(lake, forAudience('organization'));
  const { read } = organization.services;
  const newer = forAudience({ accounts: ['analytics'] });
  const services = {
    ...organization.services,
    read: async (...asked: Parameters<typeof read>) => {
      organization.kept.deployed = newer;
      organization.kept.current = newer;
      return read(...asked);
    },
  };
  const { resolveOrganization } = await import('../../functions/handlers/organization.ts');
  await resolveOrganization('arn:aws:lambda:x:y:function:z', services);
  expect(audienceOf(organization.inForce())).toEqual(['222222222222']);
});
