/**
 * Which accounts the organization and its units have, as its management account is told. `Account.Paths` would say it in
 * one listing, but is young: units are walked.
 */

import {
  type Account,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { type ResolvedPart, WHOLE } from '#contracts/resolution.ts';
import { sortedSet } from '#core/collections.ts';
import { type Observed, troubleOf, unknown } from '#core/observed.ts';
import type { PartsRead } from '#core/organization/parts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage, required } from './paging.ts';

type Organizations = Pick<Clients, 'account' | 'organizations'>;

interface Asked {
  /** `o-…`: what the policy calls its organization. */
  readonly organization: string;
  /** `organization` and ids of units. */
  readonly parts: readonly string[];
}

/** What the organization tells of these parts, each known whole or not at all, and what it calls their accounts. */
export async function readParts(clients: Organizations, { organization, parts }: Asked): Promise<PartsRead> {
  const names: Record<string, string> = {};
  try {
    await requireOrganization(clients, organization);
  } catch (error) {
    const trouble = unknown(troubleOf(asLakeError(error)));
    return { parts: Object.fromEntries(parts.map((part) => [part, trouble])), names };
  }
  const read: Record<string, Observed<ResolvedPart>> = {};
  for (const part of parts) read[part] = await readPart(clients, { organization, part, names });
  return { parts: read, names };
}

/** Somebody else's accounts must never be taken for ours. */
async function requireOrganization(clients: Organizations, wanted: string): Promise<void> {
  const { Organization } = await call(clients, 'read the organization', (client) =>
    client.send(new DescribeOrganizationCommand({})),
  );
  if (Organization?.Id === wanted) return;
  throw new LakeError('Unexpected', {
    message: `account ${clients.account} is in organization ${Organization?.Id ?? 'of no id'}, and the policy is for ${wanted}`,
    remedy: 'correct organization.id or organization.managementAccount in the policy',
  });
}

async function readPart(
  clients: Organizations,
  { organization, part, names }: { organization: string; part: string; names: Record<string, string> },
): Promise<Observed<ResolvedPart>> {
  try {
    const found = part === WHOLE ? await readWhole(clients) : await readUnit(clients, part);
    const active = found.accounts.filter(isActive);
    for (const account of active) names[idOf(account)] = account.Name ?? '';
    const value = { path: `${organization}/${found.path.join('/')}/`, accounts: sortedSet(active.map(idOf)) };
    if (value.accounts.length > 0) return { known: true, value };
    return unknown({ code: 'Unexpected', message: `${part} was said to have no account that is active` });
  } catch (error) {
    return unknown(troubleOf(asLakeError(error)));
  }
}

interface Found {
  /** Root first. */
  readonly path: readonly string[];
  readonly accounts: readonly Account[];
}

async function readWhole(clients: Organizations): Promise<Found> {
  const roots = await everyPage(async (NextToken) => {
    const page = await call(clients, 'list the roots', (client) => client.send(new ListRootsCommand({ NextToken })));
    return { items: page.Roots, next: page.NextToken };
  });
  const accounts = await everyPage(async (NextToken) => {
    const page = await call(clients, 'list accounts', (client) => client.send(new ListAccountsCommand({ NextToken })));
    return { items: page.Accounts, next: page.NextToken };
  });
  return { path: [required(roots[0]?.Id, 'the root of the organization')], accounts };
}

/** Above it for its path, below it for its accounts. */
async function readUnit(clients: Organizations, unit: string): Promise<Found> {
  const path = [unit];
  for (let at = await parentOf(clients, unit); at !== null; at = await parentOf(clients, at)) path.unshift(at);
  const accounts: Account[] = [];
  const waiting = [unit];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    accounts.push(...(await accountsIn(clients, next)));
    waiting.push(...(await unitsIn(clients, next)));
  }
  return { path, accounts };
}

/** Null above the root. */
async function parentOf(clients: Organizations, child: string): Promise<string | null> {
  if (child.startsWith('r-')) return null;
  const { Parents } = await call(clients, `read the parent of ${child}`, (client) =>
    client.send(new ListParentsCommand({ ChildId: child })),
  );
  return required(Parents?.[0]?.Id, `the parent of ${child}`);
}

function accountsIn(clients: Organizations, parent: string): Promise<Account[]> {
  return everyPage(async (NextToken) => {
    const page = await call(clients, `list the accounts of ${parent}`, (client) =>
      client.send(new ListAccountsForParentCommand({ ParentId: parent, NextToken })),
    );
    return { items: page.Accounts, next: page.NextToken };
  });
}

async function unitsIn(clients: Organizations, parent: string): Promise<string[]> {
  const units = await everyPage(async (NextToken) => {
    const page = await call(clients, `list the units of ${parent}`, (client) =>
      client.send(new ListOrganizationalUnitsForParentCommand({ ParentId: parent, NextToken })),
    );
    return { items: page.OrganizationalUnits, next: page.NextToken };
  });
  return units.map(({ Id }) => required(Id, 'the id of a unit'));
}

function idOf({ Id }: Account): string {
  return required(Id, 'the id of an account');
}

/** `State`; `Status` was retired on 2026-09-09, and may be all that an older Region answers. */
function isActive(account: Account): boolean {
  const said = account.State ?? account.Status;
  return required(said, `the state of account ${account.Id}`) === 'ACTIVE';
}

function call<T>(
  { account, organizations }: Organizations,
  doing: string,
  send: (c: OrganizationsClient) => Promise<T>,
) {
  return asked({ account, owner: true, doing }, () => send(organizations));
}

/** Errors of ours are facts here; others are bugs. */
function asLakeError(error: unknown): LakeError {
  if (isLakeError(error)) return error;
  throw error;
}
