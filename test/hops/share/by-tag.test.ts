/** Grants by tag, decided: who is granted what, what is there already, what goes, and whom it reaches. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGrant } from '#changes/grant/change.ts';
import { isRevoke } from '#changes/revoke/change.ts';
import type { Grant, LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy, TagGrant, TagPolicy } from '#contracts/policy.ts';
import type { Change } from '#core/change.ts';
import { known, unknown } from '#core/observed.ts';
import { tagCatalogsFor } from '#core/selectors.ts';
import { asGranted } from '#core/tags/granted-rows.ts';
import { consumerGrants, ownerGrants } from '#core/tags/grants.ts';
import { assessTagShares } from '#hops/share/by-tag.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, REGION } from '../../core/policy/documents.ts';
import { confirmedFor } from '../../support/recorded.ts';

const catalog = { account: FINANCE, region: REGION };
const USER = `arn:aws:iam::${FINANCE}:user/datalake_user`;
const JOB = `arn:aws:iam::${ANALYTICS}:role/data-jobs/sales-job`;
const KEYS = [
  { key: 'pii', values: ['false', 'true'] },
  { key: 'source', values: ['none', 'product'] },
];
const sold = [{ key: 'source', values: ['product'] }];

const entry = (changes: Partial<TagGrant>): TagGrant => ({
  ...catalog,
  index: 0,
  to: [USER],
  where: sold,
  database: [],
  tables: ['DESCRIBE', 'SELECT'],
  associate: [],
  ...changes,
});
const policyWith = (...grants: readonly TagGrant[]): Policy => {
  const tags: TagPolicy = { catalogs: [catalog], keys: KEYS, rules: [], grants };
  return { ...policyOf(), products: [], tags };
};
const byTag = (on: 'database' | 'table', expression = sold): LakeResource => {
  return { type: 'tag-policy', catalog: FINANCE, on, expression };
};
const tag = (key: string, ...values: readonly string[]): LakeResource => ({
  type: 'tag',
  catalog: FINANCE,
  key,
  values,
});
const row = (grant: Grant, shareArns: readonly string[] = []): ListedGrant => ({ ...grant, shareArns });
const assess = (
  policy: Policy,
  rows: readonly ListedGrant[],
  more: { entries?: readonly Entry[]; blocked?: boolean } = {},
) =>
  assessTagShares({
    ...catalog,
    policy,
    listed: known({ grants: rows }),
    keys: KEYS,
    held: [],
    blocked: more.blocked ?? false,
    entries: more.entries ?? [],
    recent: [],
  });
const made = (change: Change): Entry => confirmedFor(change);
const grantsIn = (changes: readonly Change[]) => changes.filter(isGrant).map(({ grant }) => grant);

describe('who is granted what', () => {
  test('principals without, accounts with the grant option and with a sight of the tags (G-L13)', () => {
    const policy = policyWith(entry({}), entry({ to: [ANALYTICS], database: ['DESCRIBE'] }));
    expect(ownerGrants(policy, catalog).map(({ grant }) => grant)).toEqual([
      { principal: USER, resource: byTag('table'), permissions: ['DESCRIBE', 'SELECT'], grantable: [] },
      { principal: ANALYTICS, resource: byTag('database'), permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] },
      {
        principal: ANALYTICS,
        resource: byTag('table'),
        permissions: ['DESCRIBE', 'SELECT'],
        grantable: ['DESCRIBE', 'SELECT'],
      },
      { principal: ANALYTICS, resource: tag('source', 'product'), permissions: ['DESCRIBE'], grantable: [] },
    ]);
  });

  test("another account's principal is granted by that account, by the same expression, and not by the owner", () => {
    const policy = policyWith(entry({ to: [JOB] }));
    expect(ownerGrants(policy, catalog)).toEqual([]);
    expect(consumerGrants(policy, catalog, ANALYTICS)).toMatchObject([
      { grant: { principal: JOB, resource: byTag('table'), grantable: [] }, products: [] },
    ]);
    expect(consumerGrants(policy, catalog, HUB)).toEqual([]);
  });

  test('an account is a consumer when it or one of its principals is granted, and never of its own catalog', () => {
    for (const to of [ANALYTICS, JOB]) {
      const policy = policyWith(entry({ to: [to] }), entry({}));
      expect(tagCatalogsFor(policy, { account: ANALYTICS, region: REGION })).toEqual([catalog]);
      expect(tagCatalogsFor(policy, catalog)).toEqual([]);
      expect(tagCatalogsFor(policy, { account: ANALYTICS, region: 'eu-west-1' })).toEqual([]);
    }
  });

  test('a tag that is not there is not granted by, and its account is not called settled (G-L34)', () => {
    const policy = policyWith(entry({ where: [{ key: 'gone', values: ['x'] }] }), entry({}));
    const { changes, skipped } = assess(policy, []);
    expect(grantsIn(changes).map(({ resource }) => resource)).toEqual([byTag('table')]);
    expect(skipped).toEqual([{ hop: 'share', product: '' }]);
  });

  test('with RAM in the way nothing leaves the account, and its own people are granted all the same', () => {
    const { changes } = assess(policyWith(entry({}), entry({ to: [ANALYTICS] })), [], { blocked: true });
    expect(grantsIn(changes).map(({ principal }) => principal)).toEqual([USER]);
  });

  test('listings that could not be read decide nothing (law 6)', () => {
    const why = { code: 'Transient', message: 'throttled' };
    const base = {
      ...catalog,
      policy: policyWith(entry({})),
      keys: KEYS,
      blocked: false,
      held: [],
      entries: [],
      recent: [],
    };
    const { changes, findings } = assessTagShares({ ...base, listed: unknown(why) });
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ state: 'unknown', hop: 'share' }]);
  });
});

describe('laws', () => {
  const entries = fc.array(
    fc
      .record({
        to: fc.subarray([USER, ANALYTICS, HUB, JOB], { minLength: 1 }),
        values: fc.subarray(['none', 'product'], { minLength: 1 }),
        database: fc.subarray(['ALTER', 'DESCRIBE']),
        tables: fc.subarray(['DESCRIBE', 'SELECT']),
        associate: fc.subarray(['pii', 'source']),
      })
      .map(({ values, ...rest }) => entry({ ...rest, where: [{ key: 'source', values }] })),
    { maxLength: 5 },
  );
  const standing = (rows: readonly ListedGrant[], changes: readonly Change[]) => [
    ...rows,
    ...grantsIn(changes).map((grant) => row(grant)),
  ];

  test('what is granted needs no grant again, and all of it goes when nobody wants it (1, 3)', () => {
    void fc.assert(
      fc.property(entries, (grants) => {
        const first = assess(policyWith(...grants), []).changes;
        const rows = standing([], first);
        const ledger = first.map(made);
        expect(assess(policyWith(...grants), rows, { entries: ledger }).changes).toEqual([]);
        const gone = assess(policyWith(), rows, { entries: ledger }).changes;
        const revoked = gone.filter(isRevoke).map(({ grant }) => grant);
        expect(new Set(revoked)).toEqual(new Set(grantsIn(first)));
        expect(assess(policyWith(), rows).changes).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('the order of entries and of rows changes nothing (2)', () => {
    void fc.assert(
      fc.property(entries, fc.nat(), (grants, seed) => {
        const turned = [...grants.slice(seed % 5), ...grants.slice(0, seed % 5)];
        const { changes } = assess(policyWith(...grants), []);
        expect(assess(policyWith(...turned), []).changes).toEqual(changes);
        const rows = standing([], changes);
        const half = rows.slice(0, rows.length / 2);
        const missing = assess(policyWith(...grants), half).changes;
        expect(assess(policyWith(...turned), half.toReversed()).changes).toEqual(missing);
      }),
      { numRuns: 60 },
    );
  });
});

describe('how AWS lists values of a key', () => {
  const asked = {
    principal: USER,
    resource: tag('source', 'none', 'product'),
    permissions: ['DESCRIBE'],
    grantable: [],
  };
  const seen = (...rows: readonly (readonly string[])[]) =>
    asGranted(
      rows.map((values) => row({ ...asked, resource: tag('source', ...values) })),
      [asked],
      KEYS,
    );

  test.each([
    ['one row', [['none', 'product']]],
    ['a row for each', [['product'], ['none']]],
    ['every value', [['*']]],
    ['more than was asked', [['none', 'other', 'product']]],
  ])('in %s, it is held', (_, rows) => {
    expect(seen(...rows)).toMatchObject([{ principal: USER, resource: asked.resource, permissions: ['DESCRIBE'] }]);
  });

  test('with a value missing, or to somebody else, it is not', () => {
    expect(seen(['none'])).toEqual([]);
    expect(asGranted([row({ ...asked, principal: JOB })], [asked], KEYS)).toEqual([]);
  });

  test('every value is held when all the policy knows are listed', () => {
    const all = { ...asked, resource: tag('source', '*') };
    expect(asGranted([row(asked)], [all], KEYS)).toHaveLength(1);
    expect(asGranted([row({ ...asked, resource: tag('source', 'none') })], [all], KEYS)).toEqual([]);
  });

  test('a value more is granted, and the grant of fewer is not taken out from under it', () => {
    const narrow = assess(policyWith(entry({ to: [ANALYTICS] })), []).changes;
    const rows = grantsIn(narrow).map((grant) => row(grant));
    const wide = policyWith(
      entry({ to: [ANALYTICS] }),
      entry({ to: [ANALYTICS], where: [{ key: 'source', values: ['none'] }] }),
    );
    const { changes } = assess(wide, rows, { entries: narrow.map(made) });
    expect(grantsIn(changes).map(({ resource }) => resource)).toContainEqual(tag('source', 'none', 'product'));
    expect(changes.filter(({ kind }) => kind === 'revoke')).toEqual([]);
  });
});
