import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  DeleteOrganizationalUnitCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  LeaveOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListChildrenCommand,
  ListDelegatedAdministratorsCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isWithin, organizationOf, pathOf, sharingEnabled } from '../../../../infra/local/lake/organizations/lookup.ts';
import type { RunningLake } from '../../../../infra/local/lake/start.ts';
import { startLake } from '../../../../infra/local/lake/start.ts';

const management = '999999999999';
const member = '222222222222';
const outsider = '555555555555';
const units = [
  { id: 'ou-a1b2-11111111', name: 'data' },
  { id: 'ou-a1b2-22222222', name: 'analytics', parent: 'ou-a1b2-11111111' },
];

let lake: RunningLake;
beforeAll(async () => {
  lake = await startLake();
});
beforeEach(async () => {
  await lake.control.reset();
  const accounts = [{ id: member, name: 'analytics', email: 'a@example.com', parent: 'ou-a1b2-22222222' }];
  await lake.control.set('organizations', 'found', {
    managementAccount: management,
    id: 'o-a1b2c3d4e5',
    root: 'r-a1b2',
    units,
    accounts,
  });
});
afterAll(() => lake.close());

function as(account: string): OrganizationsClient {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  return new OrganizationsClient({ endpoint: lake.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

describe('reading', () => {
  test('any member may describe the organization; nobody outside it (ORG-1)', async () => {
    const { Organization } = await as(member).send(new DescribeOrganizationCommand({}));
    expect(Organization).toMatchObject({ Id: 'o-a1b2c3d4e5', MasterAccountId: management });
    const outside = as(outsider).send(new DescribeOrganizationCommand({}));
    await expect(outside).rejects.toMatchObject({ name: 'AWSOrganizationsNotInUseException' });
  });

  test('accounts are for the management account and delegated administrators (ORG-2, ORG-9)', async () => {
    const denied = { name: 'AccessDeniedException' };
    await expect(as(member).send(new ListAccountsCommand({}))).rejects.toMatchObject(denied);
    const ServicePrincipal = 'ram.amazonaws.com';
    const register = new RegisterDelegatedAdministratorCommand({ AccountId: member, ServicePrincipal });
    await expect(as(management).send(register)).rejects.toMatchObject({ name: 'ConstraintViolationException' });
    await as(management).send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    await as(management).send(register);
    await expect(as(management).send(register)).rejects.toMatchObject({ name: 'AccountAlreadyRegisteredException' });
    expect((await as(member).send(new ListAccountsCommand({}))).Accounts).toHaveLength(2);
    const list = await as(member).send(new ListDelegatedAdministratorsCommand({ ServicePrincipal }));
    expect(list.DelegatedAdministrators).toMatchObject([{ Id: member }]);
    const move = new CreateOrganizationalUnitCommand({ ParentId: 'r-a1b2', Name: 'x' });
    await expect(as(member).send(move)).rejects.toMatchObject(denied);
  });

  test('an account has a state and a path, and no longer a status (ORG-5)', async () => {
    const { Account } = await as(management).send(new DescribeAccountCommand({ AccountId: member }));
    expect(Account).toMatchObject({
      Arn: `arn:aws:organizations::${management}:account/o-a1b2c3d4e5/${member}`,
      State: 'ACTIVE',
      Paths: ['o-a1b2c3d4e5/r-a1b2/ou-a1b2-11111111/ou-a1b2-22222222/'],
      JoinedMethod: 'CREATED',
    });
    expect(Account?.Status).toBeUndefined();
  });

  test('pages hold 20, whatever is asked for (ORG-4)', async () => {
    for (let i = 0; i < 43; i++)
      await lake.control.set('organizations', 'join', { account: String(100000000000 + i), of: management });
    const sizes: number[] = [];
    const seen = new Set<string | undefined>();
    let NextToken: string | undefined;
    do {
      const page = await as(management).send(new ListAccountsCommand({ NextToken }));
      sizes.push(page.Accounts?.length ?? 0);
      for (const { Id } of page.Accounts ?? []) seen.add(Id);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([20, 20, 5]);
    expect(seen.size).toBe(45);
    const bad = as(management).send(new ListAccountsCommand({ NextToken: 'x' }));
    await expect(bad).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('the tree can be walked down and up', async () => {
    const client = as(management);
    const { Roots } = await client.send(new ListRootsCommand({}));
    expect(Roots).toMatchObject([{ Id: 'r-a1b2', Name: 'Root' }]);
    const below = await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId: 'r-a1b2' }));
    expect(below.OrganizationalUnits).toMatchObject([{ Id: 'ou-a1b2-11111111', Name: 'data' }]);
    const inside = await client.send(new ListAccountsForParentCommand({ ParentId: 'ou-a1b2-22222222' }));
    expect(inside.Accounts).toMatchObject([{ Id: member }]);
    const children = await client.send(new ListChildrenCommand({ ParentId: 'r-a1b2', ChildType: 'ACCOUNT' }));
    expect(children.Children).toEqual([{ Id: management, Type: 'ACCOUNT' }]);
    const up = await client.send(new ListParentsCommand({ ChildId: member }));
    expect(up.Parents).toEqual([{ Id: 'ou-a1b2-22222222', Type: 'ORGANIZATIONAL_UNIT' }]);
    const lost = client.send(new ListAccountsForParentCommand({ ParentId: 'ou-a1b2-99999999' }));
    await expect(lost).rejects.toMatchObject({ name: 'ParentNotFoundException' });
  });
});

describe('changing', () => {
  test('a move names where from and where to, and counts at once (ORG-3, ORG-6, ORG-12)', async () => {
    const move = (SourceParentId: string, DestinationParentId: string) =>
      as(management).send(new MoveAccountCommand({ AccountId: member, SourceParentId, DestinationParentId }));
    await expect(move('r-a1b2', 'ou-a1b2-11111111')).rejects.toMatchObject({ name: 'SourceParentNotFoundException' });
    await expect(move('ou-a1b2-22222222', 'ou-a1b2-99999999')).rejects.toMatchObject({
      name: 'DestinationParentNotFoundException',
    });
    await expect(move('ou-a1b2-22222222', 'ou-a1b2-22222222')).rejects.toMatchObject({
      name: 'DuplicateAccountException',
    });
    await move('ou-a1b2-22222222', 'r-a1b2');
    const organization = organizationOf(lake.world, member);
    expect(organization && pathOf(organization, member)).toBe('o-a1b2c3d4e5/r-a1b2/');
    expect(organization && isWithin(organization, member, 'ou-a1b2-11111111')).toBe(false);
  });

  test('an account is created behind the answer; an e-mail taken fails it (ORG-7)', async () => {
    const client = as(management);
    const ask = async (Email: string) => {
      const { CreateAccountStatus } = await client.send(new CreateAccountCommand({ AccountName: 'new', Email }));
      expect(CreateAccountStatus?.State).toBe('IN_PROGRESS');
      const CreateAccountRequestId = CreateAccountStatus?.Id ?? '';
      const later = await client.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId }));
      return later.CreateAccountStatus;
    };
    const made = await ask('new@example.com');
    expect(made).toMatchObject({ State: 'SUCCEEDED', AccountId: expect.stringMatching(/^\d{12}$/) });
    expect(await ask('new@example.com')).toMatchObject({ State: 'FAILED', FailureReason: 'EMAIL_ALREADY_EXISTS' });
    const { Account } = await client.send(new DescribeAccountCommand({ AccountId: made?.AccountId ?? '' }));
    expect(Account).toMatchObject({ JoinedMethod: 'CREATED', Paths: ['o-a1b2c3d4e5/r-a1b2/'] });
  });

  test('a unit goes when nothing is in it', async () => {
    const client = as(management);
    const remove = (OrganizationalUnitId: string) =>
      client.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId }));
    const full = remove('ou-a1b2-22222222');
    await expect(full).rejects.toMatchObject({ name: 'OrganizationalUnitNotEmptyException' });
    const move = { SourceParentId: 'ou-a1b2-22222222', DestinationParentId: 'r-a1b2' };
    await client.send(new MoveAccountCommand({ AccountId: member, ...move }));
    await remove('ou-a1b2-22222222');
    await expect(remove('ou-a1b2-22222222')).rejects.toMatchObject({ name: 'OrganizationalUnitNotFoundException' });
  });

  test('an account that is closed says so in its state (ORG-5)', async () => {
    await lake.control.set('organizations', 'state', { account: member, state: 'SUSPENDED' });
    const { Account } = await as(management).send(new DescribeAccountCommand({ AccountId: member }));
    expect(Account?.State).toBe('SUSPENDED');
  });

  test('trusted access alone is not sharing (ORG-8)', async () => {
    await as(management).send(new EnableAWSServiceAccessCommand({ ServicePrincipal: 'ram.amazonaws.com' }));
    const { EnabledServicePrincipals } = await as(management).send(new ListAWSServiceAccessForOrganizationCommand({}));
    expect(EnabledServicePrincipals).toMatchObject([{ ServicePrincipal: 'ram.amazonaws.com' }]);
    expect(sharingEnabled(lake.world, member)).toBe(false);
  });

  test('an account founds an organization once', async () => {
    const { Organization } = await as(outsider).send(new CreateOrganizationCommand({}));
    expect(Organization?.MasterAccountId).toBe(outsider);
    const again = as(outsider).send(new CreateOrganizationCommand({}));
    await expect(again).rejects.toMatchObject({ name: 'AlreadyInOrganizationException' });
  });
});

describe('events', () => {
  test('come in us-east-1, in the management account (ORG-10, G-E17)', async () => {
    const client = as(management);
    await client.send(new CreateAccountCommand({ AccountName: 'new', Email: 'new@example.com' }));
    const SourceParentId = 'ou-a1b2-22222222';
    const move = { AccountId: member, SourceParentId, DestinationParentId: 'r-a1b2' };
    await client.send(new MoveAccountCommand(move));
    const events = await lake.control.events();
    expect(events.map((event) => [event.account, event.region, event.source])).toEqual(
      Array.from({ length: 3 }, () => [management, 'us-east-1', 'aws.organizations']),
    );
    const byName = Object.fromEntries(events.map((event) => [event.detail['eventName'], event]));
    expect(byName['CreateAccountResult']).toMatchObject({
      'detail-type': 'AWS Service Event via CloudTrail',
      detail: {
        serviceEventDetails: {
          createAccountStatus: {
            state: 'SUCCEEDED',
            accountId: expect.stringMatching(/^\d{12}$/),
            requestedTimestamp: expect.stringMatching(/^\w{3} \d+, \d{4}.* [AP]M$/),
          },
        },
      },
    });
    expect(byName['MoveAccount']).toMatchObject({
      'detail-type': 'AWS API Call via CloudTrail',
      detail: {
        eventSource: 'organizations.amazonaws.com',
        requestParameters: { accountId: member, sourceParentId: SourceParentId, destinationParentId: 'r-a1b2' },
      },
    });
  });

  test('tell of accounts that accept an invitation, leave or are removed (ORG-11)', async () => {
    await lake.control.set('organizations', 'join', { account: outsider, of: management, parent: 'ou-a1b2-11111111' });
    await as(outsider).send(new LeaveOrganizationCommand({}));
    expect((await lake.control.events()).map((event) => event.detail)).toMatchObject([
      {
        eventName: 'AccountJoinedOrganization',
        serviceEventDetails: { accountId: outsider, joinedMethod: 'Invited' },
      },
      {
        eventName: 'AccountDepartedOrganization',
        serviceEventDetails: { accountId: outsider, departedMethod: 'Left' },
      },
    ]);
    expect(organizationOf(lake.world, outsider)).toBeUndefined();
    const boss = as(management).send(new LeaveOrganizationCommand({}));
    await expect(boss).rejects.toMatchObject({ name: 'MasterCannotLeaveOrganizationException' });
  });

  test('have the detail-type and place of the switches (ORG-10)', async () => {
    const switches = {
      'organizations-membership-detail-type': 'AWS API Call via CloudTrail',
      'organizations-membership-facts-in': 'responseElements',
      'organizations-account-status': 'present',
    };
    const other = await startLake({ switches });
    try {
      await other.control.set('organizations', 'found', { managementAccount: management });
      await other.control.set('organizations', 'join', { account: outsider, of: management });
      const [event] = await other.control.events();
      expect(event).toMatchObject({
        'detail-type': 'AWS API Call via CloudTrail',
        detail: { responseElements: { accountId: outsider } },
      });
    } finally {
      await other.close();
    }
  });
});
