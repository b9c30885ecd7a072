/**
 * What IAM documents say of one request. `allowed` means: by these documents. Organization policies, session policies
 * and endpoint policies are not among them.
 */

import type { Claim } from './claim.ts';
import { allOf, anyOf, no, untold } from './claim.ts';
import type { AccessRequest, Judgement } from './request.ts';
import type { Outcome, Source } from './statement.ts';
import { outcomeOf, uniform } from './statement.ts';

export type { AccessRequest, Judgement, Principal, Verdict } from './request.ts';

/** A document's text; null: there is none; undefined: it could not be read. */
export type DocumentText = string | null | undefined;

export interface IdentityQuestion {
  /** Inline and attached; null: they could not be read. */
  readonly policies: readonly string[] | null;
  readonly boundary: DocumentText;
  readonly request: AccessRequest;
}

export interface AccessQuestion {
  /** Inline and attached policies of who asks; null: they could not be read. */
  readonly identity: readonly string[] | null;
  readonly boundary: DocumentText;
  readonly resource: DocumentText;
  readonly sameAccount: boolean;
  readonly request: AccessRequest;
}

const RESOURCE: Source = { name: 'the resource policy', kind: 'resource' };
const BOUNDARY: Source = { name: 'the permissions boundary', kind: 'identity' };

/** What a principal's own policies say, within its boundary. */
export function evaluateIdentity({ policies, boundary, request }: IdentityQuestion): Judgement {
  const identity = identityOutcome(policies, request);
  const limit = boundaryOutcome(boundary, request);
  return judge(allOf([identity.allow.direct, ...limit.allow]), anyDenies([identity.deny, limit.deny]));
}

/** What a resource's own policy says. Allowing the account counts: whether its role may is for its own policies. */
export function evaluateResource(text: DocumentText, request: AccessRequest, name = 'the resource policy'): Judgement {
  const resource = outcomeOf(text, { name, kind: 'resource' }, request);
  return judge(admits(resource), resource.deny);
}

/** Both sides together: in one account either side may allow, across accounts both must; a deny anywhere wins. */
export function evaluateAccess(question: AccessQuestion): Judgement {
  const { request } = question;
  const identity = identityOutcome(question.identity, request);
  const limit = boundaryOutcome(question.boundary, request);
  const resource = outcomeOf(question.resource, RESOURCE, request);
  const own = allOf([identity.allow.direct, ...limit.allow]);
  const both = allOf([own, admits(resource)]);
  const allow = question.sameAccount
    ? anyOf(
        [guardsItself(request) ? both : own, ...unaided(resource, limit.allow)],
        `neither its own policies nor the resource policy allow ${request.action}`,
      )
    : both;
  return judge(allow, anyDenies([identity.deny, limit.deny, resource.deny]));
}

function identityOutcome(policies: readonly string[] | null, request: AccessRequest): Outcome {
  if (policies === null) return uniform(untold("the principal's own policies could not be read"));
  const outcomes = policies.map((text, index) =>
    outcomeOf(text, { name: `its own policy ${index + 1}`, kind: 'identity' }, request),
  );
  const none = `none of its own policies allow ${request.action}`;
  const direct = anyOf(
    outcomes.map((outcome) => outcome.allow.direct),
    none,
  );
  return { allow: { direct, everyone: no(none), account: no(none) }, deny: anyDenies(outcomes.map((o) => o.deny)) };
}

/** No boundary: no limit. */
function boundaryOutcome(text: DocumentText, request: AccessRequest): { allow: readonly Claim[]; deny: Claim } {
  if (text === null) return { allow: [], deny: no('there is no boundary') };
  const outcome = outcomeOf(text, BOUNDARY, request);
  return { allow: [outcome.allow.direct], deny: outcome.deny };
}

/** Grants of a resource in the same account that need no policy of the principal's own. */
function unaided({ allow }: Outcome, limit: readonly Claim[]): readonly Claim[] {
  // A boundary that doesn't allow limits grants to the role's ARN; AWS's word on grants to everyone is less plain.
  const soft = limit.map((claim) => (claim.holds === false ? untold(claim.by) : claim));
  return [allOf([allow.direct, ...limit]), allOf([allow.everyone, ...soft])];
}

function admits({ allow }: Outcome): Claim {
  return anyOf([allow.direct, allow.everyone, allow.account], allow.direct.by);
}

function anyDenies(claims: readonly Claim[]): Claim {
  return anyOf(claims, 'nothing denies it');
}

/** Keys and roles: nobody's own policy opens them unless their own document lets the account decide. */
function guardsItself(request: AccessRequest): boolean {
  return /^(kms:|sts:assumerole)/i.test(request.action);
}

/** What is untold counts only where it could change the answer: nothing is denied twice. */
function judge(allow: Claim, deny: Claim): Judgement {
  if (deny.holds === true) return { verdict: 'denied', explicit: true, because: deny.by };
  if (allow.holds === false) return { verdict: 'denied', explicit: false, because: allow.by };
  if (deny.holds === null) return { verdict: 'unknown', explicit: false, because: deny.by };
  if (allow.holds === null) return { verdict: 'unknown', explicit: false, because: allow.by };
  return { verdict: 'allowed', explicit: true, because: allow.by };
}
