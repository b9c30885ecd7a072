import { describe, expect, test } from 'vitest';
import { NOTHING } from '#core/assessment.ts';
import type { SettingsFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { assessSettings } from '#hops/settings/assess.ts';
import { FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';
import { DENIED, expectUnreadable } from '../builders.ts';

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
    assessSettings({
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
    expect(settings({})).toEqual(NOTHING);
  });

  test('without us: both are added, others are left as they are (G-S1, G-S2)', () => {
    const user = 'arn:aws:iam::111111111111:user/人';
    const { changes, foreign } = settings({ admins: [user], readOnlyAdmins: [] });
    expect(changes).toMatchObject([
      {
        kind: 'merge-settings',
        effect: 'widens',
        addAdmins: [operator],
        addReadOnlyAdmins: [reader],
        raiseVersionTo: null,
      },
    ]);
    expect(foreign).toEqual([`administrator ${user} of ${FINANCE}`]);
  });

  test('a reader somebody made a full administrator needs no more', () => {
    expect(settings({ admins: [operator, reader], readOnlyAdmins: [] }).changes).toEqual([]);
  });

  test('a version too low is told, raised only in words, and only counts where grants are made (G-S4, G-S5)', () => {
    expect(settings({ crossAccountVersion: 1 })).toMatchObject({
      changes: [],
      findings: [{ cause: 'cross-account-version-low' }],
    });
    expect(settings({ crossAccountVersion: 1 }, { raise: true }).changes).toMatchObject([{ raiseVersionTo: 3 }]);
    expect(settings({ crossAccountVersion: 1 }, { grantor: false })).toEqual(NOTHING);
    expect(settings({ crossAccountVersion: 5 }, { raise: true }).changes).toEqual([]);
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
    expectUnreadable(assessSettings({ ...place, facts: DENIED }));
  });
});
