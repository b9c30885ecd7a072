/** What somebody else has done to statements of ours in a document, or in their name. Pure. */

import { sentStatements } from '#changes/policy-statements.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry } from '#contracts/ledger.ts';
import { finding, listed, type Where } from '#core/findings.ts';
import { statementsIn } from '#core/iam/allowed.ts';
import { sameStatements } from '#core/iam/same.ts';

/**
 * Somebody let in more than the policy wants and than we wrote.
 *
 * @param opened in words: seen now, or narrowed and not told yet; the same key for both.
 */
export function openedFinding(where: Where, opened: string | null | undefined): readonly Finding[] {
  if (opened === null || opened === undefined) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'statement-opened',
      message: `somebody opened statements of ours in the policy of ${where.resource}; beyond what we wrote they let in: ${opened}`,
      remedy:
        'The run that finds it narrows them to what the policy wants, unless it only reports. Find who wrote the policy, in CloudTrail by PutBucketPolicy, PutKeyPolicy or PutResourcePolicy, and look who used it meanwhile. Whoever is to be let in belongs into a statement without our prefix.',
    }),
  ];
}

/** What was narrowed and is still to be told: by the run that did, else by the one scope that tells for the document. */
export function openedBefore(
  entry: Entry | undefined,
  { execution, tells }: { readonly execution: string; readonly tells: boolean },
): string | undefined {
  return tells || entry?.execution === execution ? entry?.opened : undefined;
}

/** Whether a document holds all that an entry says we sent. */
export function isShown(entry: Entry, text: string | null): boolean {
  const sent = sentStatements(entry);
  const sids = new Set(sent.map(({ Sid }) => Sid));
  return sameStatements(
    statementsIn(text, (sid) => sids.has(sid)),
    sent,
  );
}

/** Named as ours are, and unknown to the ledger: left as they are (law 3). */
export function strangersFinding(where: Where, sids: readonly string[]): readonly Finding[] {
  if (sids.length === 0) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'statement-not-ours',
      identity: `${where.resource} strangers`,
      message: `the policy of ${where.resource} has statements named as ours are that we never wrote; they are left as they are: ${listed([...sids].sort())}`,
      remedy: 'Read what they allow or deny. Take them out of the policy, or give them a Sid of your own.',
    }),
  ];
}
