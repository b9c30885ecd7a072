/** Statements of ours that are about several places, part by part. */

import type { Statement } from '#contracts/statements.ts';
import { unique } from '../collections.ts';
import { asTexts, isMembers } from './document.ts';
import { sameStatements } from './same.ts';

const LISTED = 's3:prefix';

/** What a statement says of one place. */
export interface Part {
  readonly Sid: string;
  /** A resource, or a prefix that is listed; empty for a statement that names none in a way we know. */
  readonly place: string;
  readonly statement: Statement;
}

/** The part as one word. */
export function partText({ Sid, place }: Pick<Part, 'Sid' | 'place'>): string {
  return `${Sid} ${place}`;
}

/** @returns the statement taken apart: one part for each place that it is about. */
export function partsOf(statement: Statement): readonly Part[] {
  const { Sid } = statement;
  const places = listedIn(statement) ?? asTexts(statement.Resource) ?? [];
  if (places.length === 0) return [{ Sid, place: '', statement }];
  return places.map((place) => ({ Sid, place, statement: about(statement, [place]) }));
}

/** The prefixes of a statement that lets list some; undefined for another. */
function listedIn({ Condition }: Statement): readonly string[] | undefined {
  // Somebody may have rewritten a statement of ours in any way.
  const like: unknown = isMembers(Condition) ? Condition['StringLike'] : undefined;
  return isMembers(like) ? (asTexts(like[LISTED]) ?? undefined) : undefined;
}

/** Whether two parts say the same, each of its place. */
export function sameButPlace(a: Part, b: Part): boolean {
  return sameStatements([about(a.statement, [])], [about(b.statement, [])]);
}

/** The same statement about these places. */
function about(statement: Statement, places: readonly string[]): Statement {
  if (listedIn(statement) === undefined) return { ...statement, Resource: places };
  const { Condition } = statement;
  return { ...statement, Condition: { ...Condition, StringLike: { ...Condition?.['StringLike'], [LISTED]: places } } };
}

/** Statements with one Sid as one, about the places of all. What it says of them is what the first says. */
export function joined(statements: readonly Statement[]): readonly Statement[] {
  const bySid = Map.groupBy(statements, ({ Sid }) => Sid);
  return [...bySid.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    const places = unique(same.flatMap(partsOf).map(({ place }) => place)).filter((place) => place !== '');
    return [places.length === 0 ? first : about(first, places.sort())];
  });
}
