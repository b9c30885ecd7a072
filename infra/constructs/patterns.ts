/**
 * Which events are forwarded to the hub, and which wake it. Both sides use the same patterns, so that a member never
 * pays for an event that the hub's rules drop. Events only say where to look: one too many costs a look.
 */

import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { HUB_SOURCE, POLICY_CHANGED } from '#contracts/names.ts';

/** A crawler has written tables. `Started` and `Failed` change nothing in the catalog that lasts. */
const CRAWLERS: EventPattern = {
  source: ['aws.glue'],
  detailType: ['Glue Crawler State Change'],
  detail: { state: ['Succeeded'] },
};

/** Databases and tables come and go: CreateTable is an event of the database. */
const DATABASES: EventPattern = {
  source: ['aws.glue'],
  detailType: ['Glue Data Catalog Database State Change'],
};

/** A table changed. Partitions do not: nobody's access hangs on them, and there may be thousands a minute. */
const TABLES: EventPattern = {
  source: ['aws.glue'],
  detailType: ['Glue Data Catalog Table State Change'],
  detail: { typeOfChange: ['UpdateTable'] },
};

/** A share's associations and invitations, seen by owner and receiver. */
const SHARING: EventPattern = { source: ['aws.ram'], detailType: ['Resource Sharing State Change'] };

/** Ours, and only from the hub's own account: members may put events on this bus too. */
export function policyChanged(hubAccount: string): EventPattern {
  return { source: [HUB_SOURCE], detailType: [POLICY_CHANGED], account: [hubAccount] };
}

/** What members forward: rule name → pattern. */
export const FORWARDED = {
  crawlers: CRAWLERS,
  databases: DATABASES,
  tables: TABLES,
  sharing: SHARING,
} as const satisfies Record<string, EventPattern>;
