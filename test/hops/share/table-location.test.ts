import { expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { known } from '#core/observed.ts';
import { assessShare } from '#hops/share/by-name.ts';

const { policy } = loadPolicyFile('test/fixtures/policies/demo-share.yaml');

function outside(locations: readonly (string | null)[]): readonly string[] {
  const tables = locations.map((location, i) => ({
    name: `t${i}`,
    location,
    isLink: false,
    columns: [],
    parameters: {},
  }));
  const catalog = known({ database: { name: 'cur_org', openTables: false, isLink: false }, tables });
  const nothing = { blocked: new Set<string>(), held: [], recent: [] };
  const { findings } = assessShare({
    products: policy.products,
    catalog,
    listed: known({ grants: [] }),
    associations: known([]),
    ...nothing,
  });
  return findings.filter((f) => f.cause === 'table-outside-location').map((f) => f.resource);
}

test('tables under the location, views and other spellings of it are fine', () => {
  const root = 's3://cur-export-111111111111/cur';
  expect(outside([root, `${root}/`, `${root}/legacy`, 's3a://cur-export-111111111111/cur/x/', null])).toEqual([]);
});

test('a table elsewhere would be shared and unreadable: it is named', () => {
  expect(
    outside(['s3://cur-export-111111111111/curious/', 's3://elsewhere/cur/', 's3://cur-export-111111111111/cur/ok/']),
  ).toEqual(['t0, t1']);
});
