/** What Organizations says: through CloudTrail, in us-east-1, in the management account. */

import type { CreateAccountStatus } from '@aws-sdk/client-organizations';
import type { Call, World } from '../service.ts';
import type { Organization } from './state.ts';

const region = 'us-east-1';
const source = 'aws.organizations';

/**
 * A change by an API call, with the request as CloudTrail writes it: names begin in lower case. It is told in the
 * management account; what an invited account answers, in that one.
 */
export function emitApiCall(call: Call, organization: Organization, eventName: string, request: object): void {
  const { caller, world } = call;
  const recipient = organization.accounts.has(call.account) ? organization.managementAccount : call.account;
  emit(world, recipient, 'AWS API Call via CloudTrail', {
    ...record(world, eventName, 'AwsApiCall', recipient),
    userIdentity: { type: identityType[caller.kind], arn: caller.sessionArn ?? caller.arn, accountId: caller.account },
    requestParameters: lowerFirst(request),
    responseElements: null,
    readOnly: false,
  });
}

const identityType = { root: 'Root', user: 'IAMUser', role: 'AssumedRole', service: 'AWSService' } as const;

/** Tells how a request to create an account ended. */
export function emitCreateAccountResult(world: World, organization: Organization, status: CreateAccountStatus): void {
  const createAccountStatus = lowerFirst({
    Id: status.Id,
    State: status.State,
    AccountName: '****',
    AccountId: status.AccountId,
    FailureReason: status.FailureReason,
    RequestedTimestamp: clockText(status.RequestedTimestamp),
    CompletedTimestamp: clockText(status.CompletedTimestamp),
  });
  emit(world, organization.managementAccount, 'AWS Service Event via CloudTrail', {
    ...record(world, 'CreateAccountResult', 'AwsServiceEvent', organization.managementAccount),
    requestParameters: null,
    responseElements: null,
    serviceEventDetails: { createAccountStatus },
  });
}

/** Tells that an account joined: `Created` or `Invited`. */
export function emitJoined(world: World, organization: Organization, accountId: string, joinedMethod: string): void {
  emitMembership(world, organization, 'AccountJoinedOrganization', {
    accountId,
    joinedMethod,
    joinedTime: new Date(world.now()).toISOString(),
  });
}

/** Tells that an account departed: `Left`, `Removed` or `Cleaned`. */
export function emitDeparted(
  world: World,
  organization: Organization,
  accountId: string,
  departedMethod: string,
): void {
  emitMembership(world, organization, 'AccountDepartedOrganization', {
    accountId,
    departedMethod,
    departedTime: new Date(world.now()).toISOString(),
  });
}

/** AWS's pages disagree about these events' type and say nothing about their fields: both are switches. */
function emitMembership(world: World, organization: Organization, eventName: string, facts: object): void {
  const detailType = world.switch('organizations-membership-detail-type');
  emit(world, organization.managementAccount, detailType, {
    ...record(world, eventName, 'AwsServiceEvent', organization.managementAccount),
    requestParameters: null,
    responseElements: null,
    [world.switch('organizations-membership-facts-in')]: facts,
  });
}

function record(world: World, eventName: string, eventType: string, recipientAccountId: string): object {
  return {
    eventVersion: '1.08',
    eventTime: new Date(world.now()).toISOString(),
    eventSource: 'organizations.amazonaws.com',
    eventName,
    awsRegion: region,
    eventType,
    managementEvent: true,
    recipientAccountId,
  };
}

function emit(world: World, account: string, detailType: string, detail: Record<string, unknown>): void {
  world.emit({ account, region, source, detailType, resources: [], detail });
}

function lowerFirst(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}

/** CloudTrail writes these two times as people do: `Sep 16, 2020 9:20:50 PM`. */
function clockText(time: Date | undefined): string | undefined {
  if (!time) return undefined;
  const date = time.toLocaleDateString('en-US', { month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' });
  const clock = time.toLocaleTimeString('en-US', { timeZone: 'UTC' });
  return `${date} ${clock}`;
}
