/** What a lake rests on: default permissions, CREATE_DATABASE, data locations; and who would lose what. */

import { describe, expect, test } from 'vitest';
import type { DataLocation, Policy } from '#contracts/policy.ts';
import { judgesCatalog, produces } from '#core/catalogs.ts';
import { actionText } from '#core/describe.ts';
import { entryId, intentOf } from '#core/entries.ts';
import type { IdentitiesFacts, SettingsFacts } from '#core/facts.ts';
import { decideCreateDatabase } from '#core/hops/create-database.ts';
import { decideDataLocations } from '#core/hops/data-locations.ts';
import { decideSettings } from '#core/hops/settings.ts';
import { IAM_ALLOWED_PRINCIPALS, known, type ListedGrant } from '#core/lake.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from '../policy/documents.ts';
import { DENIED, expectUnreadable, row } from './builders.ts';

const operator = `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`;
const reader = `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`;
const settings: SettingsFacts = {
  admins: [operator],
  readOnlyAdmins: [reader],
  crossAccountVersion: 3,
  openDatabases: false,
  openTables: false,
};
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const may = (Action: string, Condition?: object) =>
  document({ Effect: 'Allow', Action, Resource: '*', ...(Condition ? { Condition } : {}) });
const identity = (kind: 'role' | 'user', name: string, policies: string[] | null) => ({
  kind,
  arn: `arn:aws:iam::${FINANCE}:${kind}/${name}`,
  tags: {},
  policies,
  boundary: null,
});
const identities: IdentitiesFacts = {
  identities: [
    identity('role', 'service-role/crawler', [may('glue:*')]),
    identity('role', 'granted', [may('glue:CreateDatabase')]),
    identity('role', 'reader', [may('glue:Get*')]),
    identity('role', 'hidden', null),
    identity('role', 'by-ip', [may('glue:CreateDatabase', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })]),
    identity('user', 'alice', [may('*')]),
    identity('user', 'bob', []),
    identity('user', 'carol', [document({ Effect: 'Deny', Action: 'glue:*', Resource: '*' })]),
    identity('role', 'onramp/onramp-operator', [may('glue:CreateDatabase')]),
  ],
  unread: 0,
};

describe('default permissions', () => {
  const open = { ...settings, openDatabases: true, openTables: true };
  const decide = (
    policy: Policy,
    facts: SettingsFacts = open,
    defaults: Parameters<typeof decideSettings>[0]['defaults'] = { identities: known(identities) },
  ) =>
    decideSettings({
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
    const { actions, findings } = decide(off, { ...open, admins: [] });
    expect(findings).toEqual([]);
    expect(actions).toMatchObject([
      { effect: 'widens', addAdmins: [operator], closeDefaults: false },
      { effect: 'narrows', addAdmins: [], closeDefaults: true, products: [] },
    ]);
    const [admins, closing] = actions;
    if (admins === undefined || closing === undefined) throw new Error('no actions');
    expect(entryId(admins)).not.toBe(entryId(closing));
    expect(actionText(closing)).toContain('no longer open new databases and tables to IAM_ALLOWED_PRINCIPALS');
    expect(actionText(closing)).toContain('role/service-role/crawler');
    expect(actionText(closing)).toContain('unknown: role/by-ip, role/hidden, user/bob, principals of other accounts');
    expect(actionText(closing)).not.toMatch(/role\/reader|user\/carol/);
  });

  test('report, or not said, or somebody else to judge: nothing is changed', () => {
    const report = decide(policyOf({ settings: { defaults: 'report' } }));
    expect(report.actions).toEqual([]);
    expect(report.findings).toMatchObject([{ cause: 'iam-defaults-open' }]);
    expect(report.findings[0]?.remedy).toContain('user/alice');
    expect(decide(policyOf())).toEqual({ actions: [], findings: [], left: [] });
    expect(decide(off, settings)).toEqual({ actions: [], findings: [], left: [] });
    const elsewhere = decideSettings({
      policy: off,
      account: FINANCE,
      region: REGION,
      operator,
      reader,
      products: [],
      grantor: true,
      facts: known(open),
    });
    expect(elsewhere).toEqual({ actions: [], findings: [], left: [] });
  });

  test('who could not be read, or was not looked at, is called unknown', () => {
    const texts = [{ identities: DENIED }, { identities: known({ identities: [], unread: 7 }) }].map((defaults) =>
      decide(off, open, defaults).actions.map(actionText).join(),
    );
    expect(texts[0]).toContain('unknown, denied');
    expect(texts[1]).toContain('7 that were not looked at');
  });
});

describe('CREATE_DATABASE of everybody', () => {
  const catalog = { type: 'catalog', catalog: FINANCE } as const;
  const everybody = row(IAM_ALLOWED_PRINCIPALS, catalog, ['CREATE_DATABASE'], []);
  const granted = row(`arn:aws:iam::${FINANCE}:role/granted`, catalog, ['CREATE_DATABASE'], []);
  const decide = (createDatabase: string | undefined, grants: readonly ListedGrant[], recent = false) => {
    const question = {
      policy: policyOf(createDatabase === undefined ? {} : { settings: { createDatabase } }),
      account: FINANCE,
      region: REGION,
      settings: known(settings),
      grants: known({ grants }),
      identities: known(identities),
    };
    const first = decideCreateDatabase({ ...question, recent: [] });
    if (!recent) return first;
    const entries = first.actions.map((action) => ({
      ...intentOf(action, { policy: '', execution: '', at: 0 }, undefined),
      state: 'confirmed' as const,
    }));
    return decideCreateDatabase({ ...question, recent: entries });
  };

  test('report: told with the list of who makes databases by IAM alone, sparing administrators and the granted', () => {
    const { actions, findings } = decide('report', [everybody, granted]);
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'create-database-open', product: null }]);
    expect(findings[0]?.message).toContain('role/service-role/crawler, user/alice; unknown: role/by-ip');
    expect(findings[0]?.message).not.toMatch(/role\/granted|operator/);
  });

  test('revoke: exactly that permission, with its inverse, in words as well', () => {
    const { actions, findings } = decide('revoke', [everybody, granted]);
    expect(findings).toEqual([]);
    expect(actions).toMatchObject([
      { kind: 'revoke', reason: 'exposure', effect: 'narrows', grant: { permissions: ['CREATE_DATABASE'] } },
    ]);
    const [action] = actions;
    if (action === undefined) throw new Error('no action');
    expect(actionText(action)).toContain('user/alice');
    const { inverse } = intentOf(action, { policy: '', execution: '', at: 0 }, undefined);
    expect(JSON.parse(inverse ?? '{}')).toMatchObject({ principal: IAM_ALLOWED_PRINCIPALS, resource: catalog });
  });

  test('nothing to do where it is gone, was revoked moments ago, or nobody asks', () => {
    for (const none of [
      decide('revoke', [granted]),
      decide('revoke', [everybody], true),
      decide(undefined, [everybody]),
    ])
      expect(none).toEqual({ actions: [], findings: [], left: [] });
  });

  test('unknown', () => {
    const policy = policyOf({ settings: { createDatabase: 'revoke' } });
    const place = { policy, account: FINANCE, region: REGION, settings: known(settings), recent: [] };
    expectUnreadable(decideCreateDatabase({ ...place, grants: DENIED, identities: null }));
  });
});

describe('which scope judges what is catalog-wide', () => {
  const scope = (database: string | null, account = FINANCE) => ({
    half: 'publish' as const,
    account,
    region: REGION,
    database,
  });
  const products = { cur: productInput(), other: productInput({ database: 'a_first' }) };

  test('that of the catalog where there is one, else one of its databases; never two', () => {
    const off = policyOf({ settings: { defaults: 'off' }, products });
    expect([null, 'a_first', 'cur_org'].map((name) => judgesCatalog(off, scope(name)))).toEqual([true, false, false]);
    const report = policyOf({ settings: { defaults: 'report' }, products });
    expect(['a_first', 'cur_org'].map((name) => judgesCatalog(report, scope(name)))).toEqual([true, false]);
  });

  test('a consumer produces nothing, nor does a product for its own account only', () => {
    expect(produces(policyOf(), { account: ANALYTICS, region: REGION })).toBe(false);
    expect(produces(policyOf(), { account: FINANCE, region: 'us-east-1' })).toBe(false);
    const own = { cur: productInput({ audience: { accounts: ['finance-lake'] } }) };
    expect(produces(policyOf({ products: own }), { account: FINANCE, region: REGION })).toBe(false);
  });
});

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
  const decide = (
    facts: typeof there | ReturnType<typeof known<{ registered: null }>> | typeof DENIED,
    options: Partial<Parameters<typeof decideDataLocations>[0]> = {},
  ) =>
    decideDataLocations({
      policy: policyOf(),
      account: FINANCE,
      region: REGION,
      registered: [{ entry, facts }],
      listed: known({ grants: [] }),
      entries: [],
      recent: [],
      ...options,
    });

  test("granted to principals of its account, and to others' accounts with the grant option", () => {
    const { actions, findings } = decide(there);
    expect(findings).toEqual([]);
    expect(actions).toMatchObject([
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
    expect(decide(there, { listed }).actions).toEqual([]);
    const entries = decide(there).actions.map((action) => ({
      ...intentOf(action, { policy: '', execution: '', at: 0 }, undefined),
      state: 'confirmed' as const,
    }));
    const gone = decide(there, { listed, entries, registered: [] }).actions;
    expect(gone).toMatchObject([{ reason: 'withdrawal' }, { reason: 'withdrawal' }]);
    expect(gone.map((action) => (action.kind === 'revoke' ? action.grant.principal : ''))).toEqual([
      ANALYTICS,
      crawler,
    ]);
    expect(decide(known({ registered: null }), { listed, entries }).actions).toEqual([]);
  });

  test('not registered: told, and not granted, since AWS refuses; unknown: neither', () => {
    const { actions, findings } = decide(known({ registered: null }));
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'location-not-registered', product: null }]);
    expectUnreadable(decide(DENIED));
    expectUnreadable(decide(there, { listed: DENIED }));
    expect(decide(there, { registered: [] })).toEqual({ actions: [], findings: [], left: [] });
  });
});
