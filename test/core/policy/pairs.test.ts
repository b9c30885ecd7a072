/** What is compared by index is found as by comparing every two products. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PolicyDocument } from '#contracts/policy.ts';
import { checkLinks } from '#core/policy/links.ts';
import { checkOverlaps } from '#core/policy/overlaps.ts';
import { documentOf, productInput } from './documents.ts';

const NAMES = ['finance-lake', 'analytics', 'marketing'];
const product = fc.record({
  account: fc.constantFrom(...NAMES),
  database: fc.constantFrom('cur', 'CUR', 'hr'),
  region: fc.constantFrom('ap-northeast-1', 'eu-west-1'),
  tables: fc.constantFrom('all', ['a'], ['b*'], ['*']),
  exposure: fc.constantFrom('report', 'revoke'),
  bucket: fc.constantFrom('one', 'two'),
  bucketPolicy: fc.constantFrom('manage', 'emit'),
  accounts: fc.subarray(NAMES, { minLength: 1 }),
  link: fc.constantFrom('cur', 'hr', 'other'),
});

const documents: fc.Arbitrary<PolicyDocument> = fc.array(product, { minLength: 1, maxLength: 6 }).map((products) =>
  documentOf({
    accounts: { 'finance-lake': '111111111111', analytics: '222222222222', marketing: '444444444444' },
    products: Object.fromEntries(
      products.map(({ bucket, bucketPolicy, accounts, link, ...rest }, i) => [
        `p${i}`,
        productInput({
          ...rest,
          storage: { location: `s3://${bucket}/p${i}/`, bucketPolicy },
          audience: { accounts },
          consumers: { link, jobRoles: [{ match: 'role/data-jobs/*' }] },
        }),
      ]),
    ),
  }),
);

const isTold = (issues: readonly { readonly path: readonly unknown[] }[], name: string, key: string) =>
  issues.some(({ path }) => path[1] === name && path.at(-1) === key);

type Entry = PolicyDocument['products'][string];

/** By hand: only 'all', one name or one pattern each. */
function tablesMeet([a]: readonly string[], [b]: readonly string[]): boolean {
  return a === b || a === '*' || b === '*';
}

const list = (tables: Entry['tables']) => (tables === 'all' ? ['*'] : tables);

test('a product is told of another exposure of the same tables, and of another word about its bucket', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const issues = checkOverlaps(document);
      const entries = Object.entries(document.products);
      for (const [i, [name, entry]] of entries.entries()) {
        const before = entries.slice(0, i).map(([, other]) => other);
        const clash = before.some(
          (other) =>
            other.account === entry.account &&
            other.region === entry.region &&
            other.database.toLowerCase() === entry.database.toLowerCase() &&
            other.exposure !== entry.exposure &&
            tablesMeet(list(other.tables), list(entry.tables)),
        );
        expect(isTold(issues, name, 'exposure')).toBe(clash);
        const first = before.find((other) => bucketOf(other) === bucketOf(entry));
        expect(isTold(issues, name, 'account')).toBe(first !== undefined && first.account !== entry.account);
        const says = entry.storage.bucketPolicy;
        expect(isTold(issues, name, 'bucketPolicy')).toBe(first !== undefined && first.storage.bucketPolicy !== says);
      }
    }),
  );
});

function bucketOf({ storage }: Entry): string | undefined {
  return storage.location.split('/')[2];
}

test('a link is told to be taken by a database of the consumer itself', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const taken = checkLinks(document).filter(({ message }) => message.includes('has a database of this name'));
      for (const [name, { account, region, audience, consumers }] of Object.entries(document.products)) {
        const clashes = (audience.accounts ?? []).filter(
          (consumer) =>
            consumer !== account &&
            Object.values(document.products).some(
              (own) =>
                own.account === consumer && own.region === region && own.database.toLowerCase() === consumers.link,
            ),
        );
        const told = taken.filter(({ path }) => path[1] === name).map(({ message }) => message.split(' ')[0]);
        expect(told.sort()).toEqual(clashes.sort());
      }
    }),
  );
});
