import { describe, expect, test } from 'vitest';
import { NOTHING } from '#core/assessment.ts';
import { known } from '#core/observed.ts';
import { assessCatalogPolicy, shareStatement } from '#hops/catalog-policy/assess.ts';
import { documentInput, FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';

describe('catalog policy (G-S7)', () => {
  const policy = policyOf();
  const catalog = (text: string | null) =>
    assessCatalogPolicy({
      policy,
      account: FINANCE,
      region: REGION,
      products: ['cur'],
      facts: known({ text, hash: null }),
      tells: true,
    });

  test('none: nothing is in the way, and none is made', () => {
    expect(catalog(null)).toEqual(NOTHING);
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
    expect(catalog(document(theirs)).changes).toMatchObject([
      { kind: 'merge-catalog-policy', effect: 'widens', statements: [statement] },
    ]);
    expect(catalog(document(theirs, statement)).changes).toEqual([]);
  });

  test('a statement of somebody’s under the Sid of ours is told and not written over, unless it says the same (law 3)', () => {
    const statement = shareStatement(policy, FINANCE, REGION);
    const document = (one: object) => JSON.stringify({ Version: '2012-10-17', Statement: [one] });
    const edited = catalog(document({ ...statement, Action: ['glue:ShareResource', 'glue:GetTable'] }));
    expect(edited.changes).toEqual([]);
    expect(edited.findings).toMatchObject([{ cause: 'statement-not-ours' }]);
    expect(edited.findings[0]?.message).toContain(statement.Sid);
    expect(catalog(document(statement))).toMatchObject({ changes: [], findings: [] });
  });

  test("in GovCloud its ARNs are GovCloud's", () => {
    const gov = policyOf(documentInput({ hub: { account: '333333333333', region: 'us-gov-west-1' } }));
    expect(shareStatement(gov, FINANCE, 'us-gov-west-1').Resource[0]).toBe(
      `arn:aws-us-gov:glue:us-gov-west-1:${FINANCE}:catalog`,
    );
  });
});
