/** Which statements of a document an action may concern, ready to be asked about many resources. */

import { patternsMeet } from '../policy/patterns.ts';
import { remembered } from '../remembered.ts';
import { arnPatternOf } from './arn-pattern.ts';
import { type Claim, NO, not, untold, YES } from './claim.ts';
import { asTexts, type Members, type PolicyDocument } from './document.ts';
import { coversAll, matches } from './pattern.ts';
import type { AccessRequest } from './request.ts';
import { fitsResource, isConstant, missingVariable, withValues } from './variables.ts';

/** A statement that is about an action, or may be. */
export interface Candidate {
  readonly statement: Members;
  /** Its place in the document, from 0. */
  readonly index: number;
  readonly action: Claim;
  /** Whether it is about a request's resource, or about all that this stands for; null: it names none. */
  readonly resource: ((request: AccessRequest, whole: boolean) => Claim) | null;
}

/** Requests ask for few actions, and for each of many things. */
const ACTIONS = 64;
const known = new WeakMap<PolicyDocument, (action: string) => readonly Candidate[]>();

/** The statements that don't surely leave the action out, in their order. */
export function candidatesIn(document: PolicyDocument, action: string): readonly Candidate[] {
  const about = known.get(document) ?? remembered(ACTIONS, (asked) => candidatesOf(document, asked));
  known.set(document, about);
  return about(action);
}

function candidatesOf(document: PolicyDocument, asked: string): readonly Candidate[] {
  const variables = usesVariables(document);
  return document.statements.flatMap((statement, index) => {
    const action = actionClaim(statement, asked);
    return action.holds === false ? [] : [{ statement, index, action, resource: resourceOf(statement, variables) }];
  });
}

/** Version 2008-10-17 takes `${…}` literally. */
export function usesVariables({ version }: PolicyDocument): boolean {
  return version === '2012-10-17';
}

/** Actions have no case. */
export function actionClaim(statement: Members, action: string): Claim {
  const has = (member: unknown): Claim => {
    const patterns = asTexts(member);
    if (patterns === null) return untold("its actions can't be read");
    return patterns.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) ? YES : NO;
  };
  const claim = either(statement, 'Action');
  if (claim === null) return untold('it names no action');
  return 'holds' in claim ? claim : negatedIf(claim.negative, has(claim.member));
}

function resourceOf(statement: Members, variables: boolean): Candidate['resource'] {
  const named = either(statement, 'Resource');
  if (named === null) return null;
  if ('holds' in named) return () => named;
  const patterns = asTexts(named.member);
  if (patterns === null) return () => untold("its resources can't be read");
  const tests = patterns.map((text) => resourceTest(text, variables));
  return (request, whole) => {
    const claim = firstOf(tests, request, whole);
    // Whether NotResource leaves out nothing then, or the whole statement is void, AWS doesn't say.
    const missing = named.negative && claim.holds === false ? missingVariable(patterns, { request, variables }) : null;
    return missing === null ? negatedIf(named.negative, claim) : untold(`\${${missing}} has no known value`);
  };
}

type ResourceTest = (request: AccessRequest, whole: boolean) => Claim;

function resourceTest(text: string, variables: boolean): ResourceTest {
  if (!isConstant(text, { variables })) {
    return (request, whole) => {
      const reading = { request, variables };
      const claim = fitsResource(text, request.resource, reading);
      return whole && request.all !== undefined ? widened(claim, withValues(text, reading), request.all) : claim;
    };
  }
  const pattern = arnPatternOf(text);
  return ({ resource, all }, whole) => {
    const claim = pattern.fitsResource(resource);
    return whole && all !== undefined ? widened(claim, text, all) : claim;
  };
}

/** What is said of one resource, said of all that it stands for. */
function widened(ofOne: Claim, text: string, all: string): Claim {
  if (coversAll(text, all)) return ofOne.holds === false ? untold(`it is about ${all}`) : ofOne;
  return patternsMeet(text, all) ? untold(`it is about part of ${all}`) : NO;
}

/** Lists of resources are long, and most of what is in them is about something else. */
function firstOf(tests: readonly ResourceTest[], request: AccessRequest, whole: boolean): Claim {
  let open: Claim | null = null;
  for (const test of tests) {
    const claim = test(request, whole);
    if (claim.holds === true) return claim;
    if (claim.holds === null) open ??= claim;
  }
  return open ?? NO;
}

function negatedIf(negative: boolean, claim: Claim): Claim {
  return negative ? not(claim) : claim;
}

interface Member {
  readonly member: unknown;
  readonly negative: boolean;
}

/** `Action` or `NotAction`: exactly one; null when neither is there. */
function either(statement: Members, name: 'Action' | 'Resource'): Member | Claim | null {
  const [positive, negative] = [statement[name], statement[`Not${name}`]];
  if (positive !== undefined && negative !== undefined) return untold(`it names both ${name} and Not${name}`);
  if (positive !== undefined) return { member: positive, negative: false };
  return negative === undefined ? null : { member: negative, negative: true };
}
