/** The roles that locations are registered with: the service-linked one, and others that let Lake Formation in. */

import type { Identity } from '../backend/backend.ts';
import type { World } from '../service.ts';
import type { Place } from './target.ts';

export const lakeFormation = 'lakeformation.amazonaws.com';

/** The ARN of the account's service-linked role for data access. */
export function serviceLinkedRole(account: string): string {
  return `arn:aws:iam::${account}:role/aws-service-role/${lakeFormation}/AWSServiceRoleForLakeFormationDataAccess`;
}

/** Whether the role belongs to a service. */
export function isServiceLinked(role: string): boolean {
  return role.includes(':role/aws-service-role/');
}

/** Whether Lake Formation may assume the role, for the account and Region that registered it. */
export async function isTrusting(world: World, role: Identity, { account, region }: Place): Promise<boolean> {
  const { effect } = await world.iam.decide({
    caller: { kind: 'service', account: '', arn: lakeFormation },
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.account,
    resourcePolicy: role.trust,
    resourceMustAllow: true,
    // As in the guide's page on the confused deputy; what stands in place of its `*` is not said.
    context: { 'aws:SourceAccount': account, 'aws:SourceArn': `arn:aws:lakeformation:${region}:${account}:resource` },
  });
  return effect === 'allowed';
}
