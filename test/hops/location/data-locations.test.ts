/** Grants on places that are registered, by their owner. */

import { describe, expect, test } from 'vitest';
import { isRevoke } from '#changes/revoke/change.ts';
import type { DataLocation } from '#contracts/policy.ts';
import { NOTHING } from '#core/assessment.ts';
import { known } from '#core/observed.ts';
import { assessDataLocations } from '#hops/location/data-locations.ts';
import { ANALYTICS, FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';
import { confirmedFor } from '../../support/recorded.ts';
import { DENIED, expectUnreadable, row } from '../builders.ts';

describe('data locations', () => {
  const crawler = `arn:aws:iam::${FINANCE}:role/service-role/crawler`;
  const foreign = `arn:aws:iam::${ANALYTICS}:role/data-jobs/writer`;
  const entry: DataLocation = {
    index: 0,
    account: FINANCE,
    region: REGION,
    bucket: 'lake',
    prefix: 'raw/',
    to: [crawler, foreign],
  };
  const place = { type: 'data-location', catalog: FINANCE, arn: 'arn:aws:s3:::lake/raw' } as const;
  const there = known({ registered: { arn: 'arn:aws:s3:::lake', roleArn: null, hybrid: false, verification: null } });
  const assess = (
    facts: typeof there | ReturnType<typeof known<{ registered: null }>> | typeof DENIED,
    options: Partial<Parameters<typeof assessDataLocations>[0]> = {},
  ) =>
    assessDataLocations({
      policy: policyOf(),
      account: FINANCE,
      region: REGION,
      registered: [{ entry, facts }],
      held: [],
      listed: known({ grants: [] }),
      entries: [],
      recent: [],
      ...options,
    });

  test("granted to principals of its account, and to others' accounts with the grant option", () => {
    const { changes, findings } = assess(there);
    expect(findings).toEqual([]);
    expect(changes).toMatchObject([
      { kind: 'grant', products: [], grant: { principal: ANALYTICS, grantable: ['DATA_LOCATION_ACCESS'] } },
      { kind: 'grant', grant: { principal: crawler, grantable: [], resource: place } },
    ]);
  });

  test('granted already: nothing; no longer wanted: ours goes, theirs stays', () => {
    const listed = known({
      grants: [
        row(crawler, place, ['DATA_LOCATION_ACCESS'], []),
        row(ANALYTICS, place, ['DATA_LOCATION_ACCESS']),
        row('arn:aws:iam::1:role/theirs', place, ['DATA_LOCATION_ACCESS'], []),
      ],
    });
    expect(assess(there, { listed }).changes).toEqual([]);
    const entries = assess(there).changes.map((change) => confirmedFor(change));
    const gone = assess(there, { listed, entries, registered: [] }).changes;
    expect(gone).toMatchObject([{ reason: 'withdrawal' }, { reason: 'withdrawal' }]);
    expect(gone.map((change) => (isRevoke(change) ? change.grant.principal : ''))).toEqual([ANALYTICS, crawler]);
    expect(assess(known({ registered: null }), { listed, entries }).changes).toEqual([]);
  });

  test('not registered: told, and not granted, since AWS refuses; unknown: neither', () => {
    const { changes, findings } = assess(known({ registered: null }));
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'location-not-registered', product: null }]);
    expectUnreadable(assess(DENIED));
    expectUnreadable(assess(there, { listed: DENIED }));
    expect(assess(there, { registered: [] })).toEqual(NOTHING);
  });
});
