import {
  ANY_CATALOG,
  CATALOG_READS,
  OWN_CATALOG,
  type PermissionRow,
  WRITE_WITH_CATALOG_KEY,
} from '#contracts/permissions.ts';

/** To delete a database AWS also asks for what is in it; a link holds nothing. */
const FUNCTIONS = 'arn:{partition}:glue:{region}:{account}:userDefinedFunction/{database}/*';

/** What our operator needs to take links away, and what it reads them with right before. */
export const DELETE_LINK: readonly PermissionRow[] = [
  {
    sid: 'RemoveLinks',
    actions: ['glue:DeleteDatabase'],
    on: [...OWN_CATALOG, FUNCTIONS],
    why: 'To AWS a link is a database, and no condition tells them apart. A session has the one link it is for, and reads it right before.',
  },
  {
    sid: 'SeeWhatIsGranted',
    actions: CATALOG_READS,
    // Not only of the link's own name, as its session is for.
    on: ANY_CATALOG.map((arn) => arn.replace('{database}', '*')),
    why: 'Reading a link is reading its target.',
  },
  WRITE_WITH_CATALOG_KEY,
];
