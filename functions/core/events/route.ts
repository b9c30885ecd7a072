/** The table of routes: event type → where to look. An event of another type is not ours to guess about. */

import { LakeError } from '#contracts/errors.ts';
import { readEnvelope } from '#contracts/events.ts';
import { HUB_SOURCE, POLICY_CHANGED } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { glueApiCall } from './api-call.ts';
import { catalogDatabaseChange } from './catalog-database.ts';
import { catalogTableChange } from './catalog-table.ts';
import { crawlerStateChange } from './crawler.ts';
import { jobStateChange } from './job.ts';
import { policyChanged } from './policy-changed.ts';
import { scheduled } from './schedule.ts';
import { sharingStateChange } from './sharing.ts';
import type { EventRoute, Route } from './types.ts';

/** Source, then detail-type. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, EventRoute>>>> = {
  'aws.events': { 'Scheduled Event': scheduled },
  'aws.glue': {
    'AWS API Call via CloudTrail': glueApiCall,
    'Glue Crawler State Change': crawlerStateChange,
    'Glue Data Catalog Database State Change': catalogDatabaseChange,
    'Glue Data Catalog Table State Change': catalogTableChange,
    'Glue Job State Change': jobStateChange,
  },
  'aws.ram': { 'Resource Sharing State Change': sharingStateChange },
  [HUB_SOURCE]: { [POLICY_CHANGED]: policyChanged },
};

/**
 * Where an event says to look: at what the policy names, and (law 13) at what of ours stands and it names no longer. Pure;
 * throws `EventInvalid` for what is malformed or of an unknown type.
 */
export function route(event: unknown, policy: Policy, standing: readonly Scope[] = []): Route {
  const envelope = readEnvelope(event);
  const types = ownMember(ROUTES, envelope.source);
  const found = types && ownMember(types, envelope['detail-type']);
  if (found) return found(envelope, policy, standing);
  throw new LakeError('EventInvalid', {
    message: `event ${envelope.id} is of a type we have no route for: source "${envelope.source}", detail-type "${envelope['detail-type']}"`,
    remedy: 'narrow the rule that delivered it, or add a route for it',
  });
}

function ownMember<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
