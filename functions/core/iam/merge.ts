/** Our statements inside documents that others own too: bucket, key and Glue catalog policies. */

import { LakeError } from '#contracts/errors.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Members, PolicyDocument } from './document.ts';
import { parseDocument } from './document.ts';
import { rawItems, rawMembers } from './raw.ts';
import { sameStatements } from './same.ts';

/** 20 KB (G-B8). */
export const BUCKET_POLICY_LIMIT = 20_480;
/** 32 KB. */
export const KEY_POLICY_LIMIT = 32_768;

export interface Merged {
  /** What to write; null when nothing would be left, which AWS takes as a delete, never as an empty list (G-B5). */
  readonly text: string | null;
  /** False: `text` is the text that came in, to the byte. */
  readonly changed: boolean;
  /** Bytes of `text`, as the limits count them. */
  readonly size: number;
}

/**
 * Replaces what is ours, found by its Sid, and leaves all else as it stands: other people's statements (without Sid,
 * or sharing one), their order, Version, Id and members we don't know, to the byte but for white space between them.
 * `ours: []` withdraws.
 */
export function mergeStatements(
  text: string | null,
  ours: readonly Statement[],
  owned: (sid: string) => boolean,
): Merged {
  refuseStrays(ours, owned);
  const document = text === null ? null : readOrRefuse(text);
  const isOurs = (statement: Members) => {
    const sid = statement['Sid'];
    return typeof sid === 'string' && sid !== '' && owned(sid);
  };
  const present = document?.statements ?? [];
  const foreign = text === null ? [] : foreignIn(text, present, isOurs);
  if (foreign.length + ours.length === 0) return result(text, null);
  if (document !== null && sameStatements(present.filter(isOurs), ours)) return result(text, text);
  // Sorted, so that the order in which products were decided never rewrites a document.
  const sorted = ours.toSorted((a, b) => (a.Sid < b.Sid ? -1 : 1));
  // The Version stays what its owner chose: another one would change what the other statements mean.
  const members = rawMembers(text ?? '{"Version":"2012-10-17"}');
  const statements = [...foreign, ...sorted.map((statement) => JSON.stringify(statement))];
  const all = new Map([...members, ['Statement', `[${statements.join(',')}]`]]);
  return result(text, `{${[...all].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);
}

/** Other people's statements as they were written, but for the white space. */
function foreignIn(
  text: string,
  present: readonly Members[],
  isOurs: (statement: Members) => boolean,
): readonly string[] {
  const raw = rawItems(rawMembers(text).get('Statement') ?? '[]');
  return raw.filter((_, i) => present[i] !== undefined && !isOurs(present[i]));
}

/** A key always has a policy, and one without its owner's statements locks everybody out of the key (G-B11). */
export function mergeKeyStatements(
  text: string | null,
  ours: readonly Statement[],
  owned: (sid: string) => boolean,
): Merged {
  const theirs = text === null ? null : mergeStatements(text, [], owned).text;
  if (theirs === null) {
    throw new LakeError('RequestRefused', {
      message: `the key policy ${text === null ? 'was not read' : "has no statement of the key's owner"}, so it is left as it is`,
      remedy: 'give the key a policy with a statement for its own account, then run again',
    });
  }
  return mergeStatements(text, ours, owned);
}

function readOrRefuse(text: string): PolicyDocument {
  const parsed = parseDocument(text);
  if (parsed.ok) return parsed.document;
  throw new LakeError('RequestRefused', {
    message: `the policy document can't be read, so it is left as it is: ${parsed.why}`,
    remedy: 'repair the document in its own account, then run again',
  });
}

/** A statement of ours that we would not know again could never be withdrawn, and would be added on every run. */
function refuseStrays(ours: readonly Statement[], owned: (sid: string) => boolean): void {
  const seen = new Set<string>();
  for (const { Sid } of ours) {
    if (Sid === '' || !owned(Sid)) {
      throw new LakeError('Unexpected', { message: `statement "${Sid}" is not named as ours` });
    }
    if (seen.has(Sid)) throw new LakeError('Unexpected', { message: `two of our statements are named "${Sid}"` });
    seen.add(Sid);
  }
}

function result(before: string | null, text: string | null): Merged {
  return { text, changed: text !== before, size: text === null ? 0 : Buffer.byteLength(text, 'utf8') };
}
