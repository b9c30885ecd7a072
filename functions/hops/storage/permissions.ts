import { READ_BUCKETS, READ_KEYS } from '../reader-rows.ts';

export const PERMISSIONS = [READ_BUCKETS, READ_KEYS];
