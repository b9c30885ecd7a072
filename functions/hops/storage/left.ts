/** Statements of ours in a bucket or key that no product names any longer: the catalog's own scope takes them out (law 13). */

import type { MergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import type { MergeKeyPolicy } from '#changes/key-policy/change.ts';
import type { EntryOf } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, due, found, merge, NOTHING } from '#core/assessment.ts';
import type { DocumentFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { effectOf, statementsIn, takingOf } from '#core/iam/allowed.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { ownsSid } from '#core/sids.ts';
import { isLeftDocument } from '#core/standing.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { BUCKET_POLICY, KEY_POLICY } from '../queries.ts';

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
  if (!facts.known) {
    // A bucket that was deleted has no statements of ours either.
    if (facts.why.code === 'Missing') return NOTHING;
    return found(unreadable({ hop: 'storage', account, region, resource: target }, facts.why));
  }
  const present = statementsIn(facts.value.text, (sid) => ownsSid(policy.namespace, sid));
  const takes = takingOf(present, []);
  const common = {
    hop: 'storage' as const,
    account,
    region,
    products,
    effect: effectOf(present, []),
    statements: [],
    strays: present.map(({ Sid }) => Sid),
    left: true,
    ...(takes === null ? {} : { takes }),
  };
  const { is, name } = named(entry);
  const ofBucket: MergeBucketPolicy = { ...common, kind: 'merge-bucket-policy', bucket: name };
  const ofKey: MergeKeyPolicy = { ...common, kind: 'merge-key-policy', key: name };
  return due(is === 'bucket' ? ofBucket : ofKey);
}

function named({ target }: EntryOf<'statements'>): { readonly is: string; readonly name: string } {
  const [is = ''] = target.split(' ', 1);
  return { is, name: target.slice(is.length + 1) };
}
