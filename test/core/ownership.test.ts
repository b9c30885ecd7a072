/** Law 3: only what was absent before us, and stood by our doing, is ours. */

import { expect, test } from 'vitest';
import type { GrantChange } from '#changes/grant/change.ts';
import type { CreateLink } from '#changes/link/change.ts';
import { mayStand, recentOf } from '#core/ownership.ts';
import { confirmedFor, intentFor, settledFor } from '../support/recorded.ts';

const where = { account: '222222222222', region: 'ap-northeast-1', products: ['cur'] };
const refused = { trouble: { code: 'AccessDenied', message: 'no' } };
const grant = (had: readonly string[], permissions: readonly string[] = ['SELECT']): GrantChange => ({
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
const link: CreateLink = {
  ...where,
  kind: 'create-link',
  hop: 'link',
  effect: 'neutral',
  name: 'l',
  target: { catalog: '111111111111', database: 'd', region: 'ap-northeast-1' },
};

test('what was refused us and is there later is theirs', () => {
  const failed = settledFor(grant([]), intentFor(grant([])), refused);
  expect(intentFor(grant(['SELECT']), {}, failed).before).toEqual({ SELECT: 'theirs' });
});

test('what an answer was lost about may be ours', () => {
  const lost = { trouble: { code: 'Transient', message: 'cut' } };
  const unsure = settledFor(grant([]), intentFor(grant([])), lost);
  expect(intentFor(grant(['SELECT']), {}, unsure).before).toEqual({ SELECT: 'absent' });
});

test('a link found there when we came to make it is theirs, unless an earlier try of ours may have made it', () => {
  const intent = intentFor(link);
  expect(settledFor(link, intent, { found: true }).before).toEqual({ link: 'theirs' });
  expect(settledFor(link, intentFor(link, {}, intent), { found: true }, intent).before).toEqual({ link: 'absent' });
});

test('a refusal to grant more leaves on record what was granted before, with the refusal', () => {
  const first = confirmedFor(grant([]));
  const more = grant(['SELECT'], ['SELECT', 'INSERT']);
  const after = settledFor(more, intentFor(more, {}, first), refused, first);
  expect(after).toMatchObject({ sent: first.sent, before: { SELECT: 'absent' }, error: { code: 'AccessDenied' } });
  expect(mayStand(after)).toBe(true);
});

test('a write is believed no longer than AWS may take to show it: a table dropped and made anew is granted again', () => {
  const done = settledFor(grant([]), intentFor(grant([])), { at: 0 });
  expect(recentOf([done], 19_999)).toEqual([done]);
  expect(recentOf([done], 60_000)).toEqual([]);
});
