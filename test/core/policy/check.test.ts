import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPolicy } from '#core/policy/check.ts';
import { nearest } from '#core/policy/nearest.ts';
import { patternsMeet, reachesUnder } from '#core/policy/patterns.ts';
import { documentOf, type ProductInput, productInput } from './documents.ts';

const ROLE = { match: 'role/data-jobs/*' };

/** Issues as a person reads them: `path: found …; message: instead`. */
function issuesOf(changes: Record<string, unknown>): string[] {
  return checkPolicy(documentOf(changes)).map(
    ({ path, found, message, instead, code }) => `${code} ${path.join('.')}: ${found}; ${message}: ${instead}`,
  );
}

function product(changes: Record<string, unknown>): Record<string, unknown> {
  return { products: { cur: productInput(changes) } };
}

describe('names', () => {
  test('a policy without mistakes has no issues', () => {
    expect(issuesOf({})).toEqual([]);
  });

  test('a name that is no account, and what was meant', () => {
    expect(issuesOf(product({ account: 'finace-lake' }))).toEqual([
      'invalid products.cur.account: "finace-lake"; no such account: did you mean finance-lake? (one of finance-lake, analytics)',
    ]);
  });

  test('an account id where a name belongs', () => {
    expect(issuesOf(product({ audience: { accounts: ['222222222222'] } }))).toEqual([
      'invalid products.cur.audience.accounts.0: "222222222222"; an account is named, not numbered, here: write analytics',
    ]);
  });

  test('the name of a member that every object has is no account', () => {
    expect(issuesOf(product({ account: 'constructor' }))[0]).toContain('no such account');
  });

  test('two names for one account', () => {
    const accounts = { 'finance-lake': '111111111111', analytics: '222222222222', twin: { id: '111111111111' } };
    expect(issuesOf({ accounts })).toEqual([
      'invalid accounts.twin: "111111111111"; the same account as finance-lake: keep one name for it',
    ]);
  });

  test('names in storage, tags and data locations are looked up too', () => {
    const issues = issuesOf({
      ...product({ storage: { location: 's3://cur-export/', account: 'nobody' } }),
      tags: {
        in: [{ account: 'ghost' }],
        keys: { pii: ['true'] },
        rules: [{ match: { account: 'ghoul' }, on: 'tables', assign: {} }],
      },
      dataLocations: [{ account: 'shade', location: 's3://cur-export/', to: ['role/x'] }],
    });
    const found = issues.filter((issue) => issue.includes('no such account')).map((issue) => issue.split(':')[0]);
    expect(found).toEqual([
      'invalid products.cur.storage.account',
      'invalid tags.in.0.account',
      'invalid tags.rules.0.match.account',
      'invalid dataLocations.0.account',
    ]);
  });
});

describe('links', () => {
  const two = (first: ProductInput, second: ProductInput) => ({
    products: { cur: productInput({ ...first }), sales: productInput({ database: 'sales_db', ...second }) },
  });
  const linked = (link?: string) => ({ consumers: { ...(link && { link }), jobRoles: [ROLE] } });

  test('two products that want one link name in one consumer', () => {
    expect(issuesOf(two(linked('shared'), linked('Shared')))).toEqual([
      'invalid products.sales.consumers.link: "shared"; cur wants a link of this name to another database in analytics: write consumers.link: sales_linked',
    ]);
  });

  test('two products over one database may share their link', () => {
    expect(issuesOf(two(linked('shared'), { ...linked('shared'), database: 'cur_org' }))).toEqual([]);
  });

  test('one link name in two Regions is two links', () => {
    expect(issuesOf(two(linked('shared'), { ...linked('shared'), region: 'us-east-1' }))).toEqual([]);
  });

  test('a default link name is blamed on the database it comes from', () => {
    const issues = issuesOf(
      two(linked(), {
        ...linked(),
        account: 'analytics',
        database: 'cur_org',
        storage: { location: 's3://sales/' },
        audience: { accounts: ['finance-lake'] },
      }),
    );
    expect(issues.map((issue) => issue.split(';')[0])).toEqual([
      'invalid products.cur.database: "cur_org"',
      'invalid products.sales.database: "cur_org"',
    ]);
  });

  test('default is never a link', () => {
    expect(issuesOf(product(linked('default')))[0]).toContain('Spark uses the database default');
  });

  test('a producer that consumes its own product needs no link, so none collides (G-R15)', () => {
    expect(issuesOf(product({ ...linked(), audience: { accounts: ['finance-lake'] } }))).toEqual([]);
  });
});

describe('products that contradict each other', () => {
  const two = (first: ProductInput, second: ProductInput) => ({
    products: { cur: productInput(first), cur2: productInput(second) },
  });

  test('the same tables with another exposure', () => {
    const issues = issuesOf(two({ tables: ['legacy_*'] }, { tables: ['*_all'], exposure: 'revoke' }));
    expect(issues).toEqual([
      'invalid products.cur2.exposure: "revoke"; cur has the same tables and says report: write the same in both',
    ]);
  });

  test('different tables may differ', () => {
    expect(issuesOf(two({ tables: ['legacy_*'] }, { tables: ['new_*'], exposure: 'revoke' }))).toEqual([]);
  });

  test('one bucket with two owners or two ways to write its policy', () => {
    const storage = { location: 's3://cur-export/x/', account: 'analytics', bucketPolicy: 'manage' };
    expect(issuesOf(two({}, { storage })).map((issue) => issue.split(':')[0])).toEqual([
      'invalid products.cur2.storage.account',
      'invalid products.cur2.storage.bucketPolicy',
    ]);
  });
});

describe('within one product', () => {
  test('an audience of nobody', () => {
    expect(issuesOf(product({ audience: {} }))[0]).toContain('products.cur.audience: {}; the product is for nobody');
  });

  test('a Region that producer or consumer takes no part in', () => {
    const accounts = {
      'finance-lake': { id: '111111111111', regions: ['us-east-1'] },
      analytics: { id: '222222222222', regions: ['us-east-1'] },
    };
    expect(issuesOf({ accounts }).map((issue) => issue.split(';')[0])).toEqual([
      'invalid products.cur.account: "finance-lake"',
      'invalid products.cur.audience.accounts.0: "analytics"',
    ]);
  });

  test('a Region of another partition (G-B19)', () => {
    expect(issuesOf(product({ region: 'us-gov-west-1' }))[0]).toContain('another AWS partition');
  });

  test('a pattern that no role under a protected path can match', () => {
    const consumers = { jobRoles: [{ match: 'role/*data-lake-*' }, { match: 'role/analytics/data-*', proof: 'path' }] };
    expect(issuesOf(product({ consumers }))).toEqual([
      'invalid products.cur.consumers.jobRoles.1.match: "role/analytics/data-*"; no role under a protected path (/data-jobs/) can match: write e.g. role/data-jobs/data-*',
    ]);
  });

  test('proof by path without a protected path, and one that protects nothing', () => {
    expect(issuesOf({ roleProof: {} })[0]).toContain('no path is protected');
    expect(issuesOf({ roleProof: { protectedPaths: ['/'] } })[0]).toContain('it would prove nothing');
  });

  test.each(['/team-*/', '/*/', '/data?jobs/', '/data-$jobs/'])(
    'a protected path is literal, so %s is none (sec-2)',
    (path) => {
      const [issue] = issuesOf({ roleProof: { protectedPaths: ['/data-jobs/', path] } });
      expect(issue).toContain('invalid roleProof.protectedPaths.1');
      expect(issue).toContain('* ? and $');
    },
  );

  test('neither a pattern nor a listed role may hold what begins a variable (sec-2)', () => {
    const jobRoles = [
      { match: 'role/data-jobs/$*', proof: 'path' },
      { match: 'role/$x', proof: 'tag' },
      { match: 'arn:aws:iam::222222222222:role/$/x', proof: 'listed' },
    ];
    const places = issuesOf(product({ consumers: { jobRoles } })).map((issue) => issue.split(':')[0]);
    expect(places).toEqual([0, 1, 2].map((i) => `invalid products.cur.consumers.jobRoles.${i}.match`));
  });

  test('a listed role of another partition would never be found', () => {
    const jobRoles = [{ match: 'arn:aws-cn:iam::222222222222:role/x', proof: 'listed' }];
    expect(issuesOf(product({ consumers: { jobRoles } }))[0]).toContain('write arn:aws:iam::222222222222:role/x');
  });

  test('a listed role with a wildcard, or without its account', () => {
    const consumers = {
      jobRoles: [
        { match: 'arn:aws:iam::222222222222:role/x-*', proof: 'listed' },
        { match: 'role/x', proof: 'listed' },
        { match: 'arn:aws:iam::222222222222:role/x', proof: 'listed' },
        { match: 'arn:aws:iam::222222222222:role/data-jobs/x', proof: 'path' },
      ],
    };
    expect(issuesOf(product({ consumers }))).toHaveLength(3);
  });
});

test('tag values that no key has', () => {
  const tags = {
    in: [{ account: 'finance-lake' }],
    keys: { pii: ['true', 'false'], source: ['product'] },
    rules: [
      { match: { account: 'finance-lake' }, on: 'tables', assign: { source: 'prodct', pi: 'true', PII: 'TRUE' } },
    ],
    grants: [{ to: { accounts: ['analytics'] }, where: { source: ['other'] }, associate: ['nothing'] }],
  };
  expect(issuesOf({ tags }).filter((issue) => issue.startsWith('invalid'))).toEqual([
    'invalid tags.rules.0.assign.source: "prodct"; the tag key source has no such value: did you mean product? (one of product)',
    'invalid tags.rules.0.assign.pi: "pi"; no such tag key: did you mean pii? (one of pii, source)',
    'invalid tags.grants.0.where.source: "other"; the tag key source has no such value: write one of product',
    'invalid tags.grants.0.associate.0: "nothing"; no such tag key: write one of pii, source',
  ]);
});

describe('not yet', () => {
  test.each([
    ['products.cur.exposure', product({ exposure: 'hybrid' })],
    ['products.cur.probe', product({ probe: { job: 'reader' } })],
    ['connections', { connections: { check: 'all' } }],
    ['schedule.deep', { schedule: { deep: 'rate(1 day)' } }],
    ['alerts.byAccount', { alerts: { byAccount: { analytics: ['x@example.com'] } } }],
  ])('%s is refused, not ignored', (path, changes) => {
    const issues = checkPolicy(documentOf(changes));
    expect(issues.map((issue) => [issue.code, issue.path.join('.')])).toEqual([['not-yet', path]]);
    expect(issues[0]?.instead).not.toBe('');
  });

  test('emit and patterns of tables are acted on', () => {
    const storage = { location: 's3://cur-export/', bucketPolicy: 'emit' };
    expect(issuesOf(product({ storage, tables: ['legacy_*'] }))).toEqual([]);
  });
});

describe('patterns', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
  const expression = (text: string) => new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`);

  test('two patterns meet where some name matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, name, (left, right, word) => {
        const both = expression(left).test(word) && expression(right).test(word);
        if (both) expect(patternsMeet(left, right)).toBe(true);
        expect(patternsMeet(left, right)).toBe(patternsMeet(right, left));
      }),
    );
  });

  test('a name meets a pattern exactly when it matches', () => {
    fc.assert(
      fc.property(pattern, name, (left, word) => {
        expect(patternsMeet(left, word)).toBe(expression(left).test(word));
      }),
    );
  });

  test('reaches under a prefix', () => {
    expect(reachesUnder('role/*data-lake-*', 'role/data-jobs/')).toBe(true);
    expect(reachesUnder('role/data-?obs/x', 'role/data-jobs/')).toBe(true);
    expect(reachesUnder('role/data-jobs', 'role/data-jobs/')).toBe(false);
    expect(reachesUnder('role/other/*', 'role/data-jobs/')).toBe(false);
  });

  test('long patterns stay cheap', () => {
    expect(patternsMeet('*a'.repeat(120), `${'a*'.repeat(119)}b`)).toBe(false);
  });
});

test('the nearest word', () => {
  expect(nearest('acount', ['account', 'audience'])).toBe('account');
  expect(nearest('tabels', ['table', 'tables'])).toBe('tables');
  expect(nearest('zebra', ['account', 'audience'])).toBeNull();
});
