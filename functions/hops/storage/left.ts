/** Statements of ours in a bucket or key that no product names any longer: the catalog's own scope takes them out (law 13). */

import { bucketDue, type MergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import { keyDue, type MergeKeyPolicy } from '#changes/key-policy/change.ts';
import { openedText, rewriting, sentStatements } from '#changes/policy-statements.ts';
import type { EntryOf } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, assessed, found, merge } from '#core/assessment.ts';
import type { DocumentFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { isLeftDocument } from '#core/standing.ts';
import { NO_READERS } from '#core/storage-statements.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { BUCKET_POLICY, KEY_POLICY } from '../queries.ts';
import { openedFinding, strangersFinding } from '../statements.ts';

/** A document with an entry of ours, and what is in it. */
export interface LeftDocument {
  readonly entry: EntryOf<'statements'>;
  readonly facts: Observed<DocumentFacts>;
}

type Asked = Pick<Question<PublishScope>, 'scope' | 'policy' | 'entries'>;

export async function observeLeft(read: Reads, { scope, policy, entries }: Asked): Promise<readonly LeftDocument[]> {
  if (scope.database !== null) return [];
  const left = entries.filter(
    (entry): entry is EntryOf<'statements'> =>
      entry.kind === 'statements' && mayStand(entry) && isLeftDocument(policy, { ...entry, document: entry.target }),
  );
  return await Promise.all(
    left.map(async (entry) => {
      const { is, name } = named(entry);
      const place = read.in(entry.account, entry.region);
      const facts = await (is === 'bucket'
        ? place.ask(BUCKET_POLICY, { bucket: name })
        : place.ask(KEY_POLICY, { key: name }));
      return { entry, facts };
    }),
  );
}

export function assessLeft(policy: Policy, documents: readonly LeftDocument[]): Assessment {
  return merge(...documents.map((document) => takenOut(policy, document)));
}

/** Also where nothing of ours is in it any more: then the entry ends, and nothing is written. */
function takenOut(policy: Policy, { entry, facts }: LeftDocument): Assessment {
  const { account, region, target, products } = entry;
  const isGone = !facts.known && facts.why.code === 'Missing';
  if (!facts.known && !isGone)
    return found(unreadable({ hop: 'storage', account, region, resource: target }, facts.why));
  // A bucket or key that was deleted has no statements of ours either.
  const text = facts.known ? facts.value.text : null;
  const { is, name } = named(entry);
  const part = { bucket: name, products, statements: [], readers: NO_READERS };
  const { replaced, strays, strangers } = (is === 'bucket' ? bucketDue : keyDue)(policy, part, text, entry);
  const about = { replaced, statements: [], sent: sentStatements(entry) };
  const where = { hop: 'storage' as const, account, region, resource: target };
  const common = {
    hop: 'storage' as const,
    account,
    region,
    products,
    ...rewriting(about),
    statements: [],
    strays: is === 'bucket' ? replaced.map(({ Sid }) => Sid) : strays,
    left: true,
    ...(isGone ? { gone: true } : {}),
  };
  const ofBucket: MergeBucketPolicy = { ...common, kind: 'merge-bucket-policy', bucket: name, readers: NO_READERS };
  const ofKey: MergeKeyPolicy = { ...common, kind: 'merge-key-policy', key: name };
  const findings = [...openedFinding(where, openedText(about) ?? entry.opened), ...strangersFinding(where, strangers)];
  return assessed({ changes: [is === 'bucket' ? ofBucket : ofKey], findings });
}

function named({ target }: EntryOf<'statements'>): { readonly is: string; readonly name: string } {
  const [is = ''] = target.split(' ', 1);
  return { is, name: target.slice(is.length + 1) };
}
