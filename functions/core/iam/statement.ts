/** One document, one request: what its statements allow and deny, and how they reach the principal. */

import { type Candidate, candidatesIn, usesVariables } from './candidates.ts';
import type { Claim } from './claim.ts';
import { anyOf, NO, no, untold, YES, yes } from './claim.ts';
import { conditionHolds } from './conditions.ts';
import type { Members, PolicyDocument } from './document.ts';
import { parseDocument } from './document.ts';
import type { Reach } from './principals.ts';
import { notPrincipalClaim, principalClaim } from './principals.ts';
import type { AccessRequest } from './request.ts';
import type { Reading } from './variables.ts';

export interface Outcome {
  readonly allow: Readonly<Record<Reach, Claim>>;
  readonly deny: Claim;
}

export interface Source {
  /** `the bucket policy`, for people. */
  readonly name: string;
  /** Identity policies name no principal; resource policies do. */
  readonly kind: 'identity' | 'resource';
}

/** A document of whoever asks. */
export const IDENTITY: Source = { name: 'its own policy', kind: 'identity' };

export const REACHES = ['direct', 'everyone', 'account'] as const satisfies readonly Reach[];

/** `text` null: there is none. Undefined: it could not be read, so anything may be in it. */
export function outcomeOf(text: string | null | undefined, source: Source, request: AccessRequest): Outcome {
  if (text === null) return uniform(no(`there is no ${source.name.replace(/^the /, '')}`));
  if (text === undefined) return uniform(untold(`${source.name} could not be read`));
  const parsed = parseDocument(text);
  if (!parsed.ok) return uniform(untold(`${source.name} can't be understood: ${parsed.why}`));
  return documentOutcome(parsed.document, source, request);
}

/** The same claim about everything a document could say. */
export function uniform(claim: Claim): Outcome {
  return { allow: { direct: claim, everyone: claim, account: claim }, deny: claim };
}

function documentOutcome(document: PolicyDocument, source: Source, request: AccessRequest): Outcome {
  const reading = { request, variables: usesVariables(document) };
  const asked = { source, reading, statements: candidatesIn(document, request.action) };
  const allow = (reach: Reach) => gather(asked, 'Allow', reach);
  // Identity policies name nobody: all they say, they say of their principal.
  const reaches = source.kind === 'identity' ? (['direct'] as const) : REACHES;
  const none = no(`no statement of ${source.name} allows ${request.action}`);
  const isIdentity = source.kind === 'identity';
  return {
    allow: {
      direct: allow('direct'),
      everyone: isIdentity ? none : allow('everyone'),
      account: isIdentity ? none : allow('account'),
    },
    deny: anyOf(
      reaches.map((reach) => gather(asked, 'Deny', reach)),
      `no statement of ${source.name} denies ${request.action}`,
    ),
  };
}

interface Asked {
  readonly source: Source;
  readonly reading: Reading;
  readonly statements: readonly Candidate[];
}

/** The first statement that surely says so, else the first that may. */
function gather({ source, reading, statements }: Asked, effect: 'Allow' | 'Deny', reach: Reach): Claim {
  const verb = effect === 'Allow' ? 'allows' : 'denies';
  let open: Claim | null = null;
  for (const candidate of statements) {
    const { holds, by } = saysClaim(candidate, { source, reading, effect, reach });
    if (holds === false) continue;
    const name = `${nameOf(candidate.statement, candidate.index)} of ${source.name}`;
    if (holds) return yes(`${name} ${verb} it`);
    open ??= untold(`${name}: ${by}`);
  }
  return open ?? no(`no statement of ${source.name} ${verb} ${reading.request.action}`);
}

export interface Saying extends Omit<Asked, 'statements'> {
  readonly effect: 'Allow' | 'Deny';
  readonly reach: Reach;
}

/** Whether a statement says this of the request and of whom it reaches so. What is cheap to refuse is asked first. */
export function saysClaim(
  { statement, action, resource: fits }: Candidate,
  { source, reading, effect, reach }: Saying,
): Claim {
  const saying = effectClaim(statement['Effect'], effect);
  if (saying.holds === false) return saying;
  const who = whoClaim(statement, reach, source, reading.request);
  if (who.holds === false) return who;
  const resource = fits === null ? unnamed(source) : fits(reading.request, effect === 'Deny');
  if (resource.holds === false) return resource;
  const condition = conditionHolds(statement['Condition'], reading);
  if (condition.holds === false) return condition;
  for (const claim of [saying, action, resource, condition, who]) if (claim.holds === null) return claim;
  return YES;
}

/** A document on a resource that names none, like a role's trust, is about that resource. */
function unnamed({ kind }: Source): Claim {
  return kind === 'resource' ? YES : untold('it names no resource');
}

/** By its Sid, or its place in the document, `index` from 0. */
export function nameOf(statement: Members, index: number): string {
  const sid = statement['Sid'];
  return typeof sid === 'string' && sid !== '' ? `statement "${sid}"` : `statement ${index + 1}`;
}

function effectClaim(member: unknown, effect: string): Claim {
  if (member !== 'Allow' && member !== 'Deny') return untold('its Effect is neither Allow nor Deny');
  return member === effect ? YES : NO;
}

function whoClaim(statement: Members, reach: Reach, source: Source, request: AccessRequest): Claim {
  if (source.kind === 'identity') return reach === 'direct' ? YES : NO;
  const { Principal, NotPrincipal } = statement as { readonly Principal?: unknown; readonly NotPrincipal?: unknown };
  if (Principal !== undefined && NotPrincipal === undefined) return principalClaim(Principal, request.principal, reach);
  if (NotPrincipal !== undefined && Principal === undefined) {
    return reach === 'everyone' ? notPrincipalClaim(NotPrincipal, request.principal) : NO;
  }
  return untold('it must name either Principal or NotPrincipal');
}
