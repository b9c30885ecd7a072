import { CATALOG_ENCRYPTION, type PermissionRow, READ_WITH_CATALOG_KEY } from '#contracts/permissions.ts';

export const PERMISSIONS: readonly PermissionRow[] = [
  CATALOG_ENCRYPTION,
  READ_WITH_CATALOG_KEY,
  {
    sid: 'CatalogKeyPolicy',
    actions: ['kms:DescribeKey', 'kms:GetKeyPolicy'],
    on: ['{catalogKey}'],
    why: 'Which key a catalog has its owner decides; accounts.NAME.catalogKey narrows it to one.',
  },
];
