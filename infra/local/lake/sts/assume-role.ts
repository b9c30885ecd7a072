/** AssumeRole: trust policy and the caller's own policies, session policies, session tags, duration. */

import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import { AwsError } from '../aws-error.ts';
import type { Identity } from '../backend/backend.ts';
import type { ContextValue } from '../iam/decide.ts';
import { MalformedPolicy, parsePolicy } from '../iam/document.ts';
import type { Call } from '../service.ts';

/** Above an hour only for callers that are not themselves a role session. */
const CHAINED_LIMIT = 3600;

/** Characters of an inline session policy; the model leaves it out, the API reference doesn't. */
const SESSION_POLICY_LIMIT = 2048;

function refused(call: Call, action: string, role: string): AwsError {
  const who = call.caller.sessionArn ?? call.caller.arn;
  // AWS says the same for a role that doesn't exist, so that nobody can find out which do.
  return new AwsError('AccessDenied', `User: ${who} is not authorized to perform: ${action} on resource: ${role}`, {
    status: 403,
  });
}

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

function contextOf(input: AssumeRoleRequest): Record<string, ContextValue> {
  const tags = (input.Tags ?? []).map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]);
  return {
    'sts:RoleSessionName': input.RoleSessionName ?? '',
    ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
    ...(input.SourceIdentity === undefined ? {} : { 'sts:SourceIdentity': input.SourceIdentity }),
    ...(input.TransitiveTagKeys === undefined ? {} : { 'sts:TransitiveTagKeys': input.TransitiveTagKeys }),
    ...(tags.length === 0 ? {} : { 'aws:TagKeys': (input.Tags ?? []).map(({ Key = '' }) => Key) }),
    ...Object.fromEntries(tags),
  };
}

async function assertTrusted(call: Call, role: Identity, input: AssumeRoleRequest): Promise<void> {
  const actions = [
    'sts:AssumeRole',
    ...((input.Tags ?? []).length + Object.keys(inherited(call)).length > 0 ? ['sts:TagSession'] : []),
    ...(input.SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  for (const action of actions) {
    const { effect } = await call.world.iam.decide({
      caller: call.caller,
      action,
      resource: role.arn,
      resourcePolicy: role.trust,
      resourceAccount: role.account,
      resourceMustAllow: true,
      context: contextOf(input),
    });
    if (effect !== 'allowed') throw refused(call, action, role.arn);
  }
}

function secondsOf(call: Call, role: Identity, input: AssumeRoleRequest): number {
  const seconds = input.DurationSeconds ?? CHAINED_LIMIT;
  if (call.caller.kind === 'role' && seconds > CHAINED_LIMIT)
    throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining');
  if (seconds > role.maxSessionSeconds)
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return seconds;
}

async function sessionPolicies(call: Call, input: AssumeRoleRequest): Promise<readonly string[] | undefined> {
  if (input.Policy === undefined && input.PolicyArns === undefined) return undefined;
  const managed: string[] = [];
  for (const { arn = '' } of input.PolicyArns ?? []) {
    const text = await call.world.backend.policy(arn);
    if (text === undefined) throw invalid(`The policy ${arn} does not exist`);
    managed.push(text);
  }
  const inline = input.Policy === undefined ? [] : [input.Policy];
  if ((input.Policy ?? '').length > SESSION_POLICY_LIMIT)
    throw invalid(
      "1 validation error detected: Value at 'policy' failed to satisfy constraint: " +
        `Member must have length less than or equal to ${SESSION_POLICY_LIMIT}`,
    );
  try {
    for (const text of inline) parsePolicy(text);
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw Object.assign(new AwsError('MalformedPolicyDocumentException', error.message), { cause: error });
  }
  return [...inline, ...managed];
}

/** What the caller's own session hands on to every session made from it. */
function inherited({ caller }: Call): Record<string, string> {
  const names = new Set(caller.transitiveTags ?? []);
  return Object.fromEntries(Object.entries(caller.tags ?? {}).filter(([name]) => names.has(name)));
}

const refusedTag = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

function assertTags(call: Call, input: AssumeRoleRequest): void {
  const keys = (input.Tags ?? []).map(({ Key = '' }) => Key.toLowerCase());
  if (new Set(keys).size !== keys.length)
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  if (keys.some((key) => key.startsWith('aws:'))) throw invalid('Tag keys must not start with aws:');
  if ((input.TransitiveTagKeys ?? []).some((key) => !keys.includes(key.toLowerCase())))
    throw refusedTag('The specified transitive tag key must be included in the requested tags.');
  if (Object.keys(inherited(call)).some((key) => keys.includes(key.toLowerCase())))
    throw refusedTag(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
}

/**
 * Credentials of the role. Throws `AccessDenied` for who is not trusted, and for a role that is missing, in the same
 * words.
 */
export async function assumeRole(call: Call, input: AssumeRoleRequest): Promise<AssumeRoleResponse> {
  const arn = input.RoleArn ?? '';
  if (call.caller.kind === 'root')
    throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', { status: 403 });
  assertTags(call, input);
  const role = await call.world.backend.identity(arn);
  if (role === undefined || role.kind !== 'role') throw refused(call, 'sts:AssumeRole', arn);
  await assertTrusted(call, role, input);
  const seconds = secondsOf(call, role, input);
  const policies = await sessionPolicies(call, input);
  const sessionName = input.RoleSessionName ?? '';
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = call.world.credentials.issueCredentials(arn, {
    sessionName,
    expiresAt: call.world.now() + seconds * 1000,
    tags: {
      ...inherited(call),
      ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    },
    transitiveTags: [...Object.keys(inherited(call)), ...(input.TransitiveTagKeys ?? [])],
    ...(policies === undefined ? {} : { sessionPolicies: policies }),
  });
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration,
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    },
  };
}
