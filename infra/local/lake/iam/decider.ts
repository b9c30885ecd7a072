/** Answers `PolicyDecider`'s questions from the backend's policies. */

import { AwsError } from '../aws-error.ts';
import type { Backend } from '../backend/backend.ts';
import type { Caller } from '../caller.ts';
import { arnParts } from '../identity/arn.ts';
import { buildContext, type OrganizationFacts } from './context.ts';
import type { Decision, PolicyDecider, Question } from './decide.ts';
import { evaluate } from './evaluate.ts';

export interface DeciderOptions {
  readonly backend: Backend;
  readonly now: () => number;
  readonly organizationOf: (account: string) => OrganizationFacts | undefined;
  /** Service control policies that hold for the caller, level by level. */
  readonly controlOf: (caller: Caller) => readonly (readonly string[])[] | undefined;
}

const shownName = (caller: Caller): string => caller.sessionArn ?? caller.arn;

const KINDS: Readonly<Record<Decision['by'], string>> = {
  root: 'identity-based policy',
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  session: 'session policy',
  boundary: 'permissions boundary',
  control: 'service control policy',
};

const article = (kind: string): string => (kind.startsWith('i') ? 'an' : 'a');

/** All that KMS tells a caller of another account about a key policy that does not let him in. */
export const foreignKey =
  'the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';

/** AWS's words for a refusal. */
function refusal(question: Question, decision: Decision): string {
  const kind = KINDS[decision.by];
  const what = `User: ${shownName(question.caller)} is not authorized to perform: ${question.action} on resource: ${question.resource}`;
  const foreign = question.resourceAccount !== undefined && question.resourceAccount !== question.caller.account;
  if (question.action.startsWith('kms:') && foreign && decision.by === 'resource')
    return `${what} because ${foreignKey}`;
  if (decision.effect === 'explicitDeny') return `${what} with an explicit deny in ${article(kind)} ${kind}`;
  return `${what} because no ${kind} allows the ${question.action} action`;
}

/** A decider that asks the backend for the caller's policies at every question. */
export function createDecider({ backend, now, organizationOf, controlOf }: DeciderOptions): PolicyDecider {
  const decide = async (question: Question): Promise<Decision> => {
    const { caller } = question;
    const identity = caller.kind === 'role' || caller.kind === 'user' ? await backend.identity(caller.arn) : undefined;
    const organizationFor = (account: string) => (account === '' ? undefined : organizationOf(account));
    const owner = question.resourceAccount ?? arnParts(question.resource).account;
    const parties = {
      identity,
      organization: organizationFor(caller.account),
      owner,
      ownerOrganization: organizationFor(owner),
    };
    return evaluate({
      caller,
      action: question.action,
      resource: question.resource,
      context: buildContext(question, parties, now()),
      sameAccount: question.resourceAccount === undefined || question.resourceAccount === caller.account,
      // A role that is gone has no policies, so its sessions may do nothing.
      identity: caller.kind === 'root' ? undefined : (identity?.policies ?? []).map(({ document }) => document),
      boundary: identity?.boundary,
      session: caller.sessionPolicies,
      control: controlOf(caller),
      resourcePolicy: question.resourcePolicy,
      resourceMustAllow: question.resourceMustAllow === true,
    });
  };
  return {
    isControlled: (caller) => controlOf(caller) !== undefined,
    decide,
    async authorize(question) {
      const decision = await decide(question);
      if (decision.effect !== 'allowed') throw new AwsError('AccessDeniedException', refusal(question, decision));
    },
  };
}
