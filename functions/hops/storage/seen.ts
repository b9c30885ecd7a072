/** What a look at buckets and keys tells of the ledger's entries about their policies. Pure. */

import { bucketPolicyEntry } from '#changes/bucket-policy/change.ts';
import { keyPolicyEntry } from '#changes/key-policy/change.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { entryId } from '#core/ownership.ts';
import type { Question, SeenDocuments } from '#engine/hop.ts';
import { isShown, openedBefore } from '../statements.ts';
import { tellsFor } from './assess.ts';
import type { StorageObservation } from './observation.ts';

interface Seen {
  readonly entry: Entry;
  readonly text: string | null;
  readonly tells: boolean;
}

/** @returns ids of entries whose part was found in its document, and of those of which this look tells what was opened. */
export function seenDocuments(observed: StorageObservation, question: Question<PublishScope>): SeenDocuments {
  const seen = [...inStores(observed, question), ...inLeft(observed)];
  const { execution } = question;
  return {
    confirmed: seen.filter(({ entry, text }) => isShown(entry, text)).map(({ entry }) => entry.id),
    told: seen
      .filter(({ entry, tells }) => openedBefore(entry, { execution, tells }) !== undefined)
      .map(({ entry }) => entry.id),
  };
}

function inStores({ stores }: StorageObservation, { policy, entries }: Question<PublishScope>): readonly Seen[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return stores.flatMap(({ products, facts }) => {
    const [first] = products;
    if (first === undefined || !facts.known) return [];
    const { account, bucket, key } = first.storage;
    const place = { account, region: first.region };
    const { bucketPolicy, keyPolicy } = facts.value;
    const tells = tellsFor(policy, products);
    return [
      { id: entryId(bucketPolicyEntry(place, bucket)), text: bucketPolicy.text },
      ...(key === null || keyPolicy === null
        ? []
        : [{ id: entryId(keyPolicyEntry(place, key)), text: keyPolicy.text }]),
    ].flatMap(({ id, text }) => {
      const entry = byId.get(id);
      return entry === undefined ? [] : [{ entry, text, tells }];
    });
  });
}

function inLeft({ left }: StorageObservation): readonly Seen[] {
  return left.flatMap(({ entry, facts }) => (facts.known ? [{ entry, text: facts.value.text, tells: true }] : []));
}
