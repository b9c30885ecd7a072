import { CATALOG_ENCRYPTION } from '#contracts/permissions.ts';
import { READ_CATALOG_POLICY } from '../reader-rows.ts';

export const PERMISSIONS = [READ_CATALOG_POLICY, CATALOG_ENCRYPTION];
