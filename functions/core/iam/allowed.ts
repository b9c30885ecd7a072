/** What a rewritten document still allows of what our statements in it allowed. Both sides are statements of ours. */

import { shortHash } from '#contracts/hash.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Difference, Effect } from '../change.ts';
import { sortedSet } from '../collections.ts';
import { asList, isMembers, type Members, parseDocument } from './document.ts';
import { joined, type Part, partsOf, partText, sameButPlace } from './parts.ts';
import { sameStatements, statementText } from './same.ts';

/** What a rewritten document takes back of what our statements in it allowed. */
export interface Taking {
  /** What allows less, or goes: statements, and of those about several places each part. */
  readonly taken: readonly Pick<Part, 'Sid' | 'place'>[];
  /** A statement that admits a whole part of the organization, by no account's id, admits that part no longer. */
  readonly ofPart?: true;
  /** What is written while that has to wait: those parts as they are, the others as wanted. */
  readonly meanwhile: readonly Statement[];
  /** Whether that changes anything. */
  readonly changes: boolean;
  /** What that opens and takes. */
  readonly difference: Difference;
}

/** Statements of a document by their Sid; none when there is none or it can't be read. */
export function statementsIn(text: string | null, owned: (sid: string) => boolean): readonly Statement[] {
  const parsed = text === null ? null : parseDocument(text);
  if (parsed === null || !parsed.ok) return [];
  // Found by a Sid of ours, so of the shape we write, but for "one or a list of one".
  const isOurs = ({ Sid }: Members) => typeof Sid === 'string' && Sid !== '' && owned(Sid);
  return parsed.document.statements.filter(isOurs) as unknown as readonly Statement[];
}

/** What a rewrite opens, and what it takes away, part by part. */
export function differenceOf(present: readonly Statement[], next: readonly Statement[]): Difference {
  const [before, after] = [present.flatMap(partsOf), next.flatMap(partsOf)];
  const gone = (from: readonly Part[], to: readonly Part[], effect: Statement['Effect']) =>
    from
      .filter(({ statement }) => statement.Effect === effect && !stillApplies(statement, to))
      .map(({ statement }) => shortHash(statementText(statement), 16));
  return {
    opens: sortedSet([...gone(after, before, 'Allow'), ...gone(before, after, 'Deny')]),
    takes: sortedSet([...gone(before, after, 'Allow'), ...gone(after, before, 'Deny')]),
  };
}

/** Whether a rewrite opens anything, takes anything back, or only says the same in other words. */
export function effectOf({ opens, takes }: Difference): Effect {
  if (opens.length > 0) return 'widens';
  return takes.length > 0 ? 'narrows' : 'neutral';
}

/**
 * What statements of ours allow beyond what we last wrote under their Sid, where that is known, and beyond what is
 * wanted: somebody opened them.
 */
export function openedParts(
  present: readonly Statement[],
  sent: readonly Statement[],
  wanted: readonly Statement[] = [],
): readonly Part[] {
  const written = [...sent, ...wanted].flatMap(partsOf);
  const known = new Set(sent.map(({ Sid }) => Sid));
  return present
    .flatMap(partsOf)
    .filter(
      ({ Sid, statement }) => known.has(Sid) && statement.Effect === 'Allow' && !stillApplies(statement, written),
    );
}

/**
 * What we gave and a rewrite no longer does; null: nothing. A Deny takes nothing that was meant to be had, and never
 * waits; nor does what somebody else opened. `sent`: statements as we last wrote them.
 */
export function takingOf(
  present: readonly Statement[],
  next: readonly Statement[],
  sent: readonly Statement[] = [],
): Taking | null {
  const after = next.flatMap(partsOf);
  const there = present.flatMap(partsOf);
  const given = asGiven(present, sent);
  const taken = given.filter(({ statement }) => statement.Effect === 'Allow' && !stillApplies(statement, after));
  if (taken.length === 0) return null;
  const names = new Set(taken.map(partText));
  // Under one name stands one statement: what it says now, it would say of a place that is new in it as well.
  const fits = (part: Part) => taken.every((one) => one.Sid !== part.Sid || sameButPlace(one, part));
  const isNew = ({ statement }: Part) => statement.Effect === 'Deny' || !stillApplies(statement, taken);
  const others = after.filter((part) => !names.has(partText(part)) && fits(part) && isNew(part));
  const meanwhile = joined([...taken, ...others].map(({ statement }) => statement));
  return {
    taken: taken.map(({ Sid, place }) => ({ Sid, place })).sort((a, b) => (partText(a) < partText(b) ? -1 : 1)),
    ...(taken.some((part) => losesPart(part, after)) ? { ofPart: true as const } : {}),
    meanwhile,
    changes: !sameStatements(joined(there.map(({ statement }) => statement)), meanwhile),
    difference: differenceOf(present, meanwhile),
  };
}

/** Whether whole parts of the organization drop out, and not only something about roles or objects changes. */
function losesPart({ statement, place }: Part, after: readonly Part[]): boolean {
  const admitted = partsAdmitted(statement);
  if (admitted === null) return false;
  const here = after.filter((one) => one.place === place).map((one) => one.statement);
  // Where neither accounts nor units are named any longer, paths have ceased to prove roles: that is closed at once.
  return here.some(namesSome) && !here.some((one) => partsAdmitted(one) === admitted);
}

function namesSome({ Condition = {} }: Statement): boolean {
  return Object.values(Condition).some((keys) => 'aws:PrincipalAccount' in keys || 'aws:PrincipalOrgPaths' in keys);
}

/** The parts of the organization that a statement admits whole, as text; null: it names accounts, or no organization. */
function partsAdmitted({ Condition = {} }: Statement): string | null {
  const keys = Object.assign({}, ...Object.values(Condition)) as Readonly<Record<string, unknown>>;
  if ('aws:PrincipalAccount' in keys) return null;
  const parts = [keys['aws:PrincipalOrgID'], keys['aws:PrincipalOrgPaths']];
  return parts.every((part) => part === undefined) ? null : JSON.stringify(parts);
}

/** Our parts without what somebody opened: there stands what we last wrote. */
function asGiven(present: readonly Statement[], sent: readonly Statement[]): readonly Part[] {
  const opened = openedParts(present, sent);
  const [names, sids] = [new Set(opened.map(partText)), new Set(opened.map(({ Sid }) => Sid))];
  const left = present.flatMap(partsOf).filter((part) => !names.has(partText(part)));
  const there = new Set(left.map(partText));
  return [...left, ...sent.flatMap(partsOf).filter((part) => sids.has(part.Sid) && !there.has(partText(part)))];
}

/**
 * Whether one of `next` applies wherever `present` does: the same but for lists that grew and conditions that fell away.
 * Anything else counts as taken away: the brake had rather ask once too often.
 */
function stillApplies(present: Statement, next: readonly Part[]): boolean {
  return next.some(({ statement }) => reaches({ ...statement }, { ...present }));
}

function reaches(next: Members, present: Members): boolean {
  const shape = ({ Effect, Principal }: Members) => [{ Effect, Principal }];
  return (
    sameStatements(shape(next), shape(present)) &&
    holds(next['Action'], present['Action']) &&
    holds(next['Resource'], present['Resource']) &&
    conditionHolds(next['Condition'], present['Condition'])
  );
}

function holds(next: unknown, present: unknown): boolean {
  const values = new Set(asList(next).map(String));
  return asList(present).every((value) => values.has(String(value)));
}

/** Our conditions only name what is admitted: a longer list of values admits more, a key more admits less. */
function conditionHolds(next: unknown, present: unknown): boolean {
  if (next === undefined) return true;
  if (!isMembers(next) || !isMembers(present)) return false;
  return Object.entries(next).every(([operator, keys]) => {
    const before = present[operator];
    if (!isMembers(keys) || !isMembers(before)) return false;
    return Object.entries(keys).every(([key, values]) => before[key] !== undefined && holds(values, before[key]));
  });
}
