import { describe, expect, test } from 'vitest';
import { isGrant } from '#changes/grant/change.ts';
import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { known, unknown } from '#core/observed.ts';
import { assessGrants } from '#hops/grants/by-name.ts';
import { ANALYTICS, FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';

const DENIED = unknown({
  code: 'Transient',
  message: 'throttled',
  aws: { code: 'ThrottlingException', message: 'slow' },
});
const [product] = policyOf().products;
if (product === undefined) throw new Error('no product');
const place = { account: ANALYTICS, region: REGION };

const snapshot: ProductSnapshot = {
  product: 'cur',
  account: FINANCE,
  region: REGION,
  database: 'cur_org',
  tables: 'all',
  shared: true,
  shares: { [ANALYTICS]: ['share-1', 'share-2'] },
};

describe('grants', () => {
  const job = `arn:aws:iam::${ANALYTICS}:role/data-jobs/Data-Lake-仕事`;
  const listed = (grants: readonly ListedGrant[]) => new Map([[REGION, known({ grants })]]);
  const ready = [{ product, snapshot, roles: [job] }];
  const grants = (rows: readonly ListedGrant[], hasDefault = true) =>
    assessGrants({ ...place, ready, listed: listed(rows), hasDefault: known(hasDefault), recent: [] });

  test("DESCRIBE on default, link and target, SELECT on the target's tables, no grant option (G-L13, G-L28, G-K5)", () => {
    const made = grants([]).changes.flatMap((a) => (isGrant(a) ? [a.grant] : []));
    const on = made.map(({ resource, permissions, grantable }) => [
      resource.catalog,
      resource.type,
      'database' in resource && resource.database,
      permissions.join(),
      grantable.length,
    ]);
    expect(on).toEqual([
      [FINANCE, 'all-tables', 'cur_org', 'DESCRIBE,SELECT', 0],
      [FINANCE, 'database', 'cur_org', 'DESCRIBE', 0],
      [ANALYTICS, 'database', 'cur_org_linked', 'DESCRIBE', 0],
      [ANALYTICS, 'database', 'default', 'DESCRIBE', 0],
    ]);
    expect(made.every(({ principal }) => principal === job)).toBe(true);
    const there = made.map((grant) => ({ ...grant, shareArns: [] }));
    expect(grants(there).changes).toEqual([]);
  });

  test('no database default: it is made', () => {
    expect(grants([], false).changes.filter(({ kind }) => kind === 'create-database')).toHaveLength(1);
  });

  test('the producer reading its own product: no link among them (G-R15)', () => {
    const own = assessGrants({
      account: FINANCE,
      region: REGION,
      ready,
      listed: listed([]),
      hasDefault: known(true),
      recent: [],
    });
    const names = own.changes.flatMap((a) =>
      isGrant(a) && 'database' in a.grant.resource ? [a.grant.resource.database] : [],
    );
    expect(names).not.toContain('cur_org_linked');
  });

  test('unknown permissions, or whether default exists: nothing of it is done', () => {
    const question = { ...place, ready, recent: [] };
    const blind = assessGrants({ ...question, listed: new Map([[REGION, DENIED]]), hasDefault: known(true) });
    expect(blind).toMatchObject({ changes: [], findings: [{ state: 'unknown' }] });
    const unsure = assessGrants({ ...question, listed: listed([]), hasDefault: DENIED });
    expect(unsure.changes.filter(({ kind }) => kind === 'create-database')).toEqual([]);
  });
});
