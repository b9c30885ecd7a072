import { describe, expect, test } from 'vitest';
import type { Entry } from '#contracts/ledger.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import type { AcceptanceFacts, InvitationFacts, LinkFacts, RoleFacts } from '#core/facts.ts';
import { decideAcceptance } from '#core/hops/acceptance.ts';
import { decideGrants, nobodyAdmitted } from '#core/hops/grants.ts';
import { decideLink } from '#core/hops/link.ts';
import { admit } from '#core/hops/role.ts';
import { IAM_ALLOWED_PRINCIPALS, known, type LakeResource, type ListedGrant, unknown } from '#core/lake.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from '../policy/documents.ts';

const DENIED = unknown({
  code: 'Transient',
  message: 'throttled',
  aws: { code: 'ThrottlingException', message: 'slow' },
});
const policy = policyOf();
const [product] = policy.products;
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
    decideAcceptance({ ...place, products: [{ product, snapshot: found }], facts: known(facts) });
  const active = (arn: string) => ({ arn, owner: FINANCE, status: 'ACTIVE' });

  test('an old answer and a new invitation for one share: the new one is accepted (G-R5)', () => {
    const invitations = [
      invitation({ arn: 'old', status: 'REJECTED', resources: [] }),
      invitation({ arn: 'new' }),
      invitation({ arn: 'other', shareArn: 'share-2', status: 'ACCEPTED', resources: [] }),
    ];
    const { actions } = acceptance({ invitations, shares: [] });
    expect(actions).toMatchObject([
      { kind: 'accept-invitation', invitationArn: 'new', effect: 'widens', sender: FINANCE },
    ]);
  });

  test('shares are here: nothing, with or without an invitation on record (G-R1, G-R2)', () => {
    expect(acceptance({ invitations: [], shares: [active('share-1'), active('share-2')] })).toEqual({
      actions: [],
      findings: [],
      left: [],
    });
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
    expect(acceptance({ invitations: [invitation({ resources })], shares: [] }).actions).toHaveLength(1);
  });

  test('unknown: nothing is accepted', () => {
    const { actions, findings } = decideAcceptance({ ...place, products: [{ product, snapshot }], facts: DENIED });
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([{ state: 'unknown', aws: { code: 'ThrottlingException' } }]);
  });
});

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
    decideLink({ ...place, product, facts: known({ database }), grants: known({ grants }), entries });
  const right = { name: 'cur_org_linked', target };

  test('right: nothing; missing: made', () => {
    expect(link(right)).toEqual({ actions: [], findings: [], left: [] });
    expect(link(null).actions).toMatchObject([
      { kind: 'create-link', name: 'cur_org_linked', target, effect: 'neutral' },
    ]);
  });

  test.each([
    [null, 'link-name-is-a-database'],
    [{ ...target, catalog: '444444444444' }, 'link-points-elsewhere'],
    [{ ...target, database: 'other' }, 'link-points-elsewhere'],
    [{ ...target, region: 'us-east-1' }, 'link-points-elsewhere'],
  ])('%o is a finding, never touched (G-K2)', (found, cause) => {
    const { actions, findings, left } = link({ name: 'cur_org_linked', target: found });
    expect([actions, findings.map((f) => f.cause), left.length]).toEqual([[], [cause], 1]);
  });

  test('open to everybody: closed where we made it, told where we did not (law 3)', () => {
    const entry = {
      kind: 'link',
      target: 'database 222222222222/cur_org_linked',
      before: { link: 'absent' },
      state: 'confirmed',
    } as unknown as Entry;
    expect(link(right, [everybody], [entry]).actions).toMatchObject([
      { kind: 'revoke', reason: 'link-exposure', effect: 'narrows' },
    ]);
    expect(link(right, [everybody])).toMatchObject({ actions: [], findings: [{ cause: 'link-open' }] });
  });

  test('the producer itself links nothing (G-R15); unknown makes nothing (G-K1)', () => {
    const question = { product, entries: [], grants: known({ grants: [] }) };
    expect(
      decideLink({ ...question, account: FINANCE, region: REGION, facts: known({ database: null }) }).actions,
    ).toEqual([]);
    expect(decideLink({ ...question, ...place, facts: DENIED })).toMatchObject({
      actions: [],
      findings: [{ state: 'unknown' }],
    });
    const blind = decideLink({ ...question, ...place, facts: known({ database: right }), grants: DENIED });
    expect(blind).toMatchObject({ actions: [], findings: [{ state: 'unknown' }] });
  });
});

describe('grants', () => {
  const job = `arn:aws:iam::${ANALYTICS}:role/data-jobs/Data-Lake-仕事`;
  const listed = (grants: readonly ListedGrant[]) => new Map([[REGION, known({ grants })]]);
  const ready = [{ product, snapshot, roles: [job] }];
  const grants = (rows: readonly ListedGrant[], hasDefault = true) =>
    decideGrants({ ...place, ready, listed: listed(rows), hasDefault: known(hasDefault), recent: [] });

  test("DESCRIBE on default, link and target, SELECT on the target's tables, no grant option (G-L13, G-L28, G-K5)", () => {
    const made = grants([]).actions.flatMap((a) => (a.kind === 'grant' ? [a.grant] : []));
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
    expect(grants(there).actions).toEqual([]);
  });

  test('no database default: it is made', () => {
    expect(grants([], false).actions.filter(({ kind }) => kind === 'create-database')).toHaveLength(1);
  });

  test('the producer reading its own product: no link among them (G-R15)', () => {
    const own = decideGrants({
      account: FINANCE,
      region: REGION,
      ready,
      listed: listed([]),
      hasDefault: known(true),
      recent: [],
    });
    const names = own.actions.flatMap((a) =>
      a.kind === 'grant' && 'database' in a.grant.resource ? [a.grant.resource.database] : [],
    );
    expect(names).not.toContain('cur_org_linked');
  });

  test('unknown permissions, or whether default exists: nothing of it is done', () => {
    const question = { ...place, ready, recent: [] };
    const blind = decideGrants({ ...question, listed: new Map([[REGION, DENIED]]), hasDefault: known(true) });
    expect(blind).toMatchObject({ actions: [], findings: [{ state: 'unknown' }] });
    const unsure = decideGrants({ ...question, listed: listed([]), hasDefault: DENIED });
    expect(unsure.actions.filter(({ kind }) => kind === 'create-database')).toEqual([]);
  });
});

describe('who is admitted (law 8)', () => {
  const glue = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const role = (path: string, name: string, more: Partial<RoleFacts> = {}): RoleFacts => ({
    arn: `arn:aws:iam::${ANALYTICS}:role${path}${name}`,
    name,
    path,
    trust: JSON.stringify({ Version: '2012-10-17', Statement: [glue] }),
    tags: {},
    policies: [],
    boundary: null,
    ...more,
  });
  const trusting = (Principal: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [glue, { ...glue, Principal }] });

  test('by pattern and path; names keep their case (G-L23)', () => {
    expect(admit(policy, product, role('/data-jobs/', 'my-data-lake-job')).kind).toBe('admitted');
    expect(admit(policy, product, role('/data-jobs/', 'my-DATA-lake-job')).kind).toBe('no-match');
    expect(admit(policy, product, role('/', 'my-data-lake-job')).kind).toBe('no-match');
  });

  test('by tag, of this product alone', () => {
    const tagged = policyOf({
      products: { cur: productInput({ consumers: { link: 'l', jobRoles: [{ match: 'role/*lake*', proof: 'tag' }] } }) },
    });
    const [wanted] = tagged.products;
    if (wanted === undefined) throw new Error('no product');
    expect(admit(tagged, wanted, role('/', 'lake', { tags: { 'onramp:product': 'cur' } })).kind).toBe('admitted');
    expect(admit(tagged, wanted, role('/', 'lake', { tags: { 'onramp:product': 'hr' } })).kind).toBe('unproven');
    expect(admit(tagged, wanted, role('/', 'lake')).kind).toBe('unproven');
  });

  test('not when anybody else may assume it', () => {
    const open = role('/data-jobs/', 'my-data-lake-job', { trust: trusting({ AWS: '*' }) });
    expect(admit(policy, product, open).kind).toBe('disproved');
    const colleague = role('/data-jobs/', 'my-data-lake-job', {
      trust: trusting({ AWS: `arn:aws:iam::${ANALYTICS}:user/someone` }),
    });
    expect(admit(policy, product, colleague).kind).toBe('disproved');
  });

  test('nobody at all is a finding that names the pattern', () => {
    expect(nobodyAdmitted(ANALYTICS, REGION, product)).toMatchObject({
      cause: 'no-job-role',
      principal: expect.stringContaining('role/data-jobs/*data-lake-*'),
    });
  });
});
