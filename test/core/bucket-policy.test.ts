/** Statements that several products share must let in whom each product's own statements let in, whoever writes when. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { mergedBucketPolicy, readsByIam, sharersOf } from '#core/bucket-policy.ts';
import { differenceOf, effectOf, statementsIn, takingOf } from '#core/iam/allowed.ts';
import { evaluateResource } from '#core/iam/evaluate.ts';
import { partsOf, partText } from '#core/iam/parts.ts';
import { sameStatements } from '#core/iam/same.ts';
import { ownsSid, sidFor } from '#core/sids.ts';
import { bucketStatements, denialOf, NO_READERS, placesOf, type Readers } from '#core/storage-statements.ts';
import { policyOf, productInput } from './policy/documents.ts';

const NAMES = ['analytics', 'marketing', 'research'];
const IDS = ['222222222222', '444444444444', '555555555555'];
const ACCOUNTS = { 'finance-lake': '111111111111', ...Object.fromEntries(NAMES.map((name, i) => [name, IDS[i]])) };
const FOREIGN: Statement = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:root' },
  Action: ['s3:PutObject'],
  Resource: ['arn:aws:s3:::lake/*'],
};

/** Each product is a scope of its own: a database. */
const product = fc.record({
  prefix: fc.constantFrom('a', 'b', 'c', 'a/b'),
  accounts: fc.subarray(NAMES, { minLength: 1 }),
  proof: fc.constantFrom('path', 'tag'),
  access: fc.constantFrom('iam', 'iam', 'iam', 'lake-formation'),
});
const policies: fc.Arbitrary<Policy> = fc.array(product, { minLength: 1, maxLength: 5 }).map((products) =>
  policyOf({
    mode: 'enforce',
    accounts: ACCOUNTS,
    products: Object.fromEntries(
      products.map(({ prefix, accounts, proof, access }, i) => [
        `p${i}`,
        productInput({
          database: `db_${i}`,
          storage: { location: `s3://lake/${prefix}/`, access },
          audience: { accounts },
          consumers: { jobRoles: [{ match: 'role/data-jobs/*', proof }] },
        }),
      ]),
    ),
  }),
);

const document = (statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const ours = (policy: Policy, text: string | null) => statementsIn(text, (sid) => ownsSid(policy.namespace, sid));

/** Every account has one role that is admitted to whatever is proved by tag, under the id of the account. */
function readersOf(products: readonly Product[], disproved: readonly string[] = []): Readers {
  const named = products
    .filter(({ jobRoles }) => jobRoles.some(({ proof }) => proof === 'tag'))
    .map(({ name, audience }) => [name, audience.map((id) => ({ arn: roleIn(id), id: `AROA${id}` }))]);
  const told = new Set(products.flatMap(({ audience }) => audience));
  return { named: Object.fromEntries(named), disproved: disproved.filter((id) => told.has(id)).map(deniedIn) };
}
const roleIn = (account: string) => `arn:aws:iam::${account}:role/data-jobs/x`;
const deniedIn = (account: string) => `arn:aws:iam::${account}:role/data-jobs/denied`;

function wanted(policy: Policy, products: readonly Product[]): readonly Statement[] {
  return bucketStatements(policy, products.filter(readsByIam), readersOf(policy.products));
}

/** All that should be there, the denial too: of accounts that read in the bucket, where products are for such. */
function whole(policy: Policy, disproved: readonly string[]): readonly Statement[] {
  const read = policy.products.filter(readsByIam);
  const denied = disproved.filter((id) => read.some(({ audience }) => audience.includes(id)));
  const sharing = (one: Product) => policy.products.filter(({ storage }) => storage.prefix === one.storage.prefix);
  const places = read
    .filter((one) => sharing(one).some(({ audience }) => audience.some((id) => denied.includes(id))))
    .map((one) => placesOf(policy, one)[0]);
  const denial = denialOf(policy, [...new Set(places)].sort(), denied.map(deniedIn));
  return [...wanted(policy, policy.products), ...(denial === null ? [] : [denial])];
}

/** What a run of one product's database writes. */
function written(policy: Policy, one: Product, text: string | null, disproved: readonly string[] = []): string | null {
  const readers = readersOf([one, ...sharersOf(policy, [one])], disproved);
  const part = { bucket: 'lake', products: [one.name], statements: wanted(policy, [one]), readers };
  // All of it that is named as ours is, some run has written.
  const known = new Set(ours(policy, text).map(({ Sid }) => Sid));
  return mergedBucketPolicy(policy, part, text, known).text;
}

/** As statements were before they were shared: each named for its product. */
function each(policy: Policy): readonly Statement[] {
  return policy.products.flatMap((one) =>
    wanted(policy, [one]).map((statement) => {
      const what = statement.Action.includes('s3:ListBucket') ? 'List' : 'Get';
      return { ...statement, Sid: sidFor(policy.namespace, what, one.name) };
    }),
  );
}

/** From nothing, from what another policy left, or from statements of each product. */
const starts = fc.oneof(
  fc.constant((_policy: Policy): readonly Statement[] => [FOREIGN]),
  fc.constant((policy: Policy): readonly Statement[] => [FOREIGN, ...each(policy)]),
  policies.map((old) => (): readonly Statement[] => [FOREIGN, ...each(old)]),
  policies.map((old) => (): readonly Statement[] => [FOREIGN, ...wanted(old, old.products)]),
  policies.map((old) => (): readonly Statement[] => [FOREIGN, ...whole(old, IDS)]),
);

describe('shared statements', { timeout: 60_000 }, () => {
  test('let in exactly whom the statements of each product let in', () => {
    const asked = fc.record({
      account: fc.constantFrom(...IDS),
      tag: fc.constantFrom('p0', 'p1', 'p2'),
      key: fc.constantFrom('a/x', 'b/x', 'c/x', 'a/b/x', 'd/x'),
    });
    fc.assert(
      fc.property(policies, asked, (policy, { account, tag, key }) => {
        const arn = `arn:aws:iam::${account}:role/data-jobs/x`;
        const tags = { 'onramp:product': tag };
        const principal = { type: 'role' as const, arn, account, tags, organization: policy.organization.id };
        const session = { 'aws:userid': `AROA${account}:job` };
        const verdicts = (statements: readonly Statement[]) => [
          evaluateResource(document(statements), {
            ...{ principal, action: 's3:GetObject', resource: `arn:aws:s3:::lake/${key}`, context: session },
          }).verdict,
          evaluateResource(document(statements), {
            ...{
              principal,
              action: 's3:ListBucket',
              resource: 'arn:aws:s3:::lake',
              context: { ...session, 's3:prefix': key },
            },
          }).verdict,
        ];
        expect(verdicts(wanted(policy, policy.products))).toEqual(verdicts(each(policy)));
      }),
      { numRuns: 300 },
    );
  });

  test('end the same whatever was there, in whatever order runs write, and are then left alone', () => {
    fc.assert(
      fc.property(policies, starts, fc.nat(), fc.subarray(IDS), (policy, start, turn, disproved) => {
        let text: string | null = document(start(policy));
        const order = policy.products
          .map((_, i, all) => all[(i + turn) % all.length])
          .filter((one) => one !== undefined);
        // Twice: what two products over one prefix have in each other's way goes with the second.
        for (const one of [...order, ...order]) text = written(policy, one, text, disproved);
        expect(sameStatements(ours(policy, text), whole(policy, disproved))).toBe(true);
        expect(statementsIn(text, (sid) => sid === 'Theirs')).toEqual([FOREIGN]);
        for (const one of order) expect(written(policy, one, text, disproved)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('a run takes nothing of a product that is another run’s, as long as the policy has it', () => {
    fc.assert(
      fc.property(policies, policies, (old, policy) => {
        const before = document([FOREIGN, ...wanted(old, old.products)]);
        const [one, ...others] = policy.products;
        if (one === undefined) return;
        const after = new Set(
          ours(policy, written(policy, one, before))
            .flatMap(partsOf)
            .map(partText),
        );
        // Its places are its own also while it lets nobody in.
        const own = new Set<string>(placesOf(policy, one));
        const theirs = new Set(
          others.flatMap((other) =>
            wanted(policy, [other])
              .flatMap(partsOf)
              .map(({ place }) => place),
          ),
        );
        for (const part of ours(policy, before).flatMap(partsOf)) {
          if (theirs.has(part.place) && !own.has(part.place)) expect(after).toContain(partText(part));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a rewrite does', () => {
  const [one, two] = policyOf({
    accounts: ACCOUNTS,
    products: {
      one: productInput({ database: 'one', storage: { location: 's3://lake/one/' } }),
      two: productInput({ database: 'two', storage: { location: 's3://lake/two/' } }),
    },
  }).products;
  if (one === undefined || two === undefined) throw new Error('no products');
  const policy = policyOf({ accounts: ACCOUNTS });
  const of = (...products: readonly Product[]) => bucketStatements(policy, products, NO_READERS);

  test('a product more widens and takes nothing; one less takes its two parts', () => {
    expect(effectOf(differenceOf(of(one), of(one, two)))).toBe('widens');
    expect(takingOf(of(one), of(one, two))).toBeNull();
    expect(effectOf(differenceOf(of(one, two), of(one)))).toBe('narrows');
    const taking = takingOf(of(one, two), of(one));
    expect(taking?.taken.map(({ place }) => place)).toEqual(['arn:aws:s3:::lake/two/*', 'two/*']);
    expect(taking?.changes).toBe(false);
  });

  test('an audience that grows takes nothing, though its parts move to other statements', () => {
    const wider = { ...two, audience: [...two.audience, '444444444444'] };
    expect(takingOf(of(one, two), of(one, wider))).toBeNull();
    expect(effectOf(differenceOf(of(one, two), of(one, wider)))).toBe('widens');
  });

  test('while an audience that shrinks has to wait, nothing is written', () => {
    const wide = { ...two, audience: [...two.audience, '444444444444'] };
    const taking = takingOf(of(one, wide), of(one, two));
    expect(taking?.taken).toHaveLength(2);
    expect(taking?.changes).toBe(false);
  });

  test('a statement that somebody opened is no place for another product before it is repaired', () => {
    const opened = of(one).map(({ Condition: _, ...statement }) => statement);
    const taking = takingOf(opened, of(one, two));
    expect(taking?.meanwhile.flatMap(partsOf).filter(({ place }) => place.includes('two'))).toEqual([]);
  });
});
