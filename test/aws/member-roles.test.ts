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
const SERVES = {
  observe: readerPermissions(place, stores),
  storage: storagePermissions(place, stores),
  settings: operatorPermissions(place),
  'catalog-policy': operatorPermissions(place),
  exposure: operatorPermissions(place),
  share: operatorPermissions(place),
  accept: operatorPermissions(place),
  link: operatorPermissions(place),
  grant: operatorPermissions(place),
  location: operatorPermissions(place),
  tags: operatorPermissions(place),
} satisfies Record<Purpose, unknown>;

test.for(Object.keys(SERVES) as Purpose[])('the role that serves %s may do all of it', (purpose) => {
  const granted = new Set(SERVES[purpose].flatMap(({ statement }) => statement.Action));
  const { text } = sessionPolicyFor({
    ...place,
    purpose,
    region: 'ap-northeast-1',
    bucket: 'cur',
    key: 'arn:aws:kms:ap-northeast-1:111111111111:key/0',
  });
  const wanted = (JSON.parse(text) as { Statement: { Action: string[] }[] }).Statement.flatMap(({ Action }) => Action);
  expect(wanted.filter((action) => !granted.has(action))).toEqual([]);
});
