import { type PermissionRow, WHOLE_CATALOG } from '#contracts/permissions.ts';

/** What our operator needs to write the Glue catalog policy. */
export const WRITE_CATALOG_POLICY: readonly PermissionRow[] = [
  {
    sid: 'CatalogPolicy',
    actions: ['glue:GetResourcePolicy', 'glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'],
    on: ['arn:{partition}:glue:{region}:{account}:catalog'],
    why: WHOLE_CATALOG,
  },
];
