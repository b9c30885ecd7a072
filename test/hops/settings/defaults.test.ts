/** What new databases and tables start with, and who would lose what when that is closed. */

import { describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { NOTHING } from '#core/assessment.ts';
import type { SettingsFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { assessSettings } from '#hops/settings/assess.ts';
import { FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';
import { intentFor, textOf } from '../../support/recorded.ts';
import { DENIED } from '../builders.ts';
import { identities, operator, reader, settings } from '../catalog-facts.ts';

describe('default permissions', () => {
  const open = { ...settings, openDatabases: true, openTables: true };
  const assess = (
    policy: Policy,
    facts: SettingsFacts = open,
    defaults: Parameters<typeof assessSettings>[0]['defaults'] = { identities: known(identities) },
  ) =>
    assessSettings({
      policy,
      account: FINANCE,
      region: REGION,
      operator,
      reader,
      products: [],
      grantor: true,
      facts: known(facts),
      defaults,
    });
  const off = policyOf({ settings: { defaults: 'off' } });

  test('off: closed in a change of its own, which narrows and says who has to be granted', () => {
    const { changes, findings } = assess(off, { ...open, admins: [] });
    expect(findings).toEqual([]);
    expect(changes).toMatchObject([
      { effect: 'widens', addAdmins: [operator], closeDefaults: false },
      { effect: 'narrows', addAdmins: [], closeDefaults: true, products: [] },
    ]);
    const [admins, closing] = changes;
    if (admins === undefined || closing === undefined) throw new Error('no changes');
    expect(intentFor(admins).id).not.toBe(intentFor(closing).id);
    expect(textOf(closing)).toContain('no longer open new databases and tables to IAM_ALLOWED_PRINCIPALS');
    expect(textOf(closing)).toContain('role/service-role/crawler');
    expect(textOf(closing)).toContain('unknown: role/by-ip, role/hidden, user/bob, principals of other accounts');
    expect(textOf(closing)).not.toMatch(/role\/reader|user\/carol/);
  });

  test('report, or not said, or somebody else to judge: nothing is changed', () => {
    const report = assess(policyOf({ settings: { defaults: 'report' } }));
    expect(report.changes).toEqual([]);
    expect(report.findings).toMatchObject([{ cause: 'iam-defaults-open' }]);
    expect(report.findings[0]?.remedy).toContain('user/alice');
    expect(assess(policyOf())).toEqual(NOTHING);
    expect(assess(off, settings)).toEqual(NOTHING);
    const elsewhere = assessSettings({
      policy: off,
      account: FINANCE,
      region: REGION,
      operator,
      reader,
      products: [],
      grantor: true,
      facts: known(open),
    });
    expect(elsewhere).toEqual(NOTHING);
  });

  test('who could not be read, or was not looked at, is called unknown', () => {
    const texts = [{ identities: DENIED }, { identities: known({ identities: [], unread: 7 }) }].map((defaults) =>
      assess(off, open, defaults).changes.map(textOf).join(),
    );
    expect(texts[0]).toContain('unknown, denied');
    expect(texts[1]).toContain('7 that were not looked at');
  });
});
