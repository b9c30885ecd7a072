/** Names that only the templates need; those the functions also look for are in contracts. */

import { memberRolePath } from '#contracts/names.ts';

/** A role of the hub that member accounts trust. Under the same path as the member roles. */
export function hubRoleName(namespace: string, purpose: string): string {
  return `${namespace}-hub-${purpose}`;
}

export function hubRoleArn(options: {
  partition: string;
  account: string;
  namespace: string;
  purpose: string;
}): string {
  const { partition, account, namespace, purpose } = options;
  return `arn:${partition}:iam::${account}:role${memberRolePath(namespace)}${hubRoleName(namespace, purpose)}`;
}

/** IAM is global and forwarders are per Region: the Region is in the name. */
export function forwarderRoleName(namespace: string, region: string): string {
  return `${namespace}-forwarder-${region}`;
}
