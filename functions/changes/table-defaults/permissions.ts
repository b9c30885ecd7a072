import {
  CATALOG_READS,
  OWN_CATALOG,
  type PermissionRow,
  WHOLE_CATALOG,
  WRITE_WITH_CATALOG_KEY,
} from '#contracts/permissions.ts';

/** What our operator needs to alter what new tables of a database start with. */
export const ALTER_DATABASE: readonly PermissionRow[] = [
  { sid: 'LinksAndDefaults', actions: ['glue:UpdateDatabase'], on: OWN_CATALOG, why: WHOLE_CATALOG },
  { sid: 'SeeWhatIsGranted', actions: CATALOG_READS, on: OWN_CATALOG, why: WHOLE_CATALOG },
  WRITE_WITH_CATALOG_KEY,
];
