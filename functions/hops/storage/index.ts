/** Storage: bucket and key policy admit the readers, only where Lake Formation doesn't vend. */

import { bucketPolicyEntry, isMergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import { isGrant } from '#changes/grant/change.ts';
import { isMergeKeyPolicy, keyPolicyEntry } from '#changes/key-policy/change.ts';
import { withoutTaking } from '#changes/policy-statements.ts';
import { isWithdrawal } from '#changes/revoke/change.ts';
import type { EntryIdentity } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING, skipped } from '#core/assessment.ts';
import { sharersOf } from '#core/bucket-policy.ts';
import { admittedOf } from '#core/named-readers.ts';
import { entryId, mayStand } from '#core/ownership.ts';
import { modeIn } from '#core/policy.ts';
import { productsOf } from '#core/selectors.ts';
import { before, type PublishHop, type Question, type SnapshotPart, type Told } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { blockedProducts } from '../blocked.ts';
import { observeReaders } from '../readers.ts';
import { observeStore } from '../stores.ts';
import { assessStorage } from './assess.ts';
import { assessLeft, observeLeft } from './left.ts';
import type { StorageObservation, Store } from './observation.ts';
import { PERMISSIONS } from './permissions.ts';
import { seenDocuments } from './seen.ts';
import { storeDenialsOf } from './store-denials.ts';

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
  const [readers, left, stores] = await Promise.all([
    observeReaders(read, { policy, products: productsOf(policy, question.scope) }),
    observeLeft(read, question),
    Promise.all(groups.map((ofStore = []) => storeOf(read, policy, ofStore))),
  ]);
  return { readers, left, stores: stores.flat() };
}

async function storeOf(read: Reads, policy: Policy, products: readonly Product[]): Promise<readonly Store[]> {
  const [first] = products;
  if (first === undefined) return [];
  const merged = [...products, ...sharersOf(policy, products)];
  // The denial is the bucket's: of an account that reads there, what its runs in all Regions say.
  const about = policy.products.filter(({ storage }) => storage.bucket === first.storage.bucket);
  const [facts, readers] = await Promise.all([
    observeStore(read, first),
    observeReaders(read, { policy, products: merged, about }),
  ]);
  return [{ products, facts, readers }];
}

/** Products somebody reads, the producer's own roles too, or read: our statements outlive an audience until taken out. */
function opened({ policy, scope, entries }: Asked): readonly Product[] {
  const standing = new Set(entries.filter(mayStand).map(({ id }) => id));
  return productsOf(policy, scope).filter(
    (product) => product.audience.length > 0 || entriesOf(product).some((entry) => standing.has(entryId(entry))),
  );
}

/** Parts of one document are written together. */
function storeText(policy: Policy, product: Product): string {
  const { bucket, account, key, access, bucketPolicy } = product.storage;
  return JSON.stringify([bucket, account, key, access, bucketPolicy, modeIn(policy, product, account)]);
}

function assess({ stores, left }: StorageObservation, question: Asked): Assessment {
  const { policy, planning, entries, execution } = question;
  // Closed last: while the brake holds a product's grants, its bytes are held too.
  const withdrawn = planning ? [] : before(question, 'share').changes.filter(isWithdrawal);
  const leaving = new Set(withdrawn.flatMap(({ products }) => products));
  const assessments = stores.map(({ products, facts, readers }) => {
    const assessment = assessStorage({ policy, products, readers, facts, entries, execution });
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
 * A role disproved or admitted after this run's statements were written is not in them yet: its consumer must see a
 * difference and start this scope again. What AWS refused this run has a finding of its own: another run at once would only be refused again.
 */
function snapshotPart({ observed, question, due, last }: Told<StorageObservation, PublishScope>): SnapshotPart {
  const { entries, execution } = question;
  const tried = new Set(
    entries.filter((entry) => entry.execution === execution).map(({ account, target }) => `${account} ${target}`),
  );
  const late = due.some(
    (change) =>
      (isMergeBucketPolicy(change) && !tried.has(`${change.account} bucket ${change.bucket}`)) ||
      (isMergeKeyPolicy(change) && !tried.has(`${change.account} key ${change.key}`)),
  );
  const { policy, scope } = question;
  const products = productsOf(policy, scope);
  const stores = observed.stores.flatMap(({ products: on, facts }) =>
    on.slice(0, 1).map((product) => ({ product, facts })),
  );
  const denials = storeDenialsOf(policy, products, stores, last);
  const told = denials.length === 0 ? {} : { storeDenials: [...denials] };
  if (late) return { ...told, denied: last?.denied ?? [], admitted: last?.admitted ?? [] };
  const { readers } = observed;
  return { ...told, denied: [...readers.disproved], admitted: admittedOf(readers, products) };
}
