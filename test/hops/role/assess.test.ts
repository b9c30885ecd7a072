import { expect, test } from 'vitest';
import { nobodyAdmitted } from '#hops/role/assess.ts';
import { ANALYTICS, policyOf, REGION } from '../../core/policy/documents.ts';

const [product] = policyOf().products;
if (product === undefined) throw new Error('no product');

test('nobody at all is a finding that names the pattern', () => {
  expect(nobodyAdmitted(ANALYTICS, REGION, product)).toMatchObject({
    cause: 'no-job-role',
    principal: expect.stringContaining('role/data-jobs/*data-lake-*'),
  });
});
