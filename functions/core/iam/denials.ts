/** What denies in documents of others: statement by statement, the sure ones and those that nobody can tell from here. */

import { candidatesIn, usesVariables } from './candidates.ts';
import { anyOf } from './claim.ts';
import { type Members, parseDocument } from './document.ts';
import type { AccessRequest } from './request.ts';
import { nameOf, REACHES, type Source, saysClaim } from './statement.ts';

/** In the place of a statement that denies nothing. */
const NO_DENIAL = { Effect: 'Allow' };

/**
 * A document without what it allows, and without statements that `owned` means; what is left keeps its place. Null:
 * nothing in it denies anything.
 */
export function denialsIn(text: string | null, owned: (sid: string) => boolean): string | null {
  if (text === null) return null;
  const parsed = parseDocument(text);
  // What can't be understood may deny anything.
  if (!parsed.ok) return text;
  const isLeftOut = ({ Effect, Sid }: Members) => Effect === 'Allow' || (typeof Sid === 'string' && owned(Sid));
  const { members, statements } = parsed.document;
  const last = statements.findLastIndex((statement) => !isLeftOut(statement));
  if (last < 0) return null;
  const kept = statements.slice(0, last + 1).map((statement) => (isLeftOut(statement) ? NO_DENIAL : statement));
  const { Version } = members;
  return JSON.stringify({ ...(Version === undefined ? {} : { Version }), Statement: kept });
}

/** A statement that denies a request, or may. */
export interface Denial {
  /** `statement "X"`, `statement 3`. */
  readonly statement: string;
  readonly isSure: boolean;
  /** What can't be told; empty where it is sure. */
  readonly open: string;
}

/** @returns every statement of a resource's document that denies the request, or may. */
export function denialsOf(text: string, name: string, request: AccessRequest): readonly Denial[] {
  const parsed = parseDocument(text);
  if (!parsed.ok) return [{ statement: 'a statement', isSure: false, open: `it can't be understood: ${parsed.why}` }];
  const { document } = parsed;
  const source: Source = { name, kind: 'resource' };
  const reading = { request, variables: usesVariables(document) };
  return candidatesIn(document, request.action).flatMap((candidate) => {
    const { holds, by } = anyOf(
      REACHES.map((reach) => saysClaim(candidate, { source, reading, effect: 'Deny', reach })),
      '',
    );
    if (holds === false) return [];
    const statement = nameOf(candidate.statement, candidate.index);
    return [{ statement, isSure: holds === true, open: holds === true ? '' : by }];
  });
}
