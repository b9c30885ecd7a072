import { revokeBatch } from '#aws/grants.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { permissionWriter } from '../permission-batch.ts';
import { type RevokeChange, revokeChange } from './change.ts';

export const revokeWriter: ChangeWriter<RevokeChange> = {
  kind: revokeChange,
  ...permissionWriter(revokeBatch),
  // A link may have become a database of somebody's since.
  anew: () => ['catalog'],
};
