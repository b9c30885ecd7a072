import { describe, expect, test } from 'vitest';
import type { Action } from '#core/actions.ts';
import type { CatalogFacts, SettingsFacts } from '#core/facts.ts';
import { decideCatalogPolicy, shareStatement } from '#core/hops/catalog-policy.ts';
import { decideExposure } from '#core/hops/exposure.ts';
import { decideSettings } from '#core/hops/settings.ts';
import { IAM_ALLOWED_PRINCIPALS, known, type LakeResource, type ListedGrant } from '#core/lake.ts';
import { ANALYTICS, documentInput, FINANCE, policyOf, REGION } from '../policy/documents.ts';
import { DATABASE, DENIED, expectUnreadable, productOf, row, table } from './builders.ts';

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
