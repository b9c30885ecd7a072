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
    id: 'AROAROLE',
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

  test('a tag counts however its key is spelled, as IAM compares; its value as it is (sec-3)', () => {
    const tagged = policyOf({
      products: { cur: productInput({ consumers: { link: 'l', jobRoles: [{ match: 'role/*lake*', proof: 'tag' }] } }) },
    });
    const [wanted] = tagged.products;
    if (wanted === undefined) throw new Error('no product');
    const kind = (tags: Record<string, string>) => admit(tagged, wanted, role('/', 'lake', { tags })).kind;
    expect(kind({ 'Onramp:Product': 'cur' })).toBe('admitted');
    expect(kind({ 'onramp:product': 'Cur' })).toBe('unproven');
    expect(kind({ 'Onramp:Product': 'cur', 'onramp:product': 'hr' })).toBe('unproven');
  });

  test('the trust of whoever matches is judged, proved or not (sec-1)', () => {
    const listed = policyOf({
      products: { cur: productInput({ consumers: { link: 'l', jobRoles: [{ match: 'role/*lake*', proof: 'tag' }] } }) },
    });
    const [wanted] = listed.products;
    if (wanted === undefined) throw new Error('no product');
    const open = { trust: trusting({ AWS: `arn:aws:iam::${ANALYTICS}:root` }) };
    expect(admit(listed, wanted, role('/', 'my-data-lake-thing', open)).kind).toBe('disproved');
    const foreign = JSON.stringify({ Statement: [{ ...glue, Principal: { Service: 'ec2.amazonaws.com' } }] });
    expect(admit(policy, product, role('/elsewhere/', 'data-lake-x', { trust: foreign })).kind).toBe('no-match');
    expect(admit(listed, wanted, role('/', 'data-lake-x', { trust: foreign })).kind).toBe('disproved');
  });

  test('whom AWS shows by an id alone is gone, and admits nobody (rep-15)', () => {
    const left = role('/data-jobs/', 'my-data-lake-job', { trust: trusting({ AWS: 'AROAEXAMPLEEXAMPLE123' }) });
    expect(admit(policy, product, left).kind).toBe('admitted');
  });
});
