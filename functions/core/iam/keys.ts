/** Condition keys: what the caller says of the request, then what follows from who asks. */

import { arnParts } from '#contracts/arn.ts';
import type { AccessRequest, Principal } from './request.ts';

/** Values of a condition key: none (known to be absent), one, several; null when nobody can tell here. */
export type Values = readonly string[] | null;

/** Names of keys have no case, tag keys included. */
export function valuesOf(request: AccessRequest, key: string): Values {
  const name = key.toLowerCase();
  const told = Object.entries(request.context).find(([other]) => other.toLowerCase() === name);
  if (told !== undefined) return told[1] === null ? null : [told[1]].flat();
  const tag = /^aws:principaltag\/(.*)$/s.exec(name)?.[1];
  return tag === undefined ? derived(request, name) : tagValues(request.principal, tag);
}

/** Keys that hold several values, in lower case: of an operator that takes one AWS does not say what it compares. */
const MULTIVALUED: ReadonlySet<string> = new Set([
  'aws:calledvia',
  'aws:principalorgpaths',
  'aws:principalservicenameslist',
  'aws:resourceorgpaths',
  'aws:sourceorgpaths',
  'aws:tagkeys',
  'kms:encryptioncontextkeys',
]);

/** Whether a key may hold several values in one request. */
export function isMultivalued(key: string): boolean {
  return MULTIVALUED.has(key.toLowerCase());
}

function tagValues({ tags }: Principal, tag: string): Values {
  if (tags === null) return null;
  // A job's session carries no session tags (Glue assumes the role itself), so the role's tags are all there are.
  return Object.entries(tags)
    .filter(([key]) => key.toLowerCase() === tag)
    .map(([, value]) => value);
}

function derived({ principal, action, resource }: AccessRequest, name: string): Values {
  const isService = principal.type === 'service';
  switch (name) {
    case 'aws:principalarn':
      return isService ? null : [principal.arn];
    case 'aws:principalaccount':
      return isService ? null : [principal.account];
    case 'aws:principalorgid':
      return principal.organization == null ? null : [principal.organization];
    case 'aws:principalorgpaths':
      return principal.organizationPaths ?? null;
    case 'aws:principalisawsservice':
      return [String(isService)];
    case 'aws:principalservicename':
      return isService ? single(principal.service) : [];
    case 'aws:principaltype':
      return isService ? null : [principal.type === 'role' ? 'AssumedRole' : 'Account'];
    case 'aws:username':
      // Only IAM users have one.
      return isService ? null : [];
    case 'aws:resourceaccount':
      return ownerOf(resource);
    case 'kms:calleraccount':
      return isService || !/^kms:/i.test(action) ? null : [principal.account];
    default:
      return null;
  }
}

/** Names of buckets and their objects tell no account. */
function ownerOf(resource: string): Values {
  return single(arnParts(resource)?.account || undefined);
}

function single(value: string | undefined): Values {
  return value === undefined ? null : [value];
}
