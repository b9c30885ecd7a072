import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLocation } from '#core/policy/names.ts';
import { modeIn, policyHash, resolvePolicy } from '#core/policy.ts';
import { ANALYTICS, documentInput, documentOf, FINANCE, policyOf, productInput, REGION } from './documents.ts';

describe('resolving a policy', () => {
  test('turns names into ids and fills what follows from the rest', () => {
    const [cur] = policyOf().products;
    expect(cur).toMatchObject({
      name: 'cur',
      mode: 'report',
      account: FINANCE,
      region: REGION,
      audience: [ANALYTICS],
      link: 'cur_org_linked',
      storage: {
        bucket: 'cur-export',
        prefix: 'cur/',
        account: FINANCE,
        access: 'iam',
        key: null,
        bucketPolicy: 'emit',
      },
    });
  });

  test('keeps lines of what has ended for 400 days where nothing is said; none for ever, and none for no day', () => {
    expect(policyOf().retention).toBe(400);
    expect(policyOf({ retention: 30 }).retention).toBe(30);
    for (const days of [0, 3651, 1.5]) expect(() => policyOf({ retention: days })).toThrow();
  });

  test('folds names of databases, tables and links to lower case, as Glue stores them', () => {
    const changes = {
      database: 'Cur_ORG',
      tables: ['Legacy_All'],
      consumers: { jobRoles: [{ match: 'role/data-jobs/x' }] },
    };
    const [cur] = policyOf({ products: { cur: productInput(changes) } }).products;
    expect(cur).toMatchObject({ database: 'cur_org', tables: ['legacy_all'], link: 'cur_org' });
  });

  test('adds DESCRIBE to SELECT, or the table stays invisible (G-L12)', () => {
    const consumers = { jobRoles: [{ match: 'role/data-jobs/x' }], permissions: ['SELECT'] };
    expect(policyOf({ products: { cur: productInput({ consumers }) } }).products[0]?.permissions).toEqual([
      'DESCRIBE',
      'SELECT',
    ]);
  });

  test('allows a producer that consumes its own product (G-R15)', () => {
    const [cur] = policyOf({ products: { cur: productInput({ audience: { accounts: ['finance-lake'] } }) } }).products;
    expect(cur?.audience).toEqual([FINANCE]);
  });

  test("takes the partition from the hub's Region (G-B19)", () => {
    const hub = { account: '333333333333', region: 'us-gov-west-1' };
    expect(policyOf({ hub }).partition).toBe('aws-us-gov');
  });

  test('refuses a name that is no account, even in a document that nobody checked', () => {
    const document = documentOf({ products: { cur: productInput({ account: 'finace-lake' }) } });
    expect(() => resolvePolicy(document, 'h')).toThrow(/product cur names the account "finace-lake"/);
  });

  test.each([
    ['s3://lake', { bucket: 'lake', prefix: '' }],
    ['s3://lake/', { bucket: 'lake', prefix: '' }],
    ['s3://lake/a', { bucket: 'lake', prefix: 'a/' }],
    ['s3://lake/a/日本/', { bucket: 'lake', prefix: 'a/日本/' }],
  ])('reads %s as bucket and prefix', (location, expected) => {
    expect(parseLocation(location)).toEqual(expected);
  });
});

describe('the hash', () => {
  test('does not know the order of keys in the file', () => {
    const shuffled = fc.shuffledSubarray(Object.keys(documentInput()), {
      minLength: Object.keys(documentInput()).length,
    });
    fc.assert(
      fc.property(shuffled, (keys) => {
        const input = documentInput();
        const reordered = Object.fromEntries(keys.map((key) => [key, input[key]]));
        expect(policyHash(documentOf(reordered))).toBe(policyHash(documentOf()));
      }),
    );
  });

  test('changes with what the policy says', () => {
    expect(policyHash(documentOf({ mode: 'enforce' }))).not.toBe(policyHash(documentOf()));
    expect(policyHash(documentOf())).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('law 2: the order of products, accounts, audience and roles changes nothing', () => {
  const consumers = (roles: string[]) => ({ jobRoles: roles.map((match) => ({ match })) });
  const build = (names: readonly string[], accounts: readonly string[]) =>
    policyOf({
      accounts: Object.fromEntries(
        accounts.map((name, _, all) => [
          name,
          name === 'a' ? FINANCE : name === 'b' ? ANALYTICS : `${all.length}00000000000`.slice(0, 12),
        ]),
      ),
      products: Object.fromEntries(
        names.map((name) => [
          name,
          productInput({
            account: 'a',
            database: name,
            tables: [...names],
            audience: { accounts: [...accounts] },
            consumers: consumers(names.map((n) => `role/data-jobs/${n}`)),
          }),
        ]),
      ),
    });
  const expected = build(['x', 'y', 'z'], ['a', 'b', 'c']);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(['x', 'y', 'z'], { minLength: 3 }),
      fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }),
      (names, accounts) => {
        const { hash: _, ...got } = build(names, accounts);
        const { hash: __, ...want } = expected;
        expect(got).toEqual(want);
      },
    ),
  );
});

describe('modes', () => {
  const modes = (mode: string, product?: string, consumer?: string) => {
    const policy = policyOf({
      mode,
      accounts: { 'finance-lake': FINANCE, analytics: consumer ? { id: ANALYTICS, mode: consumer } : ANALYTICS },
      products: { cur: productInput(product ? { mode: product } : {}) },
    });
    return policy.products.map((entry) => modeIn(policy, entry, ANALYTICS)).join();
  };

  test('report is the default, and stays where product or account says so', () => {
    expect(policyOf().mode).toBe('report');
    expect(modes('enforce')).toBe('enforce');
    expect(modes('enforce', 'report')).toBe('report');
    expect(modes('enforce', undefined, 'report')).toBe('report');
    expect(modes('report', 'enforce')).toBe('enforce');
    expect(modes('report', 'enforce', 'report')).toBe('report');
  });

  test("a consumer's enforce does not undo a product's report", () => {
    expect(modes('report', undefined, 'enforce')).toBe('report');
  });
});
