import { describe, expect, test } from 'vitest';
import type { Resolution, StoredResolution } from '#contracts/resolution.ts';
import { resolveAudience } from '#core/policy/audiences.ts';
import { checkPolicy } from '#core/policy/check.ts';
import { policyHash, resolvePinned, resolvePolicy } from '#core/policy.ts';
import { consumersLeft, publishersChanged } from '#core/removed-from-policy.ts';
import { ANALYTICS, documentOf, FINANCE, productInput, REGION } from './documents.ts';

const UNIT = 'ou-a1b2-11111111';
const ORGANIZATION = { id: 'o-a1b2c3d4e5', managementAccount: '999999999999', partition: 'aws' };
const OTHER = '444444444444';
const PARTNER = '555555555555';
const resolution: Resolution = {
  organization: 'o-a1b2c3d4e5',
  parts: {
    organization: { path: 'o-a1b2c3d4e5/r-a1b2/', accounts: [FINANCE, ANALYTICS, OTHER, PARTNER] },
    [UNIT]: { path: `o-a1b2c3d4e5/r-a1b2/${UNIT}/`, accounts: [OTHER] },
  },
  names: { [FINANCE]: 'Finance Lake', [ANALYTICS]: 'Analytics', [OTHER]: 'Sales', [PARTNER]: 'Sales' },
};
const stored: StoredResolution = { hash: 'r', resolution, departed: [] };
const forAudience = (audience: unknown, more: Record<string, unknown> = {}) =>
  documentOf({ ...more, products: { cur: productInput({ audience }) } });
const issuesOf = (changes: Record<string, unknown>) =>
  checkPolicy(documentOf(changes)).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('resolving', () => {
  const accounts = [
    { name: 'analytics', id: ANALYTICS },
    { name: 'partner', id: PARTNER, external: true },
  ];
  const resolve = (entry: Parameters<typeof resolveAudience>[0]) =>
    resolveAudience(entry, { accounts, resolution, who: 'product cur', organization: ORGANIZATION }).accounts;

  test('parts and names come together, each account once', () => {
    expect(resolve({ organizationalUnits: [UNIT], accounts: ['analytics'] })).toEqual([ANALYTICS, OTHER]);
  });

  test('an account that the policy calls external is in no part, and is where it is named', () => {
    expect(resolve({ organization: true })).toEqual([FINANCE, ANALYTICS, OTHER]);
    expect(resolve({ organization: true, accounts: ['partner'] })).toContain(PARTNER);
  });

  test('except takes out of parts', () => {
    expect(resolve({ organization: true, except: ['analytics'] })).toEqual([FINANCE, OTHER]);
  });

  test('accounts without a name here go by their own; by their ids where a name is taken', () => {
    const { accounts: all } = resolvePolicy(forAudience('organization'), 'h', resolution);
    expect(all.map(({ id, name }) => `${id} ${name}`)).toEqual([
      `${ANALYTICS} analytics`,
      `${FINANCE} finance-lake`,
      `${OTHER} Sales`,
      `${PARTNER} ${PARTNER}`,
    ]);
  });

  test('nobody goes by a name of twelve digits: that is another account by its id', () => {
    const called = { ...resolution, names: { [OTHER]: ANALYTICS, [PARTNER]: '123456789012' } };
    const { accounts: all } = resolvePolicy(forAudience('organization'), 'h', called);
    expect(all.filter(({ id }) => id === OTHER || id === PARTNER)).toEqual([
      { name: OTHER, id: OTHER },
      { name: PARTNER, id: PARTNER },
    ]);
  });

  test('organization is short for organization: true, and both have one hash', () => {
    expect(policyHash(forAudience('organization'))).toBe(policyHash(forAudience({ organization: true })));
  });

  test('grants by tag go to whoever is in the part', () => {
    const tags = {
      in: [{ account: 'finance-lake' }],
      keys: { pii: ['false'] },
      grants: [{ to: 'organization', where: { pii: ['false'] }, tables: ['SELECT'] }],
    };
    const [grant] = resolvePolicy(documentOf({ tags }), 'h', resolution).tags?.grants ?? [];
    expect(grant?.to).toEqual([ANALYTICS, OTHER, PARTNER]);
  });
});

describe('what is in force', () => {
  test('is pinned with what the organization told, and only where the policy asks', () => {
    expect(resolvePinned(forAudience('organization'), 'h', stored).hash).toBe('h.r');
    expect(resolvePinned(forAudience({ accounts: ['analytics'] }), 'h', stored).hash).toBe('h');
  });

  test.each([
    ['a part that it has not', 'ou-a1b2-99999999', 'o-a1b2c3d4e5'],
    ['another organization', UNIT, 'o-zzzzzzzzzz'],
  ])('is never a policy that needs %s', (_what, unit, id) => {
    const organization = { id, managementAccount: '999999999999' };
    const document = forAudience({ organizationalUnits: [unit] }, { organization });
    expect(() => resolvePinned(document, 'h', stored)).toThrow('has not been told');
    expect(() => resolvePinned(document, 'h', null)).toThrow('has not been told');
  });

  test('of one file for other accounts, its databases and who left are due', () => {
    const document = forAudience({ organizationalUnits: [UNIT] });
    const fewer = { ...resolution, parts: { [UNIT]: { path: 'p', accounts: [ANALYTICS] } } };
    const [before, after] = [resolvePolicy(document, 'h', resolution), resolvePolicy(document, 'h', fewer)];
    expect(publishersChanged(before, after).map(({ database }) => database)).toEqual(['cur_org']);
    expect(consumersLeft(before, after)).toEqual([{ account: OTHER, region: REGION }]);
    expect(publishersChanged(before, before)).toEqual([]);
  });
});

describe('mistakes', () => {
  const two = (audience: unknown, other: unknown) => ({
    products: {
      cur: productInput({ audience, consumers: { link: 'lake', jobRoles: [{ match: 'role/data-jobs/*' }] } }),
      sales: productInput({
        database: 'sales_db',
        storage: { location: 's3://cur-export/sales/' },
        audience: other,
        consumers: { link: 'lake', jobRoles: [{ match: 'role/data-jobs/*' }] },
      }),
    },
  });
  test.each([
    ['the organization and one of its accounts', 'organization', { accounts: ['analytics'] }, 'analytics'],
    ['the organization twice', 'organization', 'organization', 'analytics'],
    ['one unit twice', { organizationalUnits: [UNIT] }, { organizationalUnits: [UNIT] }, UNIT],
    ['a unit and the organization', { organizationalUnits: [UNIT] }, 'organization', UNIT],
  ])('two links of one name: %s', (_what, audience, other, where) => {
    expect(issuesOf(two(audience, other))).toContain(
      `products.sales.consumers.link: cur wants a link of this name to another database in ${where}`,
    );
  });

  test('an account that is excepted has no such link', () => {
    expect(issuesOf(two({ organization: true, except: ['analytics'] }, { accounts: ['analytics'] }))).toEqual([]);
  });

  test('a unit by another name than its id, and none at all', () => {
    expect(() => forAudience({ organizationalUnits: ['data'] })).toThrow('write the id of an organizational unit');
    expect(() => forAudience({ organizationalUnits: [] })).toThrow();
    expect(issuesOf({ products: { cur: productInput({ audience: {} }) } })).toEqual([
      'products.cur.audience: the product is for nobody',
    ]);
  });

  test('a principal may be passed what its account has as one of the organization', () => {
    const grant = { where: { pii: ['false'] }, tables: ['SELECT'] };
    const tags = (to: object) => ({
      in: [{ account: 'finance-lake' }],
      keys: { pii: ['false'] },
      grants: [
        { ...grant, to },
        { ...grant, to: { account: 'analytics', principal: 'role/data-jobs/a' } },
      ],
    });
    expect(issuesOf({ tags: tags({ organization: true }) })).toEqual([]);
    expect(issuesOf({ tags: tags({ organization: true, except: ['analytics'] }) })).toEqual([
      expect.stringContaining('analytics itself is not granted'),
    ]);
  });
});
