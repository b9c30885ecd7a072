/** How organizations and members come to be and go. */

import type { AccountJoinedMethod } from '@aws-sdk/client-organizations';
import type { World } from '../service.ts';
import { fullAccess } from './control-policies.ts';
import { emitDeparted, emitJoined } from './events.ts';
import type { Organization, Unit } from './state.ts';

export interface NewOrganization {
  readonly managementAccount: string;
  /** `o-…` and `r-…`; made up when absent. */
  readonly id?: string;
  readonly root?: string;
  readonly units?: readonly { readonly id: string; readonly name: string; readonly parent?: string }[];
  readonly accounts?: readonly Omit<NewMember, 'method'>[];
  readonly serviceAccess?: readonly string[];
  readonly ramSharing?: boolean;
}

export interface NewMember {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** The root when absent. */
  readonly parent?: string;
  readonly method: AccountJoinedMethod;
}

/** Founds an organization as it stands, without events: how it came about is nobody's news. */
export function found(world: World, given: NewOrganization): Organization {
  const root = given.root ?? `r-${world.id(4)}`;
  const organization: Organization = {
    id: given.id ?? `o-${world.id(10)}`,
    root,
    managementAccount: given.managementAccount,
    units: new Map(),
    accounts: new Map(),
    serviceAccess: new Map(),
    delegated: new Map(),
    creations: new Map(),
    policies: new Map([[fullAccess.id, fullAccess]]),
    attached: new Map(),
    ramSharing: given.ramSharing === true,
  };
  for (const { id, name, parent } of given.units ?? []) {
    const unit: Unit = { id, name, parent: parent ?? root };
    organization.units.set(id, unit);
  }
  for (const service of given.serviceAccess ?? []) organization.serviceAccess.set(service, new Date(world.now()));
  world.organizations.organizations.set(organization.id, organization);
  const others = (given.accounts ?? []).filter(({ id }) => id !== given.managementAccount);
  const management = given.accounts?.find(({ id }) => id === given.managementAccount) ?? {
    id: given.managementAccount,
  };
  for (const member of [management, ...others]) admit(world, organization, { ...member, method: 'CREATED' });
  return organization;
}

/** An account joins, and the management account is told. */
export function join(world: World, organization: Organization, member: NewMember): void {
  admit(world, organization, member);
  emitJoined(world, organization, member.id, member.method === 'INVITED' ? 'Invited' : 'Created');
}

function admit(world: World, organization: Organization, { id, name, email, parent, method }: NewMember): void {
  if (world.organizations.membership.has(id)) throw new Error(`account ${id} is in an organization already`);
  if (parent !== undefined && parent !== organization.root && !organization.units.has(parent))
    throw new Error(`organization ${organization.id} has no unit ${parent}`);
  organization.accounts.set(id, {
    id,
    name: name ?? id,
    email: email ?? `${id}@example.com`,
    state: 'ACTIVE',
    joinedMethod: method,
    joined: new Date(world.now()),
    parent: parent ?? organization.root,
  });
  world.organizations.membership.set(id, organization.id);
}

/** An account departs, and the management account is told. */
export function leave(world: World, organization: Organization, account: string, how: 'Left' | 'Removed' | 'Cleaned') {
  organization.accounts.delete(account);
  organization.attached.delete(account);
  organization.delegated.delete(account);
  world.organizations.membership.delete(account);
  emitDeparted(world, organization, account, how);
}
