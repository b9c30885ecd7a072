import { describe, expect, test } from 'vitest';
import { countPlan, renderPlan } from '#cli/render/plan.ts';
import { PLAIN } from '#cli/terminal.ts';
import type { PlanDocument } from '#contracts/documents.ts';
import { ANALYTICS, FINANCE, REGION } from '../core/policy/documents.ts';

type Scope = PlanDocument['scopes'][number];

const names = new Map([
  [FINANCE, 'finance-lake'],
  [ANALYTICS, 'analytics'],
]);

function change(more: Partial<Scope['changes'][number]> = {}): Scope['changes'][number] {
  return {
    hop: 'share',
    kind: 'grant',
    account: FINANCE,
    region: REGION,
    products: ['cur'],
    operation: 'add',
    effect: 'widens',
    text: 'grant SELECT',
    ...more,
  };
}

function finding(changes: Partial<Scope['findings'][number]> = {}): Scope['findings'][number] {
  return {
    key: 'k',
    hop: 'exposure',
    state: 'broken',
    cause: 'iam-allowed-principals',
    account: FINANCE,
    region: REGION,
    product: 'sales',
    principal: null,
    resource: 'table sales_db.orders',
    message: 'IAM_ALLOWED_PRINCIPALS is on it',
    remedy: 'revoke it',
    aws: null,
    ...changes,
  };
}

function scope(changes: Partial<Scope> = {}): Scope {
  return {
    scope: `publish ${FINANCE} ${REGION} cur_org`,
    mode: 'enforce',
    proof: 'by permissions',
    changes: [],
    findings: [],
    foreign: [],
    hops: [],
    ...changes,
  };
}

function rendered(scopes: Scope[], all = false): string {
  return renderPlan({ schema: 'onramp.plan/2', policy: 'a'.repeat(64), scopes }, { names, all, paint: PLAIN });
}

test('a plan, from what does not hold to the line for grep', () => {
  const first = scope({
    findings: [finding()],
    foreign: ['SELECT of role/x on cur_org'],
    changes: [
      change(),
      change({ hop: 'settings', kind: 'merge-settings', operation: 'change', text: 'add administrator x' }),
    ],
  });
  const second = scope({
    scope: `onboard ${ANALYTICS} ${REGION}`,
    findings: [
      finding({
        state: 'unknown',
        account: ANALYTICS,
        principal: 'role/j',
        aws: { code: 'AccessDeniedException', message: 'no' },
      }),
    ],
    changes: [
      change({ account: ANALYTICS, kind: 'revoke', operation: 'remove', effect: 'narrows', text: 'revoke SELECT' }),
    ],
  });
  expect(rendered([first, second])).toBe(`Policy aaaaaaaaaaaa: 2 scopes looked at, by permissions.

Does not hold (1)
  ! exposure of 111111111111 finance-lake, ap-northeast-1: table sales_db.orders (iam-allowed-principals)
      IAM_ALLOWED_PRINCIPALS is on it
      fix: revoke it

Unknown (1)
  ? exposure of 222222222222 analytics, ap-northeast-1: table sales_db.orders (iam-allowed-principals)
      IAM_ALLOWED_PRINCIPALS is on it
      for: role/j
      AWS: AccessDeniedException: no
      fix: revoke it

Will change (3)
  publish 111111111111 finance-lake ap-northeast-1 cur_org
    + share     grant SELECT, for cur   widens access
    ~ settings  add administrator x, for cur   widens access
  onboard 222222222222 analytics ap-northeast-1
    - share  revoke SELECT, for cur   narrows access

Not ours, left alone (1)
  = SELECT of role/x on cur_org

Plan: 1 to add, 1 to change, 1 to withdraw; 1 broken, 1 unknown, 0 waiting. 2 widen access, 1 narrows it.`);
});

describe('what is said when there is nothing to do', () => {
  test('that everything was looked at and holds', () => {
    expect(rendered([scope()])).toBe(
      'Policy aaaaaaaaaaaa: 1 scope looked at, by permissions.\n\nNo changes. Everything the policy names was looked at and holds.',
    );
  });

  test('never that all holds while something could not be read (law 6)', () => {
    const text = rendered([scope({ findings: [finding({ state: 'unknown' })] })]);
    expect(text).not.toContain('holds.');
    expect(text.split('\n').at(-1)).toBe('No changes; 0 broken, 1 unknown, 0 waiting. 0 widen access, 0 narrow it.');
  });
});

describe('with --all', () => {
  const asked = { calls: ['glue:GetDatabase'], about: 'cur_org', account: FINANCE, region: REGION, at: 0 };
  const elsewhere = { ...asked, calls: ['s3:GetBucketPolicy'], about: 'cur-export', account: ANALYTICS };
  const hops: Scope['hops'] = [
    { hop: 'tags', state: 'holds', evidence: [{ ...asked, shows: ['2 tables'] }] },
    { hop: 'share', state: 'due', evidence: [] },
    { hop: 'storage', state: 'unknown', evidence: [{ ...elsewhere, unknown: 'throttled' }] },
  ];

  test('every hop is shown, whether it holds, what was asked of whom, and what matters of the answer', () => {
    expect(rendered([scope({ hops })], true)).toContain(
      [
        'Every hop',
        `  publish ${FINANCE} finance-lake ${REGION} cur_org`,
        '    = tags     holds',
        '      glue:GetDatabase of cur_org',
        '        2 tables',
        '    ~ share    has changes to make',
        '    ? storage  is not known',
        `      s3:GetBucketPolicy of cur-export in ${ANALYTICS} analytics, ${REGION}: not told: throttled`,
      ].join('\n'),
    );
  });

  test('and without it none is', () => {
    expect(rendered([scope({ hops })])).not.toContain('Every hop');
  });
});

test('what report mode would do is not called what will be done', () => {
  const text = rendered([scope({ mode: 'report', changes: [change()] })]);
  expect(text).toContain('Would change, but the mode is report (1)');
  expect(text).not.toContain('Will change');
});

test('one write that several scopes want is shown and counted once, with the products of all', () => {
  const shared = (product: string) =>
    change({ kind: 'merge-settings', operation: 'change', text: 'add administrator x', products: [product] });
  const scopes = [
    scope({ changes: [shared('sales')] }),
    scope({ scope: `publish ${FINANCE} ${REGION} hr_db`, changes: [shared('hr')] }),
  ];
  expect(countPlan({ schema: 'onramp.plan/2', policy: 'a', scopes })).toMatchObject({ change: 1, widens: 1 });
  const text = rendered(scopes, true);
  expect(text.match(/add administrator x, for hr, sales/g)).toHaveLength(1);
});

test('a write in another account than the scope names that account', () => {
  expect(rendered([scope({ changes: [change({ account: ANALYTICS })] })])).toContain(
    'grant SELECT (in 222222222222 analytics)',
  );
});

test('law 9: every widening says so in words, colour or not', () => {
  const effects = ['widens', 'narrows', 'neutral'] as const;
  const text = rendered([scope({ changes: effects.map((effect) => change({ effect, text: effect })) })]);
  expect(text.match(/widens access$/gm)).toHaveLength(1);
  expect(text.match(/narrows access$/gm)).toHaveLength(1);
});

test('under an assignment of tags stands which rule gave each, and over which others', () => {
  const why = [
    'source=none by tags.rules[2]; over tags.rules[1] (product): it names the table, the other a pattern of it',
  ];
  const lines = rendered([
    scope({ changes: [change({ hop: 'tags', kind: 'assign-tags', text: 'tag x', why })] }),
  ]).split('\n');
  const at = lines.findIndex((line) => line.includes('tag x'));
  expect(lines[at + 1]?.trim()).toBe(why[0]);
});
