import { describe, expect, test } from 'vitest';
import { admit } from '#core/admission.ts';
import type { RoleFacts } from '#core/facts.ts';
import { ANALYTICS, policyOf, productInput } from './policy/documents.ts';

const policy = policyOf();
const [product] = policy.products;
if (product === undefined) throw new Error('no product');

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
});
