/**
 * `AWS API Call via CloudTrail` of Glue, where the account has a trail: the only sign of an updated database. Starts of
 * workflow runs come this way too and are left alone: every node's end wakes us.
 */

import { type Caller, type Envelope, GlueCallDetailSchema, readDetail } from '#contracts/events.ts';
import { memberRoleName } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { databaseRoute } from './places.ts';
import { type EventRoute, ignore } from './types.ts';

export const glueApiCall: EventRoute = (event, policy, standing) => {
  const { eventName, errorCode, requestParameters, userIdentity } = readDetail(GlueCallDetailSchema, event);
  const { account, region } = event;
  if (eventName !== 'UpdateDatabase') return ignore(`${eventName} of account ${account} changes no database`);
  if (errorCode !== undefined) return ignore(`${eventName} of account ${account} was refused: ${errorCode}`);
  if (isOurOperator(policy, event, userIdentity)) return ignore(`${eventName} of account ${account} is our own`);
  const { name, catalogId } = requestParameters ?? {};
  if (name === undefined) return ignore(`${eventName} of account ${account} names no database`);
  // Nested catalogs, and those of other accounts, are nobody's product.
  if (catalogId !== undefined && catalogId !== account) return ignore(`${eventName} in catalog ${catalogId}`);
  const what = `${eventName} of ${name} in account ${account}, ${region}`;
  return databaseRoute({ policy, standing }, { account, region, database: name }, what);
};

/**
 * An echo: our operator's session made the call, and the run that did looks at it itself. A role's name is its account's
 * only one, whatever the path. Nobody else's change of the same thing is ever taken for ours: CloudTrail names who called.
 */
function isOurOperator(
  { namespace, partition }: Policy,
  { account }: Envelope,
  caller: Caller | null | undefined,
): boolean {
  if (caller?.type !== 'AssumedRole') return false;
  const arn = caller.sessionContext?.sessionIssuer?.arn ?? '';
  return (
    arn.startsWith(`arn:${partition}:iam::${account}:role/`) &&
    arn.endsWith(`/${memberRoleName(namespace, 'Operator')}`)
  );
}
