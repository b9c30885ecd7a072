/** A catalog as it should be, and who could make things in it: for tests of what would be taken from whom. */

import type { IdentitiesFacts, SettingsFacts } from '#core/facts.ts';
import { FINANCE } from '../core/policy/documents.ts';

export const operator = `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`;
export const reader = `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`;
export const settings: SettingsFacts = {
  admins: [operator],
  readOnlyAdmins: [reader],
  crossAccountVersion: 3,
  openDatabases: false,
  openTables: false,
};
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const may = (Action: string, Condition?: object) =>
  document({ Effect: 'Allow', Action, Resource: '*', ...(Condition ? { Condition } : {}) });
const identity = (kind: 'role' | 'user', name: string, policies: string[] | null) => ({
  kind,
  arn: `arn:aws:iam::${FINANCE}:${kind}/${name}`,
  tags: {},
  policies,
  boundary: null,
});
export const identities: IdentitiesFacts = {
  identities: [
    identity('role', 'service-role/crawler', [may('glue:*')]),
    identity('role', 'granted', [may('glue:CreateDatabase')]),
    identity('role', 'reader', [may('glue:Get*')]),
    identity('role', 'hidden', null),
    identity('role', 'by-ip', [may('glue:CreateDatabase', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })]),
    identity('user', 'alice', [may('*')]),
    identity('user', 'bob', []),
    identity('user', 'carol', [document({ Effect: 'Deny', Action: 'glue:*', Resource: '*' })]),
    identity('role', 'onramp/onramp-operator', [may('glue:CreateDatabase')]),
  ],
  unread: 0,
};
