/** CREATE_DATABASE of everybody, and who makes databases by it. */

import { describe, expect, test } from 'vitest';
import { IAM_ALLOWED_PRINCIPALS, type ListedGrant } from '#contracts/lake-formation.ts';
import { NOTHING } from '#core/assessment.ts';
import { known } from '#core/observed.ts';
import { assessCreateDatabase } from '#hops/exposure/create-database.ts';
import { FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';
import { confirmedFor, intentFor, textOf } from '../../support/recorded.ts';
import { DENIED, expectUnreadable, row } from '../builders.ts';
import { identities, settings } from '../catalog-facts.ts';

describe('CREATE_DATABASE of everybody', () => {
  const catalog = { type: 'catalog', catalog: FINANCE } as const;
  const everybody = row(IAM_ALLOWED_PRINCIPALS, catalog, ['CREATE_DATABASE'], []);
  const granted = row(`arn:aws:iam::${FINANCE}:role/granted`, catalog, ['CREATE_DATABASE'], []);
  const assess = (createDatabase: string | undefined, grants: readonly ListedGrant[], recent = false) => {
    const question = {
      policy: policyOf(createDatabase === undefined ? {} : { settings: { createDatabase } }),
      account: FINANCE,
      region: REGION,
      settings: known(settings),
      grants: known({ grants }),
      identities: known(identities),
    };
    const first = assessCreateDatabase({ ...question, recent: [] });
    if (!recent) return first;
    const entries = first.changes.map((change) => confirmedFor(change));
    return assessCreateDatabase({ ...question, recent: entries });
  };

  test('report: told with the list of who makes databases by IAM alone, sparing administrators and the granted', () => {
    const { changes, findings } = assess('report', [everybody, granted]);
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'create-database-open', product: null }]);
    expect(findings[0]?.message).toContain('role/service-role/crawler, user/alice; unknown: role/by-ip');
    expect(findings[0]?.message).not.toMatch(/role\/granted|operator/);
  });

  test('revoke: exactly that permission, with its inverse, in words as well', () => {
    const { changes, findings } = assess('revoke', [everybody, granted]);
    expect(findings).toEqual([]);
    expect(changes).toMatchObject([
      { kind: 'revoke', reason: 'exposure', effect: 'narrows', grant: { permissions: ['CREATE_DATABASE'] } },
    ]);
    const [change] = changes;
    if (change === undefined) throw new Error('no change');
    expect(textOf(change)).toContain('user/alice');
    // Granting the same again puts it back.
    const { sent } = intentFor(change);
    expect(sent).toMatchObject({
      principal: IAM_ALLOWED_PRINCIPALS,
      resource: catalog,
      permissions: ['CREATE_DATABASE'],
    });
  });

  test('nothing to do where it is gone, was revoked moments ago, or nobody asks', () => {
    for (const none of [
      assess('revoke', [granted]),
      assess('revoke', [everybody], true),
      assess(undefined, [everybody]),
    ])
      expect(none).toEqual(NOTHING);
  });

  test('unknown', () => {
    const policy = policyOf({ settings: { createDatabase: 'revoke' } });
    const place = { policy, account: FINANCE, region: REGION, settings: known(settings), recent: [] };
    expectUnreadable(assessCreateDatabase({ ...place, grants: DENIED, identities: null }));
  });
});
