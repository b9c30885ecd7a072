import { describe, expect, test } from 'vitest';
import { assignTagsChange } from '#changes/tag-assignment/change.ts';
import type { TagRule } from '#contracts/policy.ts';
import { known, unknown } from '#core/observed.ts';
import { desiredTags } from '#core/tags/rules.ts';
import type { RuleWorld } from '#core/tags/types.ts';
import { explain, withReasons } from '#hops/tags/reasons.ts';
import { crawler, table, tagPolicy, worldOf } from '../../core/tags/builders.ts';

function explained(rules: readonly Partial<TagRule>[], one = table('orders_eu'), world: Partial<RuleWorld> = {}) {
  const policy = tagPolicy(...rules);
  const [desired] = desiredTags(policy, worldOf([one], world));
  return desired === undefined ? {} : explain(desired, policy.rules);
}

const none = { assign: { source: 'none' } };

test('one rule alone is told with its conditions', () => {
  const rule = { table: 'orders_*', prefix: { bucket: 'lake', prefix: 'orders_eu/' }, parameters: { p: 'x*' } };
  expect(explained([rule], table('orders_eu', { parameters: { p: 'xy' } }))).toEqual({
    source: 'tags.rules[0] (database kthr01, table orders_*, prefix s3://lake/orders_eu/, parameter p x*)',
  });
  expect(explained([{ database: null }])).toEqual({ source: 'tags.rules[0] (all of 111111111111)' });
});

describe('the rules that lost, and why', () => {
  const one = table('orders_eu', { parameters: { p: 'x', q: 'y', classification: 'csv' } });
  const lake = (prefix: string) => ({ prefix: { bucket: 'lake', prefix } });

  test.each<[Partial<TagRule>, Partial<TagRule>, string]>([
    [{ table: 'orders_eu' }, { table: 'orders_*' }, 'it names the table, the other a pattern of it'],
    [{ table: 'orders_eu' }, {}, 'it names the table, the other says nothing of it'],
    [{ table: 'orders_*' }, { table: 'o*' }, 'its pattern of the table has more characters of its own'],
    [{ classification: '*' }, {}, 'it gives a pattern of the classification, the other says nothing of it'],
    [lake('orders_eu/'), lake(''), 'its prefix is the longer'],
    [lake(''), {}, 'it names a prefix, the other none'],
    [{ parameters: { p: '*', q: '*' } }, { parameters: { p: 'x' } }, 'it asks for more parameters'],
    [{ parameters: { p: 'x' } }, { parameters: { p: 'x*' } }, 'it is more exact about parameters'],
    [{}, { database: 'kthr*' }, 'it names the database, the other a pattern of it'],
  ])('%j over %j: %s', (winner, loser, why) => {
    expect(explained([{ ...loser, ...none }, winner], one)).toEqual({
      source: `tags.rules[1]; over tags.rules[0] (none): ${why}`,
    });
  });

  test('several, one after another, and those that say the same', () => {
    expect(explained([{}, { table: 'o*', ...none }, { table: '*' }, { table: 'orders_eu' }])).toEqual({
      source: [
        'tags.rules[3]',
        'over tags.rules[0] which says the same: it names the table, the other says nothing of it',
        'over tags.rules[1] (none): it names the table, the other a pattern of it',
        'over tags.rules[2] which says the same: it names the table, the other a pattern of it',
      ].join('; '),
    });
    expect(explained([{ apply: 'only-if-absent' }, {}])).toEqual({
      source: 'tags.rules[1]; over tags.rules[0] which says the same: both are as specific, and it enforces',
    });
  });
});

test('a key that is left as it is, and why', () => {
  const unread = unknown({ code: 'Unreachable', message: 'throttled' });
  expect(explained([{ crawler: 'c' }, none], table('t'), { crawlers: unread })['source']).toContain(
    'could not be read',
  );
  const both = { crawlers: known([crawler('a', ''), crawler('b', '')]) };
  expect(explained([{ crawler: 'a' }, { crawler: 'b', ...none }], table('t'), both)).toEqual({
    source: 'left as it is: tags.rules[0] and tags.rules[1] are equally specific and disagree',
  });
});

test('an assignment says why of what it sets, and of columns written together each reason once', () => {
  const columns = { on: 'columns' as const, assign: { pii: 'true', zone: 'raw' } };
  const policy = tagPolicy({ ...columns, column: 'id' }, { ...columns, column: '*mail' }, { ...columns, column: 'to' });
  const desired = desiredTags(policy, worldOf([table('t', { columns: ['id', 'email', 'gmail', 'to'] })]));
  const change = {
    kind: 'assign-tags' as const,
    hop: 'tags' as const,
    account: '111111111111',
    region: 'ap-northeast-1',
    products: [],
    effect: 'widens' as const,
    database: 'kthr01',
    table: 't',
    columns: ['id', 'email', 'gmail'],
    tags: { pii: 'true' },
    had: {},
  };
  const [reasoned] = withReasons([change], desired, policy.rules);
  expect(reasoned?.why).toEqual({
    pii: 'tags.rules[0] (database kthr01, column id); tags.rules[1] (database kthr01, column *mail)',
  });
  expect(reasoned === undefined ? [] : assignTagsChange.reasons?.(reasoned)).toEqual([
    'pii=true by tags.rules[0] (database kthr01, column id); tags.rules[1] (database kthr01, column *mail)',
  ]);
});
