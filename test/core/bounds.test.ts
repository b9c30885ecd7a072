/** Whatever others call their things, and however many they have: what is stored and sent stays within AWS's limits. */

import { describe, expect, test } from 'vitest';
import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import { alertBody } from '#core/alert.ts';
import { clip, jsonBytes } from '#core/clip.ts';
import type { RoleFacts } from '#core/facts.ts';
import { finding, pasteable } from '#core/findings.ts';
import { known } from '#core/observed.ts';
import { assessAcceptance } from '#hops/acceptance/assess.ts';
import { needsOf, type ReadSource, roleJudge } from '#hops/needs.ts';
import { readingFindings } from '#hops/role/assess.ts';
import { itemOf } from '../../functions/aws/ledger-table.ts';
import { longName, SCRIPTS } from '../support/long-names.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from './policy/documents.ts';

/** Of an EventBridge entry and of an SNS message. */
const MOST_SENT = 256 * 1024;
/** Of a DynamoDB item, less its keys. */
const MOST_STORED = 390 * 1024;

const WHERE = { hop: 'role', state: 'broken', cause: 'x', account: FINANCE, region: REGION } as const;

const byteLength = (text: string) => Buffer.byteLength(text);

/** Bytes of what a finding becomes: an event, a message and an item. Names by chance don't compress. */
function sizes(found: Finding) {
  const alert = { schema: 'onramp.alert/1', finding: found, scope: 's'.repeat(2048), at: '', execution: '' } as const;
  const whole = { ...alert, execution: 'e'.repeat(512), executionUrl: 'u'.repeat(1024) };
  const item = itemOf('findings#x', 'x', { finding: found, execution: whole.execution });
  return {
    event: byteLength(JSON.stringify(whole)),
    message: byteLength(alertBody(whole, 'failed')),
    item: item['body']?.B?.length ?? byteLength(item['body']?.S ?? ''),
  };
}

function expectBounded(found: Finding): void {
  const { event, message, item } = sizes(found);
  expect(Math.max(event, message)).toBeLessThan(MOST_SENT);
  expect(item).toBeLessThan(MOST_STORED);
}

describe('clip', () => {
  test.each(SCRIPTS)('keeps to bytes, cuts no character of %s, and says how much is missing', (script) => {
    const text = longName(script, 7, 5000);
    for (const most of [64, 65, 66, 67, 1000, 4096]) {
      const short = clip(text, most);
      expect(byteLength(JSON.stringify(short)) - 2).toBe(jsonBytes(short));
      expect(jsonBytes(short)).toBeLessThanOrEqual(most);
      const [, shown = '', more] = /^(.*) … and (\d+) more characters$/s.exec(short) ?? [];
      expect(text.startsWith(shown)).toBe(true);
      expect(shown.length + Number(more)).toBe(text.length);
      expect(shown.isWellFormed()).toBe(true);
      expect(clip(short, most)).toBe(short);
    }
  });

  test('leaves alone what is short enough', () => expect(clip('表'.repeat(100), 300)).toBe('表'.repeat(100)));
});

describe('a finding', () => {
  test.each(SCRIPTS)('of endless texts of %s is an item, an event and a message', (script) => {
    const endless = longName(script, 3, 400_000);
    const aws = { code: endless, message: endless };
    const texts = { principal: endless, resource: endless, message: endless, remedy: endless };
    expectBounded(finding({ ...WHERE, ...texts, aws }));
  });

  test('keeps the key that its whole texts give: what differs beyond the cut are two findings', () => {
    const texts = { message: 'm', remedy: 'r' };
    const of = (end: string) => finding({ ...WHERE, ...texts, resource: `${'r'.repeat(5000)}${end}` });
    expect(of('a').key).not.toBe(of('b').key);
    expect(of('a').resource).toBe(of('b').resource);
  });
});

describe('statements to paste', () => {
  const json = (text: string) => JSON.parse(/^\[.*\](?= \()/s.exec(text)?.[0] ?? text) as readonly object[];
  const allow = (n: number, of = 'r') => ({
    Effect: 'Allow',
    Action: 'a:b',
    Resource: Array.from({ length: n }, (_, i) => `${of}${i}`),
  });

  test('are whole as long as a policy may be', () => {
    expect(pasteable(allow(100))).toBe(JSON.stringify(allow(100)));
  });

  test('leave out whole resources, and say how many', () => {
    const text = pasteable([allow(5000), allow(20)]);
    expect(json(text)).toEqual([allow(100), allow(20)]);
    expect(text).toContain('(and the same for 4900 more resources)');
  });

  test('then whole statements', () => {
    const text = pasteable(Array.from({ length: 500 }, (_, i) => allow(2, `${i}-${'x'.repeat(200)}`)));
    const shown = json(text).length;
    expect(shown).toBeGreaterThan(10);
    expect(text).toContain(`(and ${500 - shown} more statements, `);
    expect(byteLength(text)).toBeLessThan(21_000);
  });

  test('never leave out of a Deny or of a condition: what is left would mean something else', () => {
    const deny = { ...allow(5000), Effect: 'Deny' };
    const text = pasteable([allow(1), deny]);
    expect(json(text)).toEqual([allow(1)]);
    expect(pasteable(deny)).toMatch(/^\(1 more statements, \d+ bytes in all: more than a policy holds\)$/);
  });
});

describe('a job role that lacks everything', () => {
  const role: RoleFacts = {
    arn: `arn:aws:iam::${ANALYTICS}:role/data-jobs/data-lake-x`,
    tags: {},
    trust: '{}',
    policies: [],
    boundary: null,
  } as unknown as RoleFacts;
  const where = { account: ANALYTICS, region: REGION };
  const findingsOf = (policy: Policy, product: string | null, sources: readonly ReadSource[]) =>
    readingFindings(
      {
        ...where,
        policy,
        product,
        judge: roleJudge(policy, where.account),
        needs: sources.map((source) => needsOf(policy, where.account, where.region, source)),
      },
      role,
    );
  const adviceOf = (found: readonly Finding[]) => {
    const [one] = found.filter(({ cause }) => cause === 'role-lacks-permissions');
    if (one === undefined) throw new Error('no finding');
    expectBounded(one);
    const statements = JSON.parse(/\[\{.*\}\]/s.exec(one.remedy)?.[0] ?? '[]') as { Resource: string[] }[];
    return { one, resources: statements.flatMap(({ Resource }) => Resource), size: JSON.stringify(statements).length };
  };

  test.each(SCRIPTS)('on 10,000 tables with long names of %s: all of the database instead', (script) => {
    const tables = Array.from({ length: 10_000 }, (_, i) => longName(script, i, 255));
    const policy = policyOf();
    const [product] = policy.products;
    if (product === undefined) throw new Error('no product');
    const { one, resources, size } = adviceOf(findingsOf(policy, product.name, [{ ...product, tables }]));
    expect(resources).toContain(`arn:aws:glue:${REGION}:${FINANCE}:table/cur_org/*`);
    expect(resources).toContain(`arn:aws:glue:${REGION}:${ANALYTICS}:table/cur_org_linked/*`);
    expect(one.remedy).toContain('Lake Formation decides');
    expect(size).toBeLessThan(6144);
  });

  test('on as few tables as a policy holds: these, and nothing more', () => {
    const policy = policyOf({ products: { cur: productInput({ tables: ['a', 'b'] }) } });
    const [product] = policy.products;
    if (product === undefined) throw new Error('no product');
    const { one, resources } = adviceOf(findingsOf(policy, product.name, [product]));
    expect(resources).toContain(`arn:aws:glue:${REGION}:${FINANCE}:table/cur_org/a`);
    expect(one.remedy).not.toContain('table/cur_org/*');
    expect(one.remedy).not.toContain('Lake Formation decides');
  });

  test('on 3,000 databases that grants by tag reach: all databases of their account', () => {
    const source = (i: number): ReadSource => {
      const name = longName('Latin', i, 255);
      return { name: null, account: FINANCE, region: REGION, database: name, link: name, tables: 'all', storage: null };
    };
    const sources = Array.from({ length: 3000 }, (_, i) => source(i));
    const { resources, size } = adviceOf(findingsOf(policyOf(), null, sources));
    expect(resources).toContain(`arn:aws:glue:${REGION}:${FINANCE}:database/*`);
    expect(size).toBeLessThan(6144);
  });
});

test.each(SCRIPTS)(
  'an invitation that brings 5,000 foreign resources of %s: some named, the rest counted',
  (script) => {
    const [product] = policyOf().products;
    if (product === undefined) throw new Error('no product');
    const resources = Array.from({ length: 5000 }, (_, i) => {
      return `arn:aws:glue:${REGION}:${FINANCE}:table/${longName(script, i, 255)}/${longName(script, i + 1, 255)}`;
    });
    const invitation = { arn: 'i', shareArn: 's', shareName: longName(script, 1, 255), sender: FINANCE, at: 0 };
    const invitations = [{ ...invitation, receiver: ANALYTICS, status: 'PENDING' as const, resources }];
    const { findings } = assessAcceptance({
      account: ANALYTICS,
      region: REGION,
      products: [{ product, snapshot: null }],
      facts: known({ invitations, shares: [] }),
    });
    const left = findings.find(({ cause }) => cause === 'invitation-left-alone');
    if (left === undefined) throw new Error('no finding');
    expectBounded(left);
    expect(left.message).toMatch(/and 4995 more, which the policy does not name$|more characters$/);
    expect(left.remedy).toContain('reject-resource-share-invitation');
  },
);
