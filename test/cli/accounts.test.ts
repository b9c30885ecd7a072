import { expect, test } from 'vitest';
import { accountCalled } from '../../functions/cli/accounts.ts';
import { samplePolicy } from '../support/policies.ts';

test('twelve digits are only ever an id, whatever another account is called', () => {
  const { policy } = samplePolicy();
  const accounts = [
    { name: '888888888888', id: '777777777777' },
    { name: 'meant', id: '888888888888' },
  ];
  const called = (name: string) => accountCalled({ ...policy, accounts }, name).name;
  expect(called('888888888888')).toBe('meant');
  expect(called('777777777777')).toBe('888888888888');
});
