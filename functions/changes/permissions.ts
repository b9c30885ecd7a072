/**
 * What our operator and our storage role have to be allowed, kind by kind. Beside `registry.ts` because templates are made
 * of these rows, and must not load what changes are written with; a test holds both lists against each other.
 */

import { WRITE_BUCKET_POLICY } from './bucket-policy/permissions.ts';
import { WRITE_CATALOG_POLICY } from './catalog-policy/permissions.ts';
import { SHARE_OUTWARD, WRITE_GRANTS } from './grant/permissions.ts';
import { ACCEPT } from './invitation/permissions.ts';
import { WRITE_KEY_POLICY } from './key-policy/permissions.ts';
import { CREATE_DATABASE } from './link/permissions.ts';
import { DELETE_LINK } from './link-removal/permissions.ts';
import { PASS_ROLE, REGISTER, SERVICE_LINKED_ROLE } from './location/permissions.ts';
import { WRITE_SETTINGS } from './settings/permissions.ts';
import { ALTER_DATABASE } from './table-defaults/permissions.ts';
import { WRITE_TAGS } from './tag-key/permissions.ts';

export const OPERATOR_ROWS = [
  WRITE_SETTINGS,
  ...WRITE_GRANTS,
  ...CREATE_DATABASE,
  ...DELETE_LINK,
  ...ALTER_DATABASE,
  ...WRITE_TAGS,
  REGISTER,
  PASS_ROLE,
  ...SERVICE_LINKED_ROLE,
  ...WRITE_CATALOG_POLICY,
  ...SHARE_OUTWARD,
  ...ACCEPT,
];

export const STORAGE_ROWS = [WRITE_BUCKET_POLICY, WRITE_KEY_POLICY];
