/** What an account knows of its own organization: any member may ask (Organizations API reference, DescribeOrganization). */

import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import { isLakeError } from '#contracts/errors.ts';
import type { OrganizationFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

const IN_NONE = 'AWSOrganizationsNotInUseException';

/** The organization these clients' account says it is in. @throws LakeError when AWS would not tell. */
export async function readOrganization(
  clients: Pick<Clients, 'account' | 'organizations'>,
): Promise<OrganizationFacts> {
  const view = { account: clients.account, owner: true, doing: 'read the organization' };
  try {
    const answer = await asked(view, () => clients.organizations.send(new DescribeOrganizationCommand({})));
    return { id: required(answer.Organization?.Id, 'the id of the organization') };
  } catch (error) {
    if (isLakeError(error) && error.aws?.code === IN_NONE) return { id: null };
    throw error;
  }
}
