/**
 * `AWS API Call via CloudTrail` of Glue, where the account has a trail: the only sign of an updated database. Starts of
 * workflow runs come this way too and are left alone: every node's end wakes us.
 */

import { GlueCallDetailSchema, readDetail } from '#contracts/events.ts';
import { databaseRoute } from './places.ts';
import { type EventRoute, ignore } from './types.ts';

export const glueApiCall: EventRoute = (event, policy, standing) => {
  const { eventName, errorCode, requestParameters } = readDetail(GlueCallDetailSchema, event);
  const { account, region } = event;
  if (eventName !== 'UpdateDatabase') return ignore(`${eventName} of account ${account} changes no database`);
  if (errorCode !== undefined) return ignore(`${eventName} of account ${account} was refused: ${errorCode}`);
  const { name, catalogId } = requestParameters ?? {};
  if (name === undefined) return ignore(`${eventName} of account ${account} names no database`);
  // Nested catalogs, and those of other accounts, are nobody's product.
  if (catalogId !== undefined && catalogId !== account) return ignore(`${eventName} in catalog ${catalogId}`);
  const what = `${eventName} of ${name} in account ${account}, ${region}`;
  return databaseRoute({ policy, standing }, { account, region, database: name }, what);
};
