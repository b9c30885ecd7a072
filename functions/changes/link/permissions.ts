import {
  ANY_CATALOG,
  CATALOG_READS,
  OWN_CATALOG,
  type PermissionRow,
  WHOLE_CATALOG,
  WRITE_WITH_CATALOG_KEY,
} from '#contracts/permissions.ts';

/** What our operator needs to make links and databases. */
export const CREATE_DATABASE: readonly PermissionRow[] = [
  { sid: 'LinksAndDefaults', actions: ['glue:CreateDatabase'], on: OWN_CATALOG, why: WHOLE_CATALOG },
  { sid: 'SeeWhatIsGranted', actions: CATALOG_READS, on: ANY_CATALOG, why: 'Reading a link is reading its target.' },
  WRITE_WITH_CATALOG_KEY,
];
