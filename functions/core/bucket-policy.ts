/**
 * Our statements in one bucket's policy, of which each run writes its own products' part. Whose a part is, its place
 * says: the prefix of a product's bytes. Pure.
 */

import { arnParts } from '#contracts/arn.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { sortedSet } from './collections.ts';
import { statementsIn } from './iam/allowed.ts';
import { type Merged, mergeStatements } from './iam/merge.ts';
import { joined, type Part, partsOf, partText } from './iam/parts.ts';
import { receivers } from './selectors.ts';
import { ownsSid } from './sids.ts';
import { bucketStatements, denialOf, denialSid, deniedIn, placesOf, type Readers } from './storage-statements.ts';

/** What a run wants of a bucket's policy: all that is to be there for its products, and nothing else of theirs. */
export interface BucketPart {
  readonly bucket: string;
  /** By name. */
  readonly products: readonly string[];
  readonly statements: readonly Statement[];
  /** Whom the bucket's statements name, those of other runs' products too. */
  readonly readers: Readers;
}

export interface BucketMerged extends Merged {
  /** What is there now of what these replace. */
  readonly replaced: readonly Statement[];
  /** What replaces it: the part's statements, the denial wherever the bucket has products. */
  readonly next: readonly Statement[];
  /** All statements of ours that the text then has. */
  readonly ours: readonly Statement[];
  /** Places that statements of ours were about and no product of the policy has: these statements go. */
  readonly strays: readonly string[];
  /** Sids named as ours are that the ledger does not know: somebody else's, and left. */
  readonly strangers: readonly string[];
}

/**
 * @param known Sids of ours in this document by the ledger: nobody else's are replaced (law 3).
 * @returns our statements as they should stand beside those of other runs, and what of ours goes.
 */
export function mergedBucketPolicy(
  policy: Policy,
  part: BucketPart,
  text: string | null,
  known: ReadonlySet<string>,
): BucketMerged {
  const isNamed = (sid: string) => ownsSid(policy.namespace, sid);
  const denial = part.readers.disproved.length === 0 ? [] : [denialSid(policy)];
  const wanted = new Set([...part.statements.map(({ Sid }) => Sid), ...denial]);
  const owned = (sid: string) => isNamed(sid) && (wanted.has(sid) || known.has(sid));
  const present = statementsIn(text, owned).flatMap(partsOf);
  const whose = ownership(policy, part);
  const kept = present.filter((one) => isKept(whose, one, present));
  const replaced = present.filter((one) => !kept.includes(one));
  const allows = part.statements.filter(({ Effect }) => Effect === 'Allow');
  const next = joined([...allows, ...[denialIn(policy, part, whose, present) ?? []].flat()]);
  const ours = joined([...next, ...kept.map(({ statement }) => statement)]);
  const strays = replaced
    .filter((one) => !isDenial(one))
    .map(({ place }) => place)
    .filter((place) => !whose.own.has(place) && !whose.theirs.has(place));
  return {
    ...mergeStatements(text, ours, owned),
    replaced: joined(replaced.map(({ statement }) => statement)),
    next,
    ours,
    strays,
    strangers: statementsIn(text, (sid) => isNamed(sid) && !owned(sid)).map(({ Sid }) => Sid),
  };
}

/**
 * A bucket has one denial. Of the accounts that read what is merged this run knows whom it names; of others that read
 * here it leaves whom it named.
 */
function denialIn(
  policy: Policy,
  { readers }: BucketPart,
  whose: Ownership,
  present: readonly Part[],
): Statement | null {
  const { own, theirs, told, audience } = whose;
  const denials = present.filter(isDenial);
  const named = readers.disproved.filter((arn) => audience.has(accountIn(arn)));
  const left = denials
    .flatMap(({ statement }) => deniedIn(statement))
    .filter((arn) => audience.has(accountIn(arn)) && !told.has(accountIn(arn)));
  const places = [
    ...(named.length === 0 ? [] : whose.ownObjects),
    ...denials.map(({ place }) => place).filter((place) => theirs.has(place) && !own.has(place)),
  ];
  return denialOf(policy, sortedSet(places), sortedSet([...named, ...left]));
}

function accountIn(arn: string): string {
  return arnParts(arn)?.account ?? '';
}

function isDenial({ statement }: Part): boolean {
  return statement.Effect === 'Deny';
}

interface Ownership {
  /** Objects of the products that are merged, as far as somebody is let in. */
  readonly ownObjects: readonly string[];
  /** Accounts of which this run knows whom they disprove, and all that read in the bucket. */
  readonly told: ReadonlySet<string>;
  readonly audience: ReadonlySet<string>;
  /** Places of the products that are merged. */
  readonly own: ReadonlySet<string>;
  /** Products of the bucket that other runs see to, or that wait, by their places. */
  readonly theirs: ReadonlyMap<string, readonly Product[]>;
  /** What the policy wants of these. */
  wantedOf(products: readonly Product[]): readonly Part[];
  readonly wantedSids: ReadonlySet<string>;
}

function ownership(policy: Policy, { bucket, products, statements, readers }: BucketPart): Ownership {
  const names = new Set(products);
  const ofBucket = policy.products.filter(({ storage }) => storage.bucket === bucket);
  const [merged, others] = [
    ofBucket.filter(({ name }) => names.has(name)),
    ofBucket.filter(({ name }) => !names.has(name)),
  ];
  const told = [...merged, ...sharersOf(policy, merged)];
  const placed = (list: readonly Product[]) =>
    list.flatMap((product) => placesOf(policy, product).map((place) => [place, product] as const));
  const theirs = Map.groupBy(placed(others), ([place]) => place);
  return {
    own: new Set(placed(merged).map(([place]) => place)),
    ownObjects: told.filter(readsByIam).map((product) => placesOf(policy, product)[0]),
    told: new Set(told.flatMap(({ audience }) => audience)),
    audience: new Set(ofBucket.filter(readsByIam).flatMap(({ audience }) => audience)),
    theirs: new Map([...theirs].map(([place, list]) => [place, list.map(([, product]) => product)])),
    wantedOf: (list) => bucketStatements(policy, list.filter(readsByIam), readers).flatMap(partsOf),
    wantedSids: new Set(statements.map(({ Sid }) => Sid)),
  };
}

/** Other products over the very same bytes as one of these. */
export function sharersOf(
  { products: all }: Pick<Policy, 'products'>,
  products: readonly Product[],
): readonly Product[] {
  const placeText = ({ storage }: Product) => `${storage.bucket}/${storage.prefix}`;
  const places = new Set(products.map(placeText));
  const names = new Set(products.map(({ name }) => name));
  return all.filter((product) => places.has(placeText(product)) && !names.has(product.name));
}

/** With `hybrid`, too, until a principal has opted in. A product for nobody, or of which nobody may read rows, lets nobody in. */
export function readsByIam(product: Product): boolean {
  const { storage, permissions } = product;
  return storage.access !== 'lake-formation' && receivers(product).length > 0 && permissions.includes('SELECT');
}

/** Whether a part is left as it is: another run's, which may not have got as far as ours. */
function isKept({ own, theirs, wantedOf, wantedSids }: Ownership, part: Part, present: readonly Part[]): boolean {
  if (isDenial(part)) return false;
  const sharers = theirs.get(part.place);
  if (sharers === undefined) {
    // Of a place that is no prefix somebody else made it; whose statement it was, repairs it.
    const isSpoilt = !part.place.endsWith('*') || part.place === '*';
    return (
      isSpoilt && !wantedSids.has(part.Sid) && wantedOf([...theirs.values()].flat()).some(({ Sid }) => Sid === part.Sid)
    );
  }
  if (!own.has(part.place)) return true;
  // Two products over the very same prefix, in different runs.
  const wanted = wantedOf(sharers);
  if (wanted.some((one) => partText(one) === partText(part))) return true;
  // Nobody wants it. It goes once the other has what it wants instead.
  const there = new Set(present.map(partText));
  return !wanted.every((one) => there.has(partText(one)));
}
