/** Products over the same table or bucket: welcome as long as they don't want opposite things of it. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue } from './issue.ts';
import { parseLocation } from './names.ts';
import { patternsMeet } from './patterns.ts';

type ProductEntry = PolicyDocument['products'][string];

export function checkOverlaps(document: PolicyDocument): PolicyIssue[] {
  const products = Object.entries(document.products);
  return products.flatMap(([name, entry], i) =>
    products
      .slice(0, i)
      .flatMap(([otherName, other]) => [
        ...checkExposure(document, { name, entry }, { name: otherName, entry: other }),
        ...checkStorage({ name, entry }, { name: otherName, entry: other }),
      ]),
  );
}

interface Named {
  readonly name: string;
  readonly entry: ProductEntry;
}

function checkExposure(document: PolicyDocument, product: Named, other: Named): PolicyIssue[] {
  const [a, b] = [product.entry, other.entry];
  const region = document.hub.region;
  const sameDatabase =
    a.account === b.account &&
    (a.region ?? region) === (b.region ?? region) &&
    a.database.toLowerCase() === b.database.toLowerCase();
  if (!sameDatabase || a.exposure === b.exposure || !tablesMeet(a.tables, b.tables)) return [];
  const message = `${other.name} has the same tables and says ${b.exposure}`;
  return [invalid(['products', product.name, 'exposure'], a.exposure, message, 'write the same in both')];
}

function checkStorage(product: Named, other: Named): PolicyIssue[] {
  const [a, b] = [product.entry.storage, other.entry.storage];
  if (parseLocation(a.location).bucket !== parseLocation(b.location).bucket) return [];
  const at = (key: string) => ['products', product.name, 'storage', key];
  const issues: PolicyIssue[] = [];
  const [owner, otherOwner] = [a.account ?? product.entry.account, b.account ?? other.entry.account];
  if (owner !== otherOwner) {
    const message = `a bucket has one owner, and ${other.name} says that this one's is ${otherOwner}`;
    issues.push(invalid(at('account'), owner, message, 'write the same in both'));
  }
  if (a.bucketPolicy !== b.bucketPolicy) {
    const message = `a bucket has one policy, and ${other.name} says ${b.bucketPolicy} of this one's`;
    issues.push(invalid(at('bucketPolicy'), a.bucketPolicy, message, 'write the same in both'));
  }
  return issues;
}

function tablesMeet(left: ProductEntry['tables'], right: ProductEntry['tables']): boolean {
  if (left === 'all' || right === 'all') return true;
  return left.some((a) => right.some((b) => patternsMeet(a.toLowerCase(), b.toLowerCase())));
}
