/** A session policy only ever cuts down: what a purpose needs, the role that serves it must have. */

import { expect, test } from 'vitest';
import { type Purpose, sessionPolicyFor } from '#aws/session-policy.ts';
import {
  operatorPermissions,
  readerPermissions,
  storagePermissions,
} from '../../infra/constructs/member-permissions.ts';

const place = { partition: 'aws', account: '111111111111' };
const stores = { buckets: ['cur'], keys: ['arn:aws:kms:ap-northeast-1:111111111111:key/0'] };
/** As the policy's foundation asks for it. */
const foundation = {
  tags: true,
  registrationRoles: ['arn:aws:iam::111111111111:role/lake/registration'],
  serviceLinked: true,
  identities: true,
};
const SERVES = {
  observe: readerPermissions(place, stores, foundation),
  identities: readerPermissions(place, stores, foundation),
  storage: storagePermissions(place, stores),
  settings: operatorPermissions(place),
  'catalog-policy': operatorPermissions(place),
  exposure: operatorPermissions(place),
  share: operatorPermissions(place),
  accept: operatorPermissions(place),
  link: operatorPermissions(place),
  grant: operatorPermissions(place),
  location: operatorPermissions(place, foundation),
  tags: operatorPermissions(place, foundation),
} satisfies Record<Purpose, unknown>;

test.for(Object.keys(SERVES) as Purpose[])('the role that serves %s may do all of it', (purpose) => {
  const granted = new Set(SERVES[purpose].flatMap(({ statement }) => statement.Action));
  const { text } = sessionPolicyFor({
    ...place,
    purpose,
    region: 'ap-northeast-1',
    bucket: 'cur',
    key: 'arn:aws:kms:ap-northeast-1:111111111111:key/0',
    passRole: foundation.registrationRoles[0],
    serviceLinked: true,
  });
  const wanted = (JSON.parse(text) as { Statement: { Action: string[] }[] }).Statement.flatMap(({ Action }) => Action);
  expect(wanted.filter((action) => !granted.has(action))).toEqual([]);
});
