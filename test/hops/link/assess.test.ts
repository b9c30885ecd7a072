import { describe, expect, test } from 'vitest';
import { IAM_ALLOWED_PRINCIPALS, type LakeResource, type ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { NOTHING } from '#core/assessment.ts';
import type { LinkFacts } from '#core/facts.ts';
import { known, unknown } from '#core/observed.ts';
import { assessLink } from '#hops/link/assess.ts';
import { ANALYTICS, FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';
import { confirmedFor } from '../../support/recorded.ts';

const DENIED = unknown({
  code: 'Transient',
  message: 'throttled',
  aws: { code: 'ThrottlingException', message: 'slow' },
});
const [product] = policyOf().products;
if (product === undefined) throw new Error('no product');
const place = { account: ANALYTICS, region: REGION };

describe('link', () => {
  const target = { catalog: FINANCE, database: 'cur_org', region: REGION };
  const mine: LakeResource = { type: 'database', catalog: ANALYTICS, database: 'cur_org_linked' };
  const everybody: ListedGrant = {
    principal: IAM_ALLOWED_PRINCIPALS,
    resource: mine,
    permissions: ['ALL'],
    grantable: [],
    shareArns: [],
  };
  const link = (database: LinkFacts['database'], grants: readonly ListedGrant[] = [], entries: readonly Entry[] = []) =>
    assessLink({ ...place, product, facts: known({ database }), grants: known({ grants }), entries });
  const right = { name: 'cur_org_linked', target };

  test('right: nothing; missing: made', () => {
    expect(link(right)).toEqual(NOTHING);
    expect(link(null).changes).toMatchObject([
      { kind: 'create-link', name: 'cur_org_linked', target, effect: 'neutral' },
    ]);
  });

  test.each([
    [null, 'link-name-is-a-database'],
    [{ ...target, catalog: '444444444444' }, 'link-points-elsewhere'],
    [{ ...target, database: 'other' }, 'link-points-elsewhere'],
    [{ ...target, region: 'us-east-1' }, 'link-points-elsewhere'],
  ])('%o is a finding, never touched (G-K2)', (found, cause) => {
    const { changes, findings, foreign } = link({ name: 'cur_org_linked', target: found });
    expect([changes, findings.map((f) => f.cause), foreign.length]).toEqual([[], [cause], 1]);
  });

  test('open to everybody: closed where we made it, told where we did not (law 3)', () => {
    const made = link(null).changes.map((change) => confirmedFor(change));
    expect(link(right, [everybody], made).changes).toMatchObject([
      { kind: 'revoke', reason: 'link-exposure', effect: 'narrows' },
    ]);
    const elsewhere = made.map((entry) => ({ ...entry, region: 'us-east-1' }));
    expect(link(right, [everybody], elsewhere)).toMatchObject({ changes: [], findings: [{ cause: 'link-open' }] });
    expect(link(right, [everybody])).toMatchObject({ changes: [], findings: [{ cause: 'link-open' }] });
  });

  test('the producer itself links nothing (G-R15); unknown makes nothing (G-K1)', () => {
    const question = { product, entries: [], grants: known({ grants: [] }) };
    expect(
      assessLink({ ...question, account: FINANCE, region: REGION, facts: known({ database: null }) }).changes,
    ).toEqual([]);
    expect(assessLink({ ...question, ...place, facts: DENIED })).toMatchObject({
      changes: [],
      findings: [{ state: 'unknown' }],
    });
    const blind = assessLink({ ...question, ...place, facts: known({ database: right }), grants: DENIED });
    expect(blind).toMatchObject({ changes: [], findings: [{ state: 'unknown' }] });
  });
});
