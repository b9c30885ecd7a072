/** All kinds of change. The engine knows them by the interface only. */

import type { ChangeWriter, ChangeWriters } from '#engine/change-writer.ts';
import { bucketPolicyWriter } from './bucket-policy/write.ts';
import { catalogPolicyWriter } from './catalog-policy/write.ts';
import { databaseWriter } from './database/write.ts';
import { grantWriter } from './grant/write.ts';
import { invitationWriter } from './invitation/write.ts';
import { keyPolicyWriter } from './key-policy/write.ts';
import { linkWriter } from './link/write.ts';
import { deleteLinkWriter } from './link-removal/write.ts';
import { locationWriter } from './location/write.ts';
import { revokeWriter } from './revoke/write.ts';
import { settingsWriter } from './settings/write.ts';
import { closeTableDefaultsWriter, reopenTableDefaultsWriter } from './table-defaults/write.ts';
import { tagAssignmentWriter } from './tag-assignment/write.ts';
import { createTagWriter, extendTagWriter } from './tag-key/write.ts';

const WRITERS: readonly ChangeWriter[] = [
  settingsWriter,
  catalogPolicyWriter,
  locationWriter,
  createTagWriter,
  extendTagWriter,
  tagAssignmentWriter,
  invitationWriter,
  linkWriter,
  deleteLinkWriter,
  databaseWriter,
  grantWriter,
  revokeWriter,
  closeTableDefaultsWriter,
  reopenTableDefaultsWriter,
  bucketPolicyWriter,
  keyPolicyWriter,
];

export const CHANGES: ChangeWriters = new Map(WRITERS.map((writer) => [writer.kind.kind, writer]));
