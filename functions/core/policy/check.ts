/** Everything a schema can't see in a policy: names that exist, products that don't contradict, parts acted on. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { checkAccounts } from './accounts.ts';
import { checkAudiences } from './audiences.ts';
import { checkDataLocations } from './data-locations.ts';
import { checkDocumentSizes } from './document-sizes.ts';
import type { PolicyIssue } from './issue.ts';
import { checkLinks } from './links.ts';
import { checkNotYet } from './not-yet.ts';
import { checkOverlaps } from './overlaps.ts';
import { checkProducts } from './products.ts';
import { checkRegistrations } from './registration.ts';
import { checkSchedule } from './schedule.ts';
import { checkTags } from './tags.ts';

/** Every issue of a document of the right shape, in the order a person reads the file; none: it can be resolved. */
export function checkPolicy(document: PolicyDocument): PolicyIssue[] {
  const issues = [
    ...checkAccounts(document),
    ...checkAudiences(document),
    ...checkProducts(document),
    ...checkLinks(document),
    ...checkOverlaps(document),
    ...checkRegistrations(document),
    ...checkTags(document),
    ...checkDataLocations(document),
    ...checkSchedule(document),
    ...checkNotYet(document),
  ];
  // Only what can be resolved has a size.
  return issues.length > 0 ? issues : checkDocumentSizes(document);
}
