/** Products over the same table or bucket: welcome as long as they don't want opposite things of it. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue } from './issue.ts';
import { parseLocation } from './names.ts';
import { patternsMeet } from './patterns.ts';

type ProductEntry = PolicyDocument['products'][string];

interface Named {
  readonly name: string;
  readonly entry: ProductEntry;
}

/** Each product is told of the first before it that says another thing; mending that may mend more. */
export function checkOverlaps(document: PolicyDocument): PolicyIssue[] {
  const ofDatabase = new Map<string, Named[]>();
  const ofBucket = new Map<string, Named>();
  return Object.entries(document.products).flatMap(([name, entry]) => {
    const product = { name, entry };
    const database = databaseOf(document, entry);
    const neighbours = ofDatabase.get(database) ?? [];
    const { bucket } = parseLocation(entry.storage.location);
    const first = ofBucket.get(bucket);
    const issues = [
      ...checkExposure(product, neighbours),
      ...(first === undefined ? [] : checkStorage(product, first)),
    ];
    neighbours.push(product);
    ofDatabase.set(database, neighbours);
    if (first === undefined) ofBucket.set(bucket, product);
    return issues;
  });
}

function databaseOf({ hub }: PolicyDocument, { account, region = hub.region, database }: ProductEntry): string {
  return JSON.stringify([account, region, database.toLowerCase()]);
}

/** `before`: of the same database. */
function checkExposure({ name, entry }: Named, before: readonly Named[]): PolicyIssue[] {
  const { exposure, tables } = entry;
  const other = before.find((one) => one.entry.exposure !== exposure && tablesMeet(one.entry.tables, tables));
  if (other === undefined) return [];
  const message = `${other.name} has the same tables and says ${other.entry.exposure}`;
  return [invalid(['products', name, 'exposure'], exposure, message, 'write the same in both')];
}

/** `first`: the first product of the same bucket. Whoever agrees with it agrees with all who do. */
function checkStorage(product: Named, first: Named): PolicyIssue[] {
  const [a, b] = [product.entry.storage, first.entry.storage];
  const at = (key: string) => ['products', product.name, 'storage', key];
  const issues: PolicyIssue[] = [];
  const [owner, otherOwner] = [a.account ?? product.entry.account, b.account ?? first.entry.account];
  if (owner !== otherOwner) {
    const message = `a bucket has one owner, and ${first.name} says that this one's is ${otherOwner}`;
    issues.push(invalid(at('account'), owner, message, 'write the same in both'));
  }
  if (a.bucketPolicy !== b.bucketPolicy) {
    const message = `a bucket has one policy, and ${first.name} says ${b.bucketPolicy} of this one's`;
    issues.push(invalid(at('bucketPolicy'), a.bucketPolicy, message, 'write the same in both'));
  }
  return issues;
}

function tablesMeet(left: ProductEntry['tables'], right: ProductEntry['tables']): boolean {
  if (left === 'all' || right === 'all') return true;
  return left.some((a) => right.some((b) => patternsMeet(a.toLowerCase(), b.toLowerCase())));
}
