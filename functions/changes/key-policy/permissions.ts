import type { PermissionRow } from '#contracts/permissions.ts';

/** What our storage role needs to write the policies of the keys that products name. */
export const WRITE_KEY_POLICY: PermissionRow = {
  sid: 'KeyPolicies',
  actions: ['kms:GetKeyPolicy', 'kms:PutKeyPolicy'],
  on: ['{key}'],
  why: 'Buckets and keys by name.',
  features: ['keys'],
};
