/** What of AWS's answers a person wants to see beside a hop, a line each. */

import type { TagValues } from '#contracts/lake-formation.ts';
import type { AcceptanceFacts, AssociationFacts, GrantFacts, LinkFacts, SettingsFacts } from '#core/facts.ts';
import { listed } from '#core/findings.ts';
import { resourceText } from '#core/permissions.ts';

type Lines = readonly string[];

/** Who administers Lake Formation, and its cross-account version. */
export function settingsLines({ admins, readOnlyAdmins, crossAccountVersion }: SettingsFacts): Lines {
  return [
    `administrators: ${listed(admins)}`,
    `read-only administrators: ${listed(readOnlyAdmins)}`,
    `cross-account version ${crossAccountVersion}`,
  ];
}

/** Who has what on what. */
export function grantLines({ grants }: GrantFacts): Lines {
  return grants.map(
    ({ principal, resource, permissions }) => `${principal} has ${permissions.join(', ')} on ${resourceText(resource)}`,
  );
}

/** Where a link leads. */
export function linkLines({ database }: LinkFacts): Lines {
  if (database === null) return ['missing'];
  const { target } = database;
  return [target === null ? 'a database, no link' : `links to ${target.database} of ${target.catalog}`];
}

/** Whom and what a share is attached to. */
export function associationLines(associations: readonly AssociationFacts[]): Lines {
  return associations.map(({ entity, status }) => `${entity}: ${status}`);
}

/** Who invites to what. */
export function invitationLines(invitations: AcceptanceFacts['invitations']): Lines {
  return invitations.map(({ shareName, sender, status }) => `${shareName} of ${sender}: ${status}`);
}

/** Shares that have arrived. */
export function shareLines(shares: AcceptanceFacts['shares']): Lines {
  return shares.map(({ arn, status }) => `${arn}: ${status}`);
}

/** Keys with their values. */
export function tagLines(keys: readonly TagValues[]): Lines {
  return keys.map(({ key, values }) => `${key}: ${values.join(', ')}`);
}
