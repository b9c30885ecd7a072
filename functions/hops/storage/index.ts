/** Storage: bucket and key policy admit the readers, only where Lake Formation doesn't vend. */

import { bucketPolicyEntry, isMergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import { isGrant } from '#changes/grant/change.ts';
import { keyPolicyEntry } from '#changes/key-policy/change.ts';
import { withoutTaking } from '#changes/policy-statements.ts';
import { isWithdrawal } from '#changes/revoke/change.ts';
import type { EntryIdentity } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING, skipped } from '#core/assessment.ts';
import { sortedSet } from '#core/collections.ts';
import { entryId, mayStand } from '#core/ownership.ts';
import { modeIn } from '#core/policy.ts';
import { consumersOf, productsOf, receivers } from '#core/selectors.ts';
import { before, type PublishHop, type Question, type SnapshotPart, type Told } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { blockedProducts } from '../blocked.ts';
import { observeStore } from '../stores.ts';
import { assessStorage } from './assess.ts';
import { assessLeft, observeLeft } from './left.ts';
import type { StorageObservation } from './observation.ts';
import { PERMISSIONS } from './permissions.ts';
import { seenDocuments } from './seen.ts';

/** What Lake Formation needs before it shares anything: a product that can't be shared gets no bytes either. */
const BEFORE = ['catalog-key', 'catalog-policy', 'exposure'] as const;

export const storage: PublishHop<StorageObservation> = {
  name: 'storage',
  half: 'publish',
  stage: 'storage',
  scopes: ['database', 'catalog'],
  after: [...BEFORE, 'share'],
  permissions: PERMISSIONS,
  documents: ({ policy, scope }) => productsOf(policy, scope).flatMap(entriesOf),
  observe,
  assess,
  seen: seenDocuments,
  snapshot: snapshotPart,
};

type Asked = Question<PublishScope>;

function entriesOf({ region, storage: { account, bucket, key } }: Product): readonly EntryIdentity[] {
  const place = { account, region };
  return [bucketPolicyEntry(place, bucket), ...(key === null ? [] : [keyPolicyEntry(place, key)])];
}

/** Products whose bytes are not opened yet, and what their statements say already is left as it is. */
function heldBack(question: Asked): ReadonlySet<string> {
  const blocked = blockedProducts(question, productsOf(question.policy, question.scope), BEFORE);
  // Bytes are opened last: a product whose grants AWS refused is not half readable.
  const ungranted = question.planning ? [] : before(question, 'share').changes.filter(isGrant);
  return new Set([...blocked, ...ungranted.flatMap(({ products }) => products)]);
}

async function observe(read: Reads, question: Asked): Promise<StorageObservation> {
  const { policy } = question;
  const products = opened(question);
  const held = heldBack(question);
  const open = products.filter(({ name }) => !held.has(name));
  const groups = Object.values(Object.groupBy(open, (product) => storeText(policy, product)));
  const [disproved, left, stores] = await Promise.all([
    disprovedBy(read, policy, products),
    observeLeft(read, question),
    Promise.all(
      groups.map(async (ofStore = []) => {
        const [first] = ofStore;
        return first === undefined ? [] : [{ products: ofStore, facts: await observeStore(read, first) }];
      }),
    ),
  ]);
  return { disproved, left, stores: stores.flat() };
}

/** Products somebody reads, or read: statements of ours outlive an audience until they are taken out. */
function opened({ policy, scope, entries }: Asked): readonly Product[] {
  const standing = new Set(entries.filter(mayStand).map(({ id }) => id));
  return productsOf(policy, scope).filter(
    (product) => receivers(product).length > 0 || entriesOf(product).some((entry) => standing.has(entryId(entry))),
  );
}

/** Parts of one document are written together. */
function storeText(policy: Policy, product: Product): string {
  const { bucket, account, key, access, bucketPolicy } = product.storage;
  return JSON.stringify([bucket, account, key, access, bucketPolicy, modeIn(policy, product, account)]);
}

/** Their producers deny them by name. */
async function disprovedBy(read: Reads, policy: Policy, products: readonly Product[]): Promise<readonly string[]> {
  const all = products.flatMap((product) => consumersOf(policy, product));
  const consumers = new Map(all.map((consumer) => [`${consumer.account}/${consumer.region}`, consumer]));
  const records = await Promise.all([...consumers.values()].map((one) => read.consumer(one.account, one.region)));
  return sortedSet(records.flatMap((record) => record?.disproved ?? []));
}

function assess({ disproved, stores, left }: StorageObservation, question: Asked): Assessment {
  const { policy, planning, entries, execution } = question;
  // Closed last: while the brake holds a product's grants, its bytes are held too.
  const withdrawn = planning ? [] : before(question, 'share').changes.filter(isWithdrawal);
  const leaving = new Set(withdrawn.flatMap(({ products }) => products));
  const assessments = stores.map(({ products, facts }) => {
    const assessment = assessStorage({ policy, products, disproved, facts, entries, execution });
    const waits = products.some(({ name }) => leaving.has(name));
    return waits ? { ...assessment, changes: assessment.changes.flatMap(withoutTaking) } : assessment;
  });
  const held = productsOf(policy, question.scope).filter(({ name }) => heldBack(question).has(name));
  return merge(
    ...assessments,
    assessLeft(policy, left),
    held.length === 0
      ? NOTHING
      : skipped(
          'storage',
          held.map(({ name }) => name),
        ),
  );
}

/**
 * A role disproved after this run's statements were written is not denied yet: its consumer must see a difference and
 * start this scope again. What AWS refused this run has a finding of its own: another run at once would only be refused again.
 */
function snapshotPart({ observed, question, due, last }: Told<StorageObservation, PublishScope>): SnapshotPart {
  const { entries, execution } = question;
  const tried = new Set(
    entries.filter((entry) => entry.execution === execution).map(({ account, target }) => `${account} ${target}`),
  );
  const late = due.some(
    (change) => isMergeBucketPolicy(change) && !tried.has(`${change.account} bucket ${change.bucket}`),
  );
  return { denied: [...(late ? (last?.denied ?? []) : observed.disproved)] };
}
