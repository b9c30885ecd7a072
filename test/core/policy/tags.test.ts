import { describe, expect, test } from 'vitest';
import { checkPolicy } from '#core/policy/check.ts';
import { ANALYTICS, documentOf, FINANCE, productInput } from './documents.ts';

const TAGS = { in: [{ account: 'finance-lake' }], keys: { source: ['product', 'none'], pii: ['true', 'false'] } };
const WHERE = { source: ['product'] };

function told(changes: Record<string, unknown>): string[] {
  return checkPolicy(documentOf(changes)).map(
    ({ path, found, message, instead }) => `${path.join('.')}: ${found}; ${message}: ${instead}`,
  );
}

function ofTags(tags: Record<string, unknown>, changes: Record<string, unknown> = {}): string[] {
  return told({ tags: { ...TAGS, ...tags }, ...changes });
}

function ofRules(...rules: Record<string, unknown>[]): string[] {
  return ofTags({
    rules: rules.map(({ match, ...rest }) => ({
      match: { account: 'finance-lake', ...(match as object) },
      on: 'tables',
      assign: { source: 'product' },
      ...rest,
    })),
  });
}

function ofGrants(...grants: Record<string, unknown>[]): string[] {
  return ofTags({ grants: grants.map((grant) => ({ where: WHERE, ...grant })) });
}

const own = { account: 'finance-lake', principal: 'role/reader' };

describe('catalogs, keys and values', () => {
  test('a catalog must have the tags, of the partition of the hub', () => {
    expect(ofTags({ in: [] })).toEqual(['tags.in: []; no catalog has these tags: write [{ account: NAME }]']);
    expect(ofTags({ in: [{ account: 'finance-lake', region: 'us-gov-west-1' }] })[0]).toContain(
      'another AWS partition',
    );
  });

  test('words that Lake Formation takes, of any script, up to the length its API takes', () => {
    expect(
      ofTags({ keys: { 'データ 区分': ['a b', 'x_.:/=+-@%', 'v'.repeat(255)], ['k'.repeat(128)]: ['x'] } }),
    ).toEqual([]);
    expect(ofTags({ keys: { 'a#b': ['x'], ok: ['a,b', '*'], ['k'.repeat(129)]: ['x'] } })).toEqual([
      'tags.keys.a#b: "a#b"; not a word of tags: use letters and digits of any script, spaces and _.:/=+-@%',
      'tags.keys.ok.0: "a,b"; not a word of tags: use letters and digits of any script, spaces and _.:/=+-@%',
      'tags.keys.ok.1: "*"; * is no value of its own, it stands for all in grants: write a word',
      expect.stringContaining('129 characters: write 128 at most'),
    ]);
  });

  test('keys or values that differ in case alone are one', () => {
    expect(ofTags({ keys: { Pii: ['true', 'TRUE'], pii: ['x'] } })).toEqual([
      'tags.keys.pii: "pii"; the same as Pii: tags are stored in lower case: keep one of them',
      'tags.keys.Pii.1: "TRUE"; the same as true: tags are stored in lower case: keep one of them',
    ]);
  });

  test('more than 1,000 values of a key', () => {
    const values = Array.from({ length: 1001 }, (_, i) => `v${i}`);
    expect(ofTags({ keys: { big: values.slice(1) } })).toEqual([]);
    expect(ofTags({ keys: { big: values } })).toEqual([
      'tags.keys.big: "big"; 1001 values, and a key has 1000 at most: make it two keys',
    ]);
  });
});

describe('rules', () => {
  test('a catalog that is not among tags.in', () => {
    expect(ofRules({ match: { account: 'analytics' } }, { match: { region: 'us-east-1', table: 'x' } })).toEqual([
      'tags.rules.0.match.account: "analytics"; the catalog of analytics in ap-northeast-1 has none of these tags: add { account: analytics, region: ap-northeast-1 } to tags.in',
      'tags.rules.1.match.region: "us-east-1"; the catalog of finance-lake in us-east-1 has none of these tags: add { account: finance-lake, region: us-east-1 } to tags.in',
    ]);
  });

  test('conditions that what carries the tag does not have', () => {
    expect(
      ofRules(
        { on: 'columns' },
        { match: { column: 'email' } },
        { on: 'database', match: { table: 'x', column: 'y', crawler: 'c', parameters: {}, classification: 'csv' } },
      ).map((line) => line.split(': write')[0]),
    ).toEqual([
      'tags.rules.0.match: {"account":"finance-lake"}; on: columns, and no column',
      'tags.rules.1.match.column: "email"; a condition on columns, and on: tables',
      'tags.rules.2.match.column: "y"; a condition on columns, and on: database',
      'tags.rules.2.match.table: "x"; a condition on tables, and on: database',
      'tags.rules.2.match.crawler: "c"; a condition on tables, and on: database',
      'tags.rules.2.match.parameters: {}; a condition on tables, and on: database',
      'tags.rules.2.match.classification: "csv"; a condition on tables, and on: database',
    ]);
  });

  test('a prefix is no pattern, and a rule assigns something, each key once', () => {
    expect(ofRules({ match: { prefix: 's3://lake/*/cur/' } })[0]).toContain('a location is no pattern');
    expect(ofRules({ assign: {} })[0]).toContain('nothing would be assigned');
    expect(ofRules({ assign: { source: 'none', Source: 'product' } })[0]).toContain('the same as source');
  });

  test('more keys than a thing can carry', () => {
    const keys = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ['x']]));
    const assign = Object.fromEntries(Object.keys(keys).map((key) => [key, 'x']));
    const rule = { match: { account: 'finance-lake' }, on: 'tables', assign };
    expect(ofTags({ keys, rules: [rule] })[0]).toContain('51 keys, and a thing carries 50 at most');
  });
});

describe('rules between which nothing decides', () => {
  const none = { assign: { source: 'none' } };
  const clash = (first: object, second: object) => ofRules({ match: first }, { match: second, ...none });

  test('both are named, with how to break the tie', () => {
    expect(clash({ table: 'a*' }, { table: '*a' })).toEqual([
      'tags.rules.1.assign.source: "none"; tags.rules[0] is as specific, may match the same tables and says product: write the same value in both, or name in one of them what both match (table, prefix, parameters…), so that it is the more specific',
    ]);
  });

  test.each<[object, object]>([
    [{}, {}],
    [{ table: 'Orders' }, { table: 'orders' }],
    [
      { database: 'a*', table: 'x' },
      { database: '*a', table: 'x' },
    ],
    [{ prefix: 's3://lake/a/' }, { prefix: 's3://lake/a' }],
    [{ parameters: { p: 'x' } }, { parameters: { q: 'y' } }],
    [{ classification: 'csv' }, { classification: 'CSV' }],
    [{ workflow: 'a*' }, { workflow: '*b' }],
  ])('%j and %j', (first, second) => {
    expect(clash(first, second)).toHaveLength(1);
  });

  test.each<[string, object, object]>([
    ['different names', { table: 'a' }, { table: 'b' }],
    ['patterns that never meet', { table: 'a*x' }, { table: 'a*y' }],
    ['one more specific', { table: 'ab*' }, { table: '*a' }],
    ['prefixes apart', { prefix: 's3://lake/a/' }, { prefix: 's3://lake/b/' }],
    ['a parameter has one value', { parameters: { p: 'x' } }, { parameters: { p: 'y' } }],
    ['so has the classification', { classification: 'csv' }, { classification: 'parquet' }],
    ['two crawlers fill different tables', { crawler: 'a' }, { crawler: 'b' }],
    ['databases apart', { database: 'a' }, { database: 'b' }],
  ])('%s: nothing to decide', (_, first, second) => {
    expect(clash(first, second)).toEqual([]);
  });

  test('the classification is the parameter of that name, whoever writes it', () => {
    const pair = (value: string) =>
      ofRules(
        { match: { classification: 'csv', parameters: { p: 'x' } } },
        { match: { classification: 'csv', parameters: { classification: value } }, ...none },
      );
    expect(pair('CSV')).toHaveLength(1);
    expect(pair('parquet')).toEqual([]);
  });

  test('one value, another key, or another kind of thing: no tie', () => {
    expect(ofRules({}, {})).toEqual([]);
    expect(ofRules({}, { assign: { pii: 'true' } })).toEqual([]);
    expect(ofRules({}, { on: 'columns', match: { column: 'x' }, ...none })).toEqual([]);
    expect(ofRules({ assign: { source: 'Product' } }, { assign: { SOURCE: 'product' } })).toEqual([]);
  });

  test('of many alike each is told of the first it contends with', () => {
    const rules = Array.from({ length: 1000 }, (_, i) => ({
      match: { table: `*_${i % 2}` },
      ...(i % 4 < 2 ? none : {}),
    }));
    const issues = ofRules(...rules);
    expect(issues.length).toBeGreaterThan(900);
    expect(issues.length).toBeLessThan(1000);
  });
});

describe('grants', () => {
  test.each([
    ['group/analysts', 'Lake Formation knows no IAM groups'],
    [`arn:aws:iam::${FINANCE}:group/analysts`, 'Lake Formation knows no IAM groups'],
    ['role/*', 'a grant names one principal, and no pattern'],
    [FINANCE, 'an account is no principal'],
    [`arn:aws:sts::${FINANCE}:assumed-role/x/y`, 'a session ends; grants are to roles'],
    ['reader', 'not a principal of Lake Formation'],
    ['saml-provider/idp', 'not a principal of Lake Formation'],
    [`arn:aws:iam::${FINANCE}:root`, 'not a principal of Lake Formation'],
    [`arn:aws-cn:iam::${FINANCE}:role/x`, "not of the hub's AWS partition aws"],
    [`arn:aws:iam::${ANALYTICS}:role/x`, 'not a principal of finance-lake: write account: analytics'],
    ['arn:aws:iam::555555555555:role/x', 'not a principal of finance-lake: name its account under accounts first'],
  ])('to %s: %s', (principal, message) => {
    const [first, ...others] = ofGrants({ to: { ...own, principal }, tables: ['SELECT'] });
    expect(first).toContain(`tags.grants.0.to.principal: "${principal}"; ${message}`);
    expect(others).toEqual([]);
  });

  test.each([
    'role/service-role/AWSGlueServiceRoleDefaultDataLakeDataAccess',
    'user/datalake_user',
    'saml-provider/idp:group/Data Analysts',
    'arn:aws:identitystore:::group/0a1b-2',
    `arn:aws:iam::${FINANCE}:user/etl/me`,
  ])('to %s is fine', (principal) => {
    expect(ofGrants({ to: { ...own, principal }, tables: ['SELECT'] })).toEqual([]);
  });

  test('for nobody, of nothing, by no tag, and to an account whose tags they are', () => {
    expect(ofGrants({ to: {}, tables: ['SELECT'] })[0]).toContain('the grant is for nobody');
    expect(ofGrants({ to: own })).toEqual([
      'tags.grants.0: {"account":"finance-lake","principal":"role/reader"}; nothing would be granted: write database, tables or associate',
    ]);
    expect(ofGrants({ to: own, where: {}, tables: ['SELECT'] })[0]).toContain('no tag, so it would be about nothing');
    expect(ofGrants({ to: { accounts: ['finance-lake'] }, tables: ['SELECT'] })).toEqual([
      'tags.grants.0.to.accounts.0: "finance-lake"; the tags are its own: write { account: finance-lake, principal: … }',
    ]);
  });

  test('permissions that do not fit databases or tables', () => {
    expect(ofGrants({ to: own, database: ['SELECT', 'DESCRIB'], tables: ['CREATE_TABLE', 'select', 'FLY'] })).toEqual([
      'tags.grants.0.database.0: "SELECT"; a permission on tables, not on databases: write it under tables',
      'tags.grants.0.database.1: "DESCRIB"; no such permission: did you mean DESCRIBE? (one of ALL, ALTER, CREATE_TABLE, DESCRIBE, DROP)',
      'tags.grants.0.tables.0: "CREATE_TABLE"; a permission on databases, not on tables: write it under database',
      'tags.grants.0.tables.1: "select"; no such permission: did you mean SELECT? (one of ALL, ALTER, DELETE, DESCRIBE, DROP, INSERT, SELECT)',
      'tags.grants.0.tables.2: "FLY"; no such permission: write one of ALL, ALTER, DELETE, DESCRIBE, DROP, INSERT, SELECT',
    ]);
  });

  test('to another account no ALL and no DROP on databases', () => {
    expect(ofGrants({ to: { accounts: ['analytics'] }, database: ['ALL', 'DROP', 'DESCRIBE'] })).toEqual([
      'tags.grants.0.database.0: "ALL"; Lake Formation grants it to no other account on a database: write some of ALTER, CREATE_TABLE, DESCRIBE',
      'tags.grants.0.database.1: "DROP"; Lake Formation grants it to no other account on a database: write some of ALTER, CREATE_TABLE, DESCRIBE',
    ]);
    expect(ofGrants({ to: own, database: ['ALL', 'DROP'] })).toEqual([]);
  });

  test('a pattern is no value, and there is no value for all', () => {
    expect(ofGrants({ to: own, where: { source: ['*'] }, tables: ['SELECT'] })).toEqual([
      'tags.grants.0.where.source: "*"; a value is written out, there are no patterns of it: write some of product, none',
    ]);
  });

  test('expressions longer than Lake Formation takes, in bytes', () => {
    const values = Array.from({ length: 51 }, (_, i) => `v${i}`);
    const wide = Array.from({ length: 20 }, (_, i) => `値`.repeat(15) + i);
    const grants = (key: string, list: readonly string[]) => [{ to: own, where: { [key]: list }, tables: ['SELECT'] }];
    const keys = { many: values, wide };
    expect(ofTags({ keys, grants: grants('many', values) })).toEqual([
      'tags.grants.0.where.many: "many"; 51 values, and an expression has 50 of a key at most: give what is meant one value of its own',
    ]);
    expect(ofTags({ keys, grants: grants('many', values.slice(1)) })).toEqual([]);
    expect(ofTags({ keys, grants: grants('wide', wide) })[0]).toContain(
      'bytes as Lake Formation is sent it, and it takes 900',
    );
  });

  test('more than 50 expressions of one principal for one kind of thing', () => {
    const values = Array.from({ length: 52 }, (_, i) => `v${i}`);
    const grants = values.map((value) => ({ to: own, where: { key: [value] }, tables: ['SELECT'] }));
    const more = [
      ...grants.slice(0, 50),
      { ...grants[0], tables: ['ALTER'] },
      { to: own, where: { key: ['v50'] }, database: ['ALTER'] },
    ];
    expect(ofTags({ keys: { key: values }, grants: more })).toEqual([]);
    expect(ofTags({ keys: { key: values }, grants })).toEqual([
      `tags.grants.50.where: {"key":["v50"]}; expression 51 of arn:aws:iam::${FINANCE}:role/reader, and Lake Formation takes 50: give what is meant one value of its own`,
    ]);
  });
});

describe('what a consumer passes on', () => {
  const role = { to: { account: 'analytics', principal: 'role/job' }, tables: ['SELECT'] };
  const account = { to: { accounts: ['analytics'] }, tables: ['SELECT', 'DESCRIBE'] };

  test('nothing without being granted the very same expression', () => {
    const missing =
      'tags.grants.0.tables: ["DESCRIBE","SELECT"]; analytics itself is not granted DESCRIBE, SELECT by the same where, so it can\'t pass it on: add { to: { accounts: [analytics] }, where: { source: [product] }, tables: [DESCRIBE, SELECT] }';
    expect(ofGrants(role)).toEqual([missing]);
    expect(ofGrants(role, { ...account, where: { source: ['product', 'none'] } })).toEqual([missing]);
    expect(ofGrants(role, account)).toEqual([]);
  });

  test('the same expression is the same whatever its order and case', () => {
    const where = (...keys: [string, string[]][]) => Object.fromEntries(keys);
    expect(
      ofGrants(
        { ...role, where: where(['source', ['product', 'none']], ['pii', ['false']]) },
        { ...account, where: where(['PII', ['False']], ['source', ['none', 'product']]) },
      ),
    ).toEqual([]);
  });

  test('no more than it has; several entries count together, and ALL has everything', () => {
    const altering = { ...role, tables: ['SELECT', 'ALTER'], database: ['DESCRIBE'] };
    expect(ofGrants(altering, account).map((line) => line.split(':')[0])).toEqual([
      'tags.grants.0.database',
      'tags.grants.0.tables',
    ]);
    const rest = { to: { accounts: ['analytics'] }, tables: ['ALTER'], database: ['DESCRIBE', 'ALTER'] };
    expect(ofGrants(altering, account, rest)).toEqual([]);
    expect(ofGrants(role, { ...account, tables: ['ALL'] })).toEqual([]);
  });

  test('assigning tags, only of keys it was granted', () => {
    const assigning = { to: role.to, associate: ['pii'] };
    expect(ofGrants(assigning)).toHaveLength(1);
    expect(ofGrants(assigning, { to: { accounts: ['analytics'] }, where: {}, associate: ['PII'] })).toEqual([]);
  });
});

describe('data locations and registrations', () => {
  test('principals of the account, or of one that has a name', () => {
    const at = (to: string[], location = 's3://lake/raw/') =>
      told({ dataLocations: [{ account: 'finance-lake', location, to }] });
    expect(at(['role/x', `arn:aws:iam::${ANALYTICS}:role/loader`])).toEqual([]);
    expect(at(['arn:aws:iam::555555555555:role/x', 'group/g'])).toEqual([
      'dataLocations.0.to.0: "arn:aws:iam::555555555555:role/x"; of the account 555555555555, which has no name here: name it under accounts first',
      'dataLocations.0.to.1: "group/g"; Lake Formation knows no IAM groups: name roles or users, or an Identity Center group by its ARN',
    ]);
    expect(at(['role/x'], 's3://lake/*/')[0]).toContain('a location is no pattern');
  });

  const registered = (storage: object) =>
    told({ products: { cur: productInput({ storage: { location: 's3://cur-export/', ...storage } }) } });

  test('a registered location is read with the service-linked role, or a role of the producer', () => {
    const role = `arn:aws:iam::${FINANCE}:role/lf/reader`;
    expect(registered({ access: 'lake-formation', registration: 'service-linked' })).toEqual([]);
    expect(registered({ access: 'hybrid', registration: role })).toEqual([]);
    expect(registered({ access: 'lake-formation', account: 'analytics', registration: role })).toEqual([]);
  });

  test.each<[object, string]>([
    [{ registration: 'service-linked' }, 'access: iam reads with rights of the job'],
    [{ access: 'hybrid', registration: 'linked' }, 'not a role'],
    [{ access: 'hybrid', registration: `arn:aws:iam::${FINANCE}:role/*` }, 'not a role'],
    [{ access: 'hybrid', registration: `arn:aws-cn:iam::${FINANCE}:role/x` }, "not of the hub's AWS partition aws"],
    [{ access: 'hybrid', registration: `arn:aws:iam::${ANALYTICS}:role/x` }, 'takes a role of its own account'],
    [
      { access: 'lake-formation', account: 'analytics', registration: 'service-linked' },
      "the service-linked role can't read a bucket of analytics",
    ],
  ])('%j: %s', (storage, message) => {
    const issues = registered(storage).filter((line) => line.includes('registration'));
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(message);
  });
});
