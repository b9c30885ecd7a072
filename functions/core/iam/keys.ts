/** Condition keys: what the caller says of the request, then what follows from who asks. */

import type { AccessRequest, Principal } from './request.ts';

/** Values of a condition key: none (known to be absent), one, several; null when nobody can tell here. */
export type Values = readonly string[] | null;

/** Names of keys have no case, tag keys included. */
export function valuesOf(request: AccessRequest, key: string): Values {
  const name = key.toLowerCase();
  const told = Object.entries(request.context).find(([other]) => other.toLowerCase() === name);
  if (told !== undefined) return told[1] === null ? null : [told[1]].flat();
  const tag = /^aws:principaltag\/(.*)$/s.exec(name)?.[1];
  return tag === undefined ? derived(request.principal, name) : tagValues(request.principal, tag);
}

function tagValues({ tags }: Principal, tag: string): Values {
  if (tags === null) return null;
  // A job's session carries no session tags (Glue assumes the role itself), so the role's tags are all there are.
  return Object.entries(tags)
    .filter(([key]) => key.toLowerCase() === tag)
    .map(([, value]) => value);
}

function derived(principal: Principal, name: string): Values {
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
    default:
      return null;
  }
}

function single(value: string | undefined): Values {
  return value === undefined ? null : [value];
}
