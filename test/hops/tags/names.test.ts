import { describe, expect, test } from 'vitest';
import type { Finding } from '#contracts/findings.ts';
import { known } from '#core/observed.ts';
import { runnerFindings, tagNameFindings } from '#hops/tags/names.ts';
import { FINANCE, REGION } from '../../core/policy/documents.ts';
import { table, tagPolicy, worldOf } from '../../core/tags/builders.ts';

const resources = (found: readonly Finding[]) => found.map(({ resource }) => resource);

test('a column is there however Glue spells it', () => {
  const policy = tagPolicy({ table: 'orders', column: 'email', on: 'columns' });
  const spelled = (column: string) => tagNameFindings(policy, worldOf([table('orders', { columns: [column] })]));
  expect(spelled('Email')).toEqual([]);
  expect(resources(spelled('mail'))).toEqual([`column email of table orders in ${FINANCE}/kthr01`]);
});

describe('a crawler that is not there is told once, however many databases rules name it for (law 5)', () => {
  const catalog = { account: FINANCE, region: REGION, crawlers: known([]), workflows: known([]) };
  const missing = `crawler gone of ${FINANCE}`;

  test('with the first of them', () => {
    const policy = tagPolicy({ crawler: 'gone', database: 'b' }, { crawler: 'gone', database: 'a' });
    const told = (database: string) => resources(tagNameFindings(policy, worldOf([], { database })));
    expect(told('a')).toEqual([missing]);
    expect(told('b')).toEqual([]);
    expect(runnerFindings(policy, catalog)).toEqual([]);
  });

  test('with the catalog where a rule leaves the database open, and with what it means for tables', () => {
    const policy = tagPolicy({ crawler: 'gone' }, { crawler: 'gone', database: null });
    expect(tagNameFindings(policy, worldOf([]))).toEqual([]);
    const [found, ...more] = runnerFindings(policy, catalog);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ cause: 'tag-rule-matches-nothing', resource: missing });
    expect(found?.message).toContain('tags.rules[0], tags.rules[1]');
    expect(found?.remedy).toContain('keeps the tags it has');
  });

  test('and one that is only a pattern is not missed', () => {
    expect(runnerFindings(tagPolicy({ crawler: 'gone*', database: null }), catalog)).toEqual([]);
    expect(tagNameFindings(tagPolicy({ crawler: 'gone*' }), worldOf([table('orders')]))).toEqual([]);
  });
});
