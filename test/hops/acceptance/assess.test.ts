import { describe, expect, test } from 'vitest';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { NOTHING } from '#core/assessment.ts';
import { expectedByTag } from '#core/expected-shares.ts';
import type { AcceptanceFacts, InvitationFacts } from '#core/facts.ts';
import { known, unknown } from '#core/observed.ts';
import { assessAcceptance } from '#hops/acceptance/assess.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, REGION } from '../../core/policy/documents.ts';

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

describe('acceptance', () => {
  const invitation = (changes: Partial<InvitationFacts>): InvitationFacts => ({
    arn: 'invitation-1',
    shareArn: 'share-1',
    shareName: 'LakeFormation-V3-X',
    sender: FINANCE,
    receiver: ANALYTICS,
    status: 'PENDING',
    at: 0,
    resources: [`arn:aws:glue:${REGION}:${FINANCE}:database/cur_org`],
    ...changes,
  });
  const acceptance = (facts: AcceptanceFacts, found: ProductSnapshot | null = snapshot) =>
    assessAcceptance({ ...place, products: [{ product, snapshot: found }], facts: known(facts) });
  const active = (arn: string) => ({ arn, owner: FINANCE, status: 'ACTIVE' });

  test('an old answer and a new invitation for one share: the new one is accepted (G-R5)', () => {
    const invitations = [
      invitation({ arn: 'old', status: 'REJECTED', resources: [] }),
      invitation({ arn: 'new' }),
      invitation({ arn: 'other', shareArn: 'share-2', status: 'ACCEPTED', resources: [] }),
    ];
    const { changes } = acceptance({ invitations, shares: [] });
    expect(changes).toMatchObject([
      { kind: 'accept-invitation', invitationArn: 'new', effect: 'widens', sender: FINANCE },
    ]);
  });

  test('shares are here: nothing, with or without an invitation on record (G-R1, G-R2)', () => {
    expect(acceptance({ invitations: [], shares: [active('share-1'), active('share-2')] })).toEqual(NOTHING);
  });

  test('one of two shares is here: not visible', () => {
    expect(acceptance({ invitations: [], shares: [active('share-1')] }).findings).toMatchObject([
      { cause: 'share-not-visible' },
    ]);
  });

  test('the producer has not shared: waiting, which alarms nobody', () => {
    for (const found of [null, { ...snapshot, shared: false }])
      expect(acceptance({ invitations: [], shares: [] }, found).findings).toMatchObject([{ state: 'waiting' }]);
  });

  test('a catalog, tables and the database of the product are its own; a pattern only where all tables are (G-R10)', () => {
    const resources = ['catalog', 'table/cur_org/*', 'database/cur_org'].map(
      (rest) => `arn:aws:glue:${REGION}:${FINANCE}:${rest}`,
    );
    expect(acceptance({ invitations: [invitation({ resources })], shares: [] }).changes).toHaveLength(1);
  });

  const own = (rest: string) => `arn:aws:glue:${REGION}:${FINANCE}:${rest}`;
  test.each([
    ['the catalog alone', [own('catalog')]],
    ['another partition', [`arn:aws-cn:glue:${REGION}:${FINANCE}:database/cur_org`]],
    ['another Region', [`arn:aws:glue:us-east-1:${FINANCE}:database/cur_org`]],
    ['another account', [`arn:aws:glue:${REGION}:${HUB}:database/cur_org`]],
    ['another service', [`arn:aws:athena:${REGION}:${FINANCE}:database/cur_org`]],
    ['no ARN', [own('database/cur_org'), 'cur_org']],
    ['a table with one part too many', [own('database/cur_org'), own('table/cur_org/a/b')]],
    ['a table without a name', [own('table/cur_org/')]],
    ['a table without a database', [own('table/cur_org')]],
    ['another database', [own('database/cur_org'), own('database/hr')]],
    ['a database in other words', [own('database/cur_org/')]],
    ['another kind', [own('userDefinedFunction/cur_org/f')]],
    ['the catalog in other words', [own('database/cur_org'), own('catalog/x')]],
  ])('%s is nothing that the policy names (sec-14)', (_what, resources) => {
    const { changes, findings } = acceptance({ invitations: [invitation({ resources })], shares: [] });
    expect(changes).toEqual([]);
    expect(findings.map(({ cause }) => cause)).toContain('invitation-left-alone');
  });

  test.each(['database/*', 'database/cur_*', 'table/*/*', 'table/cur_*/*', 'table/cur_org/legacy_*'])(
    'a pattern wider than the product (aws-13): %s',
    (rest) => {
      const resources = [`arn:aws:glue:${REGION}:${FINANCE}:${rest}`];
      const { changes, findings } = acceptance({ invitations: [invitation({ resources })], shares: [] });
      expect(changes).toEqual([]);
      expect(findings.map(({ cause }) => cause)).toContain('invitation-too-wide');
      expect(findings[0]?.message).toContain(rest);
    },
  );

  test('unknown: nothing is accepted', () => {
    const { changes, findings } = assessAcceptance({ ...place, products: [{ product, snapshot }], facts: DENIED });
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ state: 'unknown', aws: { code: 'ThrottlingException' } }]);
  });
});

describe('invitations of shares by tag (law 8)', () => {
  const expected = expectedByTag(
    { account: FINANCE, region: REGION },
    { shared: true, arns: ['share-1'], databases: ['sales'] },
  );
  const invited = (sender: string, ...resources: readonly string[]) => {
    const invitation = { arn: 'i', shareArn: 'share-1', shareName: 'LakeFormation-V4', sender, receiver: ANALYTICS };
    const invitations = [{ ...invitation, status: 'PENDING' as const, at: 0, resources }];
    const facts = known({ invitations, shares: [] });
    return assessAcceptance({ account: ANALYTICS, region: REGION, products: [], tagged: [expected], facts });
  };
  const arn = (rest: string, account = FINANCE, region = REGION) => `arn:aws:glue:${region}:${account}:${rest}`;

  test.each([['catalog'], ['database/sales'], ['table/sales/*']])('%s of the catalog is accepted', (rest) => {
    expect(invited(FINANCE, arn(rest)).changes).toMatchObject([{ kind: 'accept-invitation', products: [] }]);
  });

  test.each([
    ['a database no tag reaches', FINANCE, arn('database/hr')],
    ['another account', HUB, arn('catalog', HUB)],
    ["another account's catalog from this sender", FINANCE, arn('catalog', HUB)],
    ['another Region', FINANCE, arn('catalog', FINANCE, 'us-east-1')],
    ['another partition', FINANCE, `arn:aws-cn:glue:${REGION}:${FINANCE}:database/sales`],
    ['a table with one part too many', FINANCE, arn('table/sales/a/b')],
    ['another service', FINANCE, `arn:aws:ec2:${REGION}:${FINANCE}:subnet/subnet-1`],
  ])('%s is left alone', (_, sender, resource) => {
    const { changes, findings } = invited(sender, arn('catalog'), resource);
    expect(changes).toEqual([]);
    expect(findings.map(({ cause }) => cause)).toContain('invitation-left-alone');
  });
});
