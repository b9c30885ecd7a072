import { READ_CATALOG_POLICY } from '../reader-rows.ts';

export const PERMISSIONS = [READ_CATALOG_POLICY];
