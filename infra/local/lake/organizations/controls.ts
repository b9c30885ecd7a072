/** Facts about organizations, set through `POST /_lake/organizations/<name>`. */

import type { AccountState } from '@aws-sdk/client-organizations';
import type { Control, World } from '../service.ts';
import { organizationOf } from './lookup.ts';
import type { NewOrganization } from './membership.ts';
import { found, join, leave } from './membership.ts';
import type { Organization } from './state.ts';

interface Joining {
  readonly account: string;
  /** The management account or any member of the organization joined. */
  readonly of: string;
  readonly name?: string;
  readonly email?: string;
  readonly parent?: string;
}

function theirs(world: World, account: string): Organization {
  const organization = organizationOf(world, account);
  if (!organization) throw new Error(`account ${account} is in no organization`);
  return organization;
}

export const organizationControls: Readonly<Record<string, Control>> = {
  /** `{ managementAccount, id?, root?, units?, accounts?, serviceAccess?, ramSharing? }` */
  found: (world: World, body: NewOrganization) => {
    const { id, root } = found(world, body);
    return { id, root };
  },
  /** An account has accepted its invitation: from outside, or by moving over from another organization. */
  join: (world: World, { account, of, ...more }: Joining) => {
    const before = organizationOf(world, account);
    const after = theirs(world, of);
    if (before && before !== after) leave(world, before, account, 'Left');
    join(world, after, { id: account, ...more, method: 'INVITED' });
  },
  /** An account's state as AWS would come to it: SUSPENDED, PENDING_CLOSURE, CLOSED, ACTIVE. */
  state: (world: World, { account, state }: { account: string; state: AccountState }) => {
    const member = theirs(world, account).accounts.get(account);
    if (member) member.state = state;
    return { account, state };
  },
  leave: (world: World, { account, how }: { account: string; how?: 'Left' | 'Removed' | 'Cleaned' }) =>
    leave(world, theirs(world, account), account, how ?? 'Left'),
};
