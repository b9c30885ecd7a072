/** One document, one request: what its statements allow and deny, and how they reach the principal. */

import type { Claim } from './claim.ts';
import { allOf, anyOf, no, not, untold, yes } from './claim.ts';
import { conditionHolds } from './conditions.ts';
import type { Members, PolicyDocument } from './document.ts';
import { asTexts, parseDocument } from './document.ts';
import { matches } from './pattern.ts';
import type { Reach } from './principals.ts';
import { notPrincipalClaim, principalClaim } from './principals.ts';
import type { AccessRequest } from './request.ts';
import type { Reading } from './variables.ts';
import { fitsResource } from './variables.ts';

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

const REACHES = ['direct', 'everyone', 'account'] as const satisfies readonly Reach[];

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
  const reading = { request, variables: document.version === '2012-10-17' };
  const statements = document.statements.map((statement, index) => ({
    name: `${nameOf(statement, index)} of ${source.name}`,
    statement,
    about: aboutClaim(statement, source, reading),
  }));
  const gather = (effect: 'Allow' | 'Deny', reach: Reach): Claim => {
    const verb = effect === 'Allow' ? 'allows' : 'denies';
    const claims = statements.map(({ name, statement, about }) => {
      const { holds, by } = allOf([
        effectClaim(statement['Effect'], effect),
        about,
        whoClaim(statement, reach, source, request),
      ]);
      return { holds, by: holds === null ? `${name}: ${by}` : `${name} ${verb} it` };
    });
    return anyOf(claims, `no statement of ${source.name} ${verb} ${request.action}`);
  };
  return {
    allow: {
      direct: gather('Allow', 'direct'),
      everyone: gather('Allow', 'everyone'),
      account: gather('Allow', 'account'),
    },
    deny: anyOf(
      REACHES.map((reach) => gather('Deny', reach)),
      `no statement of ${source.name} denies ${request.action}`,
    ),
  };
}

function nameOf(statement: Members, index: number): string {
  const sid = statement['Sid'];
  return typeof sid === 'string' && sid !== '' ? `statement "${sid}"` : `statement ${index + 1}`;
}

/** Whether the statement is about this request, whoever it names. */
function aboutClaim(statement: Members, source: Source, reading: Reading): Claim {
  return allOf([
    actionClaim(statement, reading.request.action),
    resourceClaim(statement, source, reading),
    conditionHolds(statement['Condition'], reading),
  ]);
}

function effectClaim(member: unknown, effect: string): Claim {
  if (member !== 'Allow' && member !== 'Deny') return untold('its Effect is neither Allow nor Deny');
  return member === effect ? yes('') : no('');
}

/** Actions have no case. */
export function actionClaim(statement: Members, action: string): Claim {
  const has = (member: unknown): Claim => {
    const patterns = asTexts(member);
    if (patterns === null) return untold("its actions can't be read");
    return patterns.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) ? yes('') : no('');
  };
  return either(statement, 'Action', has) ?? untold('it names no action');
}

function resourceClaim(statement: Members, source: Source, reading: Reading): Claim {
  const has = (member: unknown): Claim => {
    const patterns = asTexts(member);
    if (patterns === null) return untold("its resources can't be read");
    return anyOf(
      patterns.map((pattern) => fitsResource(pattern, reading.request.resource, reading)),
      '',
    );
  };
  // A document on a resource that names none, like a role's trust, is about that resource.
  const unnamed = source.kind === 'resource' ? yes('') : untold('it names no resource');
  return either(statement, 'Resource', has) ?? unnamed;
}

function whoClaim(statement: Members, reach: Reach, source: Source, request: AccessRequest): Claim {
  if (source.kind === 'identity') return reach === 'direct' ? yes('') : no('');
  const { Principal, NotPrincipal } = statement as { readonly Principal?: unknown; readonly NotPrincipal?: unknown };
  if (Principal !== undefined && NotPrincipal === undefined) return principalClaim(Principal, request.principal, reach);
  if (NotPrincipal !== undefined && Principal === undefined) {
    return reach === 'everyone' ? notPrincipalClaim(NotPrincipal, request.principal) : no('');
  }
  return untold('it must name either Principal or NotPrincipal');
}

/** `Action` or `NotAction`: exactly one; null when neither is there. */
function either(statement: Members, name: 'Action' | 'Resource', has: (member: unknown) => Claim): Claim | null {
  const [positive, negative] = [statement[name], statement[`Not${name}`]];
  if (positive !== undefined && negative !== undefined) return untold(`it names both ${name} and Not${name}`);
  if (positive !== undefined) return has(positive);
  return negative === undefined ? null : not(has(negative));
}
