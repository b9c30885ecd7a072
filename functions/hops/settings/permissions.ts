import { READ_ROLES, READ_SETTINGS, READ_USERS } from '../reader-rows.ts';

/** Who would lose something by closed defaults is read only while there is something to lose. */
export const PERMISSIONS = [READ_SETTINGS, ...READ_ROLES, ...READ_USERS];
