import {
  AWS_KNOWS_NONE,
  CATALOG_READS,
  type Feature,
  NO_RESOURCE,
  OWN_CATALOG,
  type PermissionRow,
  TAG_READS,
  WHOLE_CATALOG,
  WRITE_WITH_CATALOG_KEY,
} from '#contracts/permissions.ts';

const features: readonly Feature[] = ['tags'];
const SEE: PermissionRow = { sid: 'SeeWhatIsGranted', actions: CATALOG_READS, on: OWN_CATALOG, why: WHOLE_CATALOG };

/** What our operator needs to make LF-Tags and to put them on things. */
export const WRITE_TAGS: readonly PermissionRow[] = [
  {
    sid: 'Tags',
    actions: [
      'lakeformation:CreateLFTag',
      'lakeformation:UpdateLFTag',
      'lakeformation:AddLFTagsToResource',
      ...TAG_READS,
    ],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
    features,
  },
  SEE,
  WRITE_WITH_CATALOG_KEY,
];
