import { AWS_KNOWS_NONE, NO_RESOURCE, type PermissionRow } from '#contracts/permissions.ts';

/** What our operator needs to write Lake Formation settings. */
export const WRITE_SETTINGS: PermissionRow = {
  sid: 'Settings',
  actions: ['lakeformation:GetDataLakeSettings', 'lakeformation:PutDataLakeSettings'],
  on: NO_RESOURCE,
  why: AWS_KNOWS_NONE,
};
