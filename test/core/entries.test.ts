/** Law 3: only what was absent before us, and stood by our doing, is ours. */

import { expect, test } from 'vitest';
import type { Action } from '#core/actions.ts';
import { intentOf, mayStand, recentOf, settled } from '#core/entries.ts';

const run = { policy: 'p', execution: 'e', at: 1 };
const where = { account: '222222222222', region: 'ap-northeast-1', products: ['cur'] };
const refused = { at: 2, trouble: { code: 'AccessDenied', message: 'no' } };
const grant = (had: readonly string[], permissions: readonly string[] = ['SELECT']): Action => ({
  ...where,
  kind: 'grant',
  hop: 'grants',
  effect: 'widens',
  had,
  grant: {
    principal: 'arn:aws:iam::222222222222:role/job',
    resource: { type: 'table', catalog: '111111111111', database: 'd', table: 't' },
    permissions,
    grantable: [],
  },
});
const link: Action = {
  ...where,
  kind: 'create-link',
  hop: 'link',
  effect: 'neutral',
  name: 'l',
  target: { catalog: '111111111111', database: 'd', region: 'ap-northeast-1' },
};

test('what was refused us and is there later is theirs', () => {
  const failed = settled(grant([]), intentOf(grant([]), run, undefined), refused, undefined);
  expect(intentOf(grant(['SELECT']), run, failed).before).toEqual({ SELECT: 'theirs' });
});

test('what an answer was lost about may be ours', () => {
  const lost = { at: 2, trouble: { code: 'Transient', message: 'cut' } };
  const unsure = settled(grant([]), intentOf(grant([]), run, undefined), lost, undefined);
  expect(intentOf(grant(['SELECT']), run, unsure).before).toEqual({ SELECT: 'absent' });
});

test('a link found there when we came to make it is theirs, unless an earlier try of ours may have made it', () => {
  const found = { at: 2, trouble: null, found: true };
  const intent = intentOf(link, run, undefined);
  expect(settled(link, intent, found, undefined).before).toEqual({ link: 'theirs' });
  expect(settled(link, intentOf(link, run, intent), found, intent).before).toEqual({ link: 'absent' });
});

test('a refusal to grant more leaves on record what was granted before, with the refusal', () => {
  const first = settled(grant([]), intentOf(grant([]), run, undefined), { at: 2, trouble: null }, undefined);
  const more = grant(['SELECT'], ['SELECT', 'INSERT']);
  const after = settled(more, intentOf(more, run, first), refused, first);
  expect(after).toMatchObject({ sent: first.sent, before: { SELECT: 'absent' }, error: { code: 'AccessDenied' } });
  expect(mayStand(after)).toBe(true);
});

test('a write is believed no longer than AWS may take to show it: a table dropped and made anew is granted again', () => {
  const done = settled(grant([]), intentOf(grant([]), run, undefined), { at: 0, trouble: null }, undefined);
  expect(recentOf([done], 19_999)).toEqual([done]);
  expect(recentOf([done], 60_000)).toEqual([]);
});
