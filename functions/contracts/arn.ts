/** ARNs, taken apart: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. */

export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  /** Empty for what belongs to no Region, like roles. */
  readonly region: string;
  /** Empty for what belongs to no account, like buckets. */
  readonly account: string;
  /** The rest, colons and slashes included: `role/data-jobs/reader`. */
  readonly resource: string;
}

/** Null for what is no ARN: an account id, `IAM_ALLOWED_PRINCIPALS`, the name of a service. */
export function arnParts(arn: string): ArnParts | null {
  const [prefix, partition, service, region, account, ...resource] = arn.split(':');
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined) return null;
  return resource.length === 0 ? null : { partition, service, region, account, resource: resource.join(':') };
}

/** Whether a principal of Lake Formation is a part of an organization: a unit, or all of it. */
export function isOrganizationPart(principal: string): boolean {
  return arnParts(principal)?.service === 'organizations';
}

/** Whether a text is an account's id, 12 digits. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text);
}

/** What stands behind the last slash: a role's name without its path. The whole text if it has none. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
