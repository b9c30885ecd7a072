/** Names shared by what CDK makes and what the functions look for. Pure functions of the policy's namespace. */

/** Path of the three roles in every member account. */
export function memberRolePath(namespace: string): string {
  return `/${namespace}/`;
}

export type MemberRole = 'Reader' | 'Operator' | 'Storage';

/** Of the management account alone: it reads which accounts the organization and its units have. */
export type OwnRole = MemberRole | 'Organization';

export function memberRoleName(namespace: string, role: OwnRole): string {
  return `${namespace}-${role.toLowerCase()}`;
}

export function memberRoleArn(options: {
  partition: string;
  account: string;
  namespace: string;
  path?: string;
  role: OwnRole;
}): string {
  const path = options.path ?? memberRolePath(options.namespace);
  return `arn:${options.partition}:iam::${options.account}:role${path}${memberRoleName(options.namespace, options.role)}`;
}

/** Tag on member roles that lets the hub refuse a member it has outgrown. */
export const MEMBER_VERSION_TAG = 'onramp:member-version';
export const MEMBER_VERSION = '4';

/** The tag that proves a job role with `proof: tag`. */
export function productTag(namespace: string): string {
  return `${namespace}:product`;
}

export function hubBusName(namespace: string): string {
  return `${namespace}-hub`;
}

/** Event source and types we put on the hub's bus. */
export const HUB_SOURCE = 'onramp.hub';
export const ACCESS_FAILED = 'Onramp Access Failed';
export const ACCESS_RECOVERED = 'Onramp Access Recovered';
export const POLICY_CHANGED = 'Onramp Policy Changed';
/** Of a policy that is written with parts of the organization: it has to be asked before the policy is in force. */
export const POLICY_DEPLOYED = 'Onramp Policy Deployed';

/** Object keys in the policy bucket. */
export const CURRENT_POLICY_KEY = 'policies/current.json';
export function policyKey(hash: string): string {
  return `policies/${hash}.json`;
}
export const CURRENT_RESOLUTION_KEY = 'policies/organization/current.json';
export function resolutionKey(hash: string): string {
  return `policies/organization/${hash}.json`;
}
/** The policy deployed last: in force at once, or once the organization has told what it needs to know. */
export const DEPLOYED_POLICY_KEY = 'policies/deployed.json';
export function snapshotKey(scope: { account: string; region: string; database: string | null }): string {
  const name = scope.database === null ? 'catalog.json' : `database/${encodeURIComponent(scope.database)}.json`;
  return `snapshots/${scope.account}/${scope.region}/${name}`;
}

/** AWS's partition for a Region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

/** What the names of AWS's services end in, in a Region. */
export function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** Also the name of its file in statemachines/. */
export type MachineName = 'publish-database' | 'onboard-account' | 'survey-account';

export function machineName(namespace: string, machine: MachineName): string {
  return `${namespace}-${machine}`;
}
