/** Condition keys that every request brings. */

import type { Identity } from '../backend/backend.ts';
import type { Caller } from '../caller.ts';
import type { ContextValue, Question } from './decide.ts';
import type { RequestContext } from './match.ts';

export interface OrganizationFacts {
  readonly id: string;
  /** `o-…/r-…/ou-…/` */
  readonly path: string | undefined;
}

/** Who a request is about besides its caller. */
export interface Parties {
  readonly identity: Identity | undefined;
  /** Of the caller. */
  readonly organization: OrganizationFacts | undefined;
  /** The account that the resource belongs to; empty where its ARN tells none and nobody else did. */
  readonly owner: string;
  readonly ownerOrganization: OrganizationFacts | undefined;
}

const TYPES: Readonly<Record<Caller['kind'], string>> = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  service: 'AWSService',
};

function ofCaller(caller: Caller, identity: Identity | undefined): Record<string, ContextValue> {
  const session = caller.sessionArn?.split('/').at(-1);
  const tags = { ...identity?.tags, ...caller.tags };
  return {
    'aws:PrincipalArn': caller.arn,
    'aws:PrincipalType': TYPES[caller.kind],
    'aws:PrincipalIsAWSService': String(caller.kind === 'service'),
    ...(caller.kind === 'service'
      ? { 'aws:PrincipalServiceName': caller.arn }
      : { 'aws:PrincipalAccount': caller.account }),
    ...(caller.kind === 'user' ? { 'aws:username': caller.arn.split('/').at(-1) ?? '' } : {}),
    'aws:userid': session === undefined ? (identity?.id ?? caller.account) : `${identity?.id ?? ''}:${session}`,
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/**
 * The keys that conditions can ask for, in lower case; what the question brings itself comes last. `now` is in
 * milliseconds.
 */
export function buildContext(
  question: Question,
  { identity, organization, owner, ownerOrganization }: Parties,
  now: number,
): RequestContext {
  const { caller } = question;
  const all: Record<string, ContextValue> = {
    ...ofCaller(caller, identity),
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization.id }),
    ...(organization?.path === undefined ? {} : { 'aws:PrincipalOrgPaths': [organization.path] }),
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    // On AWS these calls arrive over TLS; here they come from this machine.
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:ViaAWSService': 'false',
    ...(owner === '' ? {} : { 'aws:ResourceAccount': owner }),
    ...(ownerOrganization === undefined ? {} : { 'aws:ResourceOrgID': ownerOrganization.id }),
    ...(ownerOrganization?.path === undefined ? {} : { 'aws:ResourceOrgPaths': [ownerOrganization.path] }),
    ...question.context,
  };
  return new Map(Object.entries(all).map(([key, value]) => [key.toLowerCase(), value]));
}
