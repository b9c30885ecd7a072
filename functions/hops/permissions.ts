/**
 * What our reader has to be allowed, hop by hop. Beside `path.ts` because templates are made of these rows, and must not
 * load what hops read with; a test holds both lists against each other.
 */

import { PERMISSIONS as acceptance } from './acceptance/permissions.ts';
import { PERMISSIONS as catalogKey } from './catalog-key/permissions.ts';
import { PERMISSIONS as catalogPolicy } from './catalog-policy/permissions.ts';
import { PERMISSIONS as exposure } from './exposure/permissions.ts';
import { PERMISSIONS as grants } from './grants/permissions.ts';
import { PERMISSIONS as link } from './link/permissions.ts';
import { PERMISSIONS as location } from './location/permissions.ts';
import { PERMISSIONS as membership } from './membership/permissions.ts';
import { LOOKUP_ROWS } from './reader-rows.ts';
import { PERMISSIONS as role } from './role/permissions.ts';
import { PERMISSIONS as settings } from './settings/permissions.ts';
import { PERMISSIONS as share } from './share/permissions.ts';
import { PERMISSIONS as storage } from './storage/permissions.ts';
import { PERMISSIONS as tags } from './tags/permissions.ts';

export const READER_ROWS = [
  ...LOOKUP_ROWS,
  ...settings,
  ...catalogKey,
  ...location,
  ...catalogPolicy,
  ...tags,
  ...exposure,
  ...share,
  ...storage,
  ...membership,
  ...acceptance,
  ...link,
  ...grants,
  ...role,
];
