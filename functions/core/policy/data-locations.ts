/** Data locations: who may make tables over them. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue } from './issue.ts';
import { isPattern } from './patterns.ts';
import { checkPrincipal } from './principals.ts';

export function checkDataLocations(document: PolicyDocument): PolicyIssue[] {
  return (document.dataLocations ?? []).flatMap(({ account, location, to }, i) => [
    ...checkLocation(['dataLocations', i, 'location'], location),
    ...to.flatMap((principal, j) =>
      checkPrincipal(document, { path: ['dataLocations', i, 'to', j], principal, account, others: true }),
    ),
  ]);
}

/** A location is a beginning of keys as it stands: `*` in it would be a character. */
export function checkLocation(path: PolicyIssue['path'], location: string): PolicyIssue[] {
  if (!isPattern(location)) return [];
  return [invalid(path, location, 'a location is no pattern', 'write the prefix alone; everything under it is meant')];
}
