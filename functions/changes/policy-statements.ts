/** What kinds that write policy documents have in common: statements of ours among others'. Pure. */

import { isLakeError } from '#contracts/errors.ts';
import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Change, Takes } from '#core/change.ts';
import { clip } from '#core/clip.ts';
import type { DocumentFacts } from '#core/facts.ts';
import { listed } from '#core/findings.ts';
import { differenceOf, effectOf, openedParts, type Taking, takingOf } from '#core/iam/allowed.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { type EntryRecord, mayStand } from '#core/ownership.ts';

/** A change of a bucket's or a key's policy. */
export interface StoragePolicyChange extends Change {
  readonly statements: readonly Statement[];
  /** What of access we gave is taken back; absent: nothing. */
  readonly takes?: Taking;
  /** Sids of ours, or places in statements of ours, about products the policy no longer names. */
  readonly strays?: readonly string[];
  /** Products that nobody reads by our statements any longer. */
  readonly emptied?: readonly string[];
  /** No product names the document any longer: with this change nothing of ours is in it. */
  readonly left?: boolean;
  /** Bucket or key were deleted, as their owner says: the entry ends, and nothing is written. */
  readonly gone?: boolean;
}

/** Whether nothing of ours stands in the document afterwards. */
export function endsDocument({ left = false }: StoragePolicyChange): boolean {
  return left;
}

/** The document of a bucket or key; of one that was deleted nothing is there. */
export async function readUnlessGone(
  { gone = false }: Pick<StoragePolicyChange, 'gone'>,
  read: () => Promise<DocumentFacts>,
): Promise<DocumentFacts> {
  try {
    return await read();
  } catch (error) {
    if (gone && isLakeError(error, 'Missing')) return { text: null };
    throw error;
  }
}

/** The ledger record of statements in a document that several scopes write: they are its parts. */
export function statementsRecord(
  { target, principal }: Pick<EntryIdentity, 'target' | 'principal'>,
  sent: readonly Statement[],
): EntryRecord {
  const before = Object.fromEntries(sent.map(({ Sid }) => [Sid, 'absent' as const]));
  return { kind: 'statements', target, principal, sent, before, inverse: null, shared: true };
}

/** Our statements as an entry says we last wrote them; none where nothing of ours may stand. */
export function sentStatements(entry: Entry | undefined): readonly Statement[] {
  return entry?.kind === 'statements' && mayStand(entry) ? entry.sent : [];
}

/** A document with nothing in it but these statements of ours; null: there are none. */
export function sentText(entry: Entry | undefined): string | null {
  const statements = sentStatements(entry);
  return statements.length === 0 ? null : JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** Somebody's document without our statements; empty: nothing is left of it. */
export function theirText(text: string | null, ours: ReadonlySet<string>): string {
  return mergeStatements(text, [], (sid) => ours.has(sid)).text ?? '';
}

/** What is written instead of what is there of ours. */
export interface Rewriting {
  readonly replaced: readonly Statement[];
  readonly statements: readonly Statement[];
  /** What we last wrote in that place. */
  readonly sent: readonly Statement[];
}

/** What the rewrite really does, judged against what is there: shrinking a condition is a withdrawal like any other. */
export function rewriting({ replaced, statements, sent }: Rewriting) {
  const takes = takingOf(replaced, statements, sent);
  const difference = differenceOf(replaced, statements);
  return { effect: effectOf(difference), difference, ...(takes === null ? {} : { takes }) };
}

/** What somebody has opened of our statements, beyond the policy and beyond what we last wrote, in words; null: nothing. */
export function openedText({ replaced, statements, sent }: Rewriting): string | null {
  const opened = openedParts(replaced, sent, statements);
  if (opened.length === 0) return null;
  return clip(
    listed(
      opened.map(({ statement }) => JSON.stringify(statement)),
      2,
    ),
    MOST_OPENED,
  );
}

/** The same as it is written: by what is there then. */
export function dueStatements(about: Rewriting) {
  const opened = openedText(about);
  return { difference: differenceOf(about.replaced, about.statements), ...(opened === null ? {} : { opened }) };
}

/** Bytes: a few statements, as a person reads them. */
const MOST_OPENED = 2048;

/** What is taken counts one by one, as grants do: statements, and of those about several products each one's part. */
export function takesOf(change: StoragePolicyChange): Takes | null {
  const { takes: taking, strays = [], emptied = [] } = change;
  if (taking === undefined) return null;
  const { takes: _, difference: __, emptied: ___, ...rest } = change;
  const isStray = ({ Sid, place }: Taking['taken'][number]) => strays.includes(Sid) || strays.includes(place);
  return {
    weight: taking.taken.length,
    empties: [...emptied, ...(taking.taken.some(isStray) ? ['a product the policy no longer names'] : [])],
    ...(taking.ofPart ? { asks: 'what statements allow to a whole part of the organization' } : {}),
    without: taking.changes
      ? ({ ...rest, statements: taking.meanwhile, difference: taking.difference } as StoragePolicyChange)
      : null,
  };
}

/** A change of a bucket's or key's policy without what it takes back; any other as it is. */
export function withoutTaking(change: Change): readonly Change[] {
  if (!('takes' in change)) return [change];
  const takes = takesOf(change as StoragePolicyChange);
  return takes === null ? [change] : [takes.without ?? []].flat();
}

/** The change in words: how many statements, and whether they name no roles. */
export function statementsText(subject: string, { statements, left, gone, strays = [] }: StoragePolicyChange): string {
  if (gone) return `${subject} was deleted, and our statements with it: end its entry`;
  if (left) return `${subject}, which no product names: take out our ${strays.length} statement(s)`;
  if (statements.length === 0) return `${subject}: take out our statement(s), which nobody reads by any longer`;
  return `${subject}: put our ${statements.length} statement(s) beside what is there${openness(statements)}`;
}

/** Law 9: a statement that names no roles says so. */
function openness(statements: readonly Statement[]): string {
  const names = (s: Statement) => Object.values(s.Condition ?? {}).some((keys) => 'aws:PrincipalArn' in keys);
  const open = statements.some((s) => s.Effect === 'Allow' && !names(s));
  return open ? ', open to every role of the organization that has S3 rights of its own' : '';
}
