import { AWS_KNOWS_NONE, NO_RESOURCE, type PermissionRow } from '#contracts/permissions.ts';

export const PERMISSIONS: readonly PermissionRow[] = [
  { sid: 'Organization', actions: ['organizations:DescribeOrganization'], on: NO_RESOURCE, why: AWS_KNOWS_NONE },
];
