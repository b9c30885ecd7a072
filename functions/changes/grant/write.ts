import { grantBatch } from '#aws/grants.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { openOf, permissionWriter } from '../permission-batch.ts';
import { type GrantChange, grantChange } from './change.ts';

export const grantWriter: ChangeWriter<GrantChange> = {
  kind: grantChange,
  ...permissionWriter(grantBatch),
  // A role may have been opened to others since it was admitted; and what others grant meanwhile is theirs.
  anew: (change) => ['grants', 'roles', ...openOf(change)],
};
