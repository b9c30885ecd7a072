import { describe, expect, test } from 'vitest';
import type { Action, Decision } from '#core/actions.ts';
import type { CatalogFacts, SettingsFacts } from '#core/facts.ts';
import { decideCatalogPolicy, shareStatement } from '#core/hops/catalog-policy.ts';
import { decideExposure } from '#core/hops/exposure.ts';
import { decideLocation } from '#core/hops/location.ts';
import { decideSettings } from '#core/hops/settings.ts';
import { decideShare } from '#core/hops/share.ts';
import { IAM_ALLOWED_PRINCIPALS, known, type LakeResource, type ListedGrant, unknown } from '#core/lake.ts';
import { ANALYTICS, documentInput, FINANCE, policyOf, productInput, REGION } from '../policy/documents.ts';

const DENIED = unknown({
  code: 'AccessDenied',
  message: 'denied',
  aws: { code: 'AccessDeniedException', message: 'no' },
});
const DATABASE: LakeResource = { type: 'database', catalog: FINANCE, database: 'cur_org' };
const ALL: LakeResource = { type: 'all-tables', catalog: FINANCE, database: 'cur_org' };
const table = (name: string): LakeResource => ({ type: 'table', catalog: FINANCE, database: 'cur_org', table: name });

function productOf(changes: Record<string, unknown> = {}, policy: Record<string, unknown> = {}) {
  const resolved = policyOf({ ...policy, products: { cur: productInput(changes) } });
  const [product] = resolved.products;
  if (product === undefined) throw new Error('no product');
  return { policy: resolved, product };
}

function row(principal: string, resource: LakeResource, permissions: string[], grantable = permissions): ListedGrant {
  return { principal, resource, permissions, grantable, shareArns: [] };
}

/** Unknown facts: exactly one finding that says so with AWS's words, and nothing done (law 6). */
function expectUnreadable({ actions, findings }: Decision): void {
  expect(actions).toEqual([]);
  expect(findings).toMatchObject([{ state: 'unknown', cause: 'not-readable', aws: { code: 'AccessDeniedException' } }]);
}

const kinds = (actions: readonly Action[]) => actions.map(({ kind }) => kind);

describe('settings', () => {
  const operator = `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`;
  const reader = `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`;
  const right: SettingsFacts = {
    admins: [operator],
    readOnlyAdmins: [reader],
    crossAccountVersion: 3,
    openDatabases: false,
    openTables: false,
  };
  const settings = (facts: Partial<SettingsFacts>, options: { raise?: boolean; grantor?: boolean } = {}) =>
    decideSettings({
      policy: policyOf({ settings: { crossAccountVersion: { atLeast: 3, raise: options.raise ?? false } } }),
      account: FINANCE,
      region: REGION,
      operator,
      reader,
      products: ['cur'],
      grantor: options.grantor ?? true,
      facts: known({ ...right, ...facts }),
    });

  test('as they should be: nothing to do', () => {
    expect(settings({})).toEqual({ actions: [], findings: [], left: [] });
  });

  test('without us: both are added, others are left as they are (G-S1, G-S2)', () => {
    const user = 'arn:aws:iam::111111111111:user/人';
    const { actions, left } = settings({ admins: [user], readOnlyAdmins: [] });
    expect(actions).toMatchObject([
      {
        kind: 'merge-settings',
        effect: 'widens',
        addAdmins: [operator],
        addReadOnlyAdmins: [reader],
        raiseVersionTo: null,
      },
    ]);
    expect(left).toEqual([`administrator ${user} of ${FINANCE}`]);
  });

  test('a reader somebody made a full administrator needs no more', () => {
    expect(settings({ admins: [operator, reader], readOnlyAdmins: [] }).actions).toEqual([]);
  });

  test('a version too low is told, raised only in words, and only counts where grants are made (G-S4, G-S5)', () => {
    expect(settings({ crossAccountVersion: 1 })).toMatchObject({
      actions: [],
      findings: [{ cause: 'cross-account-version-low' }],
    });
    expect(settings({ crossAccountVersion: 1 }, { raise: true }).actions).toMatchObject([{ raiseVersionTo: 3 }]);
    expect(settings({ crossAccountVersion: 1 }, { grantor: false })).toEqual({ actions: [], findings: [], left: [] });
    expect(settings({ crossAccountVersion: 5 }, { raise: true }).actions).toEqual([]);
  });

  test('unknown', () => {
    const place = {
      policy: policyOf(),
      account: FINANCE,
      region: REGION,
      operator,
      reader,
      products: [],
      grantor: true,
    };
    expectUnreadable(decideSettings({ ...place, facts: DENIED }));
  });
});

describe('location', () => {
  const { product } = productOf();
  const registered = {
    arn: 'arn:aws:s3:::cur-export',
    roleArn: 'arn:aws:iam::111111111111:role/x',
    hybrid: false,
    verification: null,
  };

  test('not registered, or in hybrid access: plain IAM reads', () => {
    for (const value of [null, { ...registered, hybrid: true }])
      expect(decideLocation({ product, facts: known({ registered: value }) }).findings).toEqual([]);
  });

  test('registered: the registration role reads, so it is told and left', () => {
    const { actions, findings, left } = decideLocation({ product, facts: known({ registered }) });
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'location-registered', product: 'cur' }]);
    expect(left).toEqual(['registration of arn:aws:s3:::cur-export']);
  });

  test('unknown', () => expectUnreadable(decideLocation({ product, facts: DENIED })));
});

describe('catalog policy (G-S7, G-S8)', () => {
  const policy = policyOf();
  const catalog = (
    text: string | null,
    encryption: { mode: string; key: string | null } = { mode: 'DISABLED', key: null },
  ) =>
    decideCatalogPolicy({
      policy,
      account: FINANCE,
      region: REGION,
      products: ['cur'],
      facts: known({ text, hash: null, encryption }),
    });

  test('none: nothing is in the way, and none is made', () => {
    expect(catalog(null)).toEqual({ actions: [], findings: [], left: [] });
  });

  test("one without ours gets RAM's permission; with it, nothing", () => {
    const theirs = {
      Sid: 'Theirs',
      Effect: 'Allow',
      Principal: { AWS: '444444444444' },
      Action: 'glue:GetTable',
      Resource: '*',
    };
    const statement = shareStatement(policy, FINANCE, REGION);
    const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
    expect(catalog(document(theirs)).actions).toMatchObject([
      { kind: 'merge-catalog-policy', effect: 'widens', statements: [statement] },
    ]);
    expect(catalog(document(theirs, statement)).actions).toEqual([]);
  });

  test("in GovCloud its ARNs are GovCloud's", () => {
    const gov = policyOf(documentInput({ hub: { account: '333333333333', region: 'us-gov-west-1' } }));
    expect(shareStatement(gov, FINANCE, 'us-gov-west-1').Resource[0]).toBe(
      `arn:aws-us-gov:glue:us-gov-west-1:${FINANCE}:catalog`,
    );
  });

  test('encrypted with a key nobody can share is told before anything is granted', () => {
    expect(catalog(null, { mode: 'SSE-KMS', key: null }).findings).toMatchObject([
      { cause: 'catalog-key-not-shareable' },
    ]);
    expect(catalog(null, { mode: 'SSE-KMS', key: 'arn:aws:kms:x:111111111111:key/y' }).findings).toEqual([]);
  });
});

describe('exposure (G-L17)', () => {
  const operator = 'arn:aws:iam::111111111111:role/onramp/onramp-operator';
  const facts: CatalogFacts = { database: { name: 'cur_org', openTables: false, isLink: false }, tables: [] };
  const everybody = (resource: LakeResource) => row(IAM_ALLOWED_PRINCIPALS, resource, ['ALL'], []);
  const exposure = (changes: Record<string, unknown>, open: readonly ListedGrant[], catalog = facts) =>
    decideExposure({
      product: productOf(changes).product,
      operator,
      catalog: known(catalog),
      open: known({ grants: open }),
      listed: known({ grants: [] }),
      recent: [],
    });
  const openDefaults = { ...facts, database: { name: 'cur_org', openTables: true, isLink: false } };

  test('closed: nothing', () => {
    expect(exposure({}, [])).toEqual({ actions: [], findings: [], left: [] });
  });

  test("what is open elsewhere is not this product's", () => {
    const elsewhere = [
      everybody({ type: 'database', catalog: FINANCE, database: 'hr' }),
      everybody({ type: 'database', catalog: ANALYTICS, database: 'cur_org' }),
      everybody(table('salaries')),
    ];
    expect(exposure({ tables: ['Legacy_All', '日本 *'] }, elsewhere).findings).toEqual([]);
    expect(exposure({ tables: ['日本 *'] }, [everybody(table('日本 東京'))]).findings).toHaveLength(1);
  });

  test('report: one finding that names readers, things and remedy; left as it is', () => {
    const { actions, findings, left } = exposure({}, [everybody(DATABASE), everybody(table('a'))]);
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([
      { cause: 'iam-allowed-principals', aws: null, principal: expect.stringContaining(ANALYTICS) },
    ]);
    expect(left).toHaveLength(2);
  });

  test('revoke: exactly these rows, narrowing; open defaults are closed last, with the right to (G-L25)', () => {
    const { actions } = exposure({ exposure: 'revoke' }, [everybody(DATABASE), everybody(table('a'))], openDefaults);
    expect(kinds(actions)).toEqual(['grant', 'revoke', 'revoke', 'close-table-defaults']);
    expect(actions[0]).toMatchObject({
      grant: { principal: operator, permissions: ['ALTER', 'DESCRIBE'], resource: DATABASE },
    });
    expect(actions.slice(1).every(({ effect }) => effect === 'narrows')).toBe(true);
  });

  test('defaults matter only where new tables are shared, too', () => {
    expect(exposure({ tables: ['a'] }, [], openDefaults).findings).toEqual([]);
    expect(exposure({ tables: 'all' }, [], openDefaults).findings).toHaveLength(1);
  });

  test("a database that is missing is the owner's word, unknown is not", () => {
    expect(exposure({}, [], { database: null, tables: [] }).findings).toMatchObject([
      { cause: 'database-missing', state: 'broken' },
    ]);
    const { product } = productOf({ exposure: 'revoke' });
    const right = { product, operator, recent: [], listed: known({ grants: [] }) };
    expectUnreadable(decideExposure({ ...right, catalog: DENIED, open: known({ grants: [] }) }));
    expectUnreadable(decideExposure({ ...right, catalog: known(facts), open: DENIED }));
  });
});

describe('share', () => {
  const catalog: CatalogFacts = {
    database: { name: 'cur_org', openTables: false, isLink: false },
    tables: ['legacy_all', 'with space', 'a_link'].map((name) => ({ name, location: null, isLink: name === 'a_link' })),
  };
  const share = (changes: Record<string, unknown>, grants: readonly ListedGrant[], more: { blocked?: string[] } = {}) =>
    decideShare({
      products: [productOf(changes).product],
      blocked: new Set(more.blocked ?? []),
      catalog: known(catalog),
      listed: known({ grants }),
      associations: known([]),
      recent: [],
      others: [],
      entries: [],
    });
  const right = [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['DESCRIBE', 'SELECT'])];

  test('as wanted, in any order of permissions: nothing', () => {
    expect(share({}, right).actions).toEqual([]);
    expect(
      share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT', 'DESCRIBE'])]).actions,
    ).toEqual([]);
    expect(share({}, [row(ANALYTICS, DATABASE, ['ALL']), row(ANALYTICS, ALL, ['ALL'])]).actions).toEqual([]);
  });

  test('absent: database and all tables, with grant option and DESCRIBE (G-L12, G-L13, G-L22)', () => {
    const { actions } = share(
      { consumers: { link: 'l', jobRoles: [{ match: 'role/x' }], permissions: ['SELECT'] } },
      [],
    );
    const both = ['DESCRIBE', 'SELECT'];
    expect(actions.map((a) => a.kind === 'grant' && a.grant)).toEqual([
      { principal: ANALYTICS, resource: ALL, permissions: both, grantable: both },
      { principal: ANALYTICS, resource: DATABASE, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] },
    ]);
  });

  test('a part is theirs: all is granted, and what was there is on record (G-L5)', () => {
    const { actions } = share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT'], [])]);
    expect(actions).toMatchObject([{ kind: 'grant', had: ['SELECT'], grant: { permissions: ['DESCRIBE', 'SELECT'] } }]);
  });

  test('without the grant option it is granted again (G-L13)', () => {
    expect(share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE'], []), ...right.slice(1)]).actions).toHaveLength(1);
  });

  test('named tables: those that exist, in whatever spelling, never a link (G-L24); the missing one is told', () => {
    const { actions, findings } = share({ tables: ['LEGACY_*', 'with space', 'a_link', 'gone'] }, []);
    const on = actions.flatMap((a) =>
      a.kind === 'grant' && a.grant.resource.type === 'table' ? [a.grant.resource.table] : [],
    );
    expect(on).toEqual(['legacy_all', 'with space']);
    expect(findings.filter(({ cause }) => cause === 'table-missing').map(({ resource }) => resource)).toEqual([
      `table ${FINANCE}/cur_org.gone`,
    ]);
  });

  test('a product whose earlier hops are broken is not attempted', () => {
    expect(share({}, [], { blocked: ['cur'] }).actions).toEqual([]);
  });

  test('an audience that is the producer itself needs no share (G-K10, G-R15)', () => {
    expect(share({ audience: { accounts: ['finance-lake'] } }, []).actions).toEqual([]);
  });

  test('unknown listing or catalog', () => {
    const question = {
      products: [productOf().product],
      blocked: new Set<string>(),
      recent: [],
      others: [],
      entries: [],
      associations: known([]),
    };
    expectUnreadable(decideShare({ ...question, catalog: DENIED, listed: known({ grants: [] }) }));
    expectUnreadable(decideShare({ ...question, catalog: known(catalog), listed: DENIED }));
  });
});
