/** Builders of policy documents for tests: the smallest that means something, and one change at a time. */

import * as z from 'zod/mini';
import { type Policy, type PolicyDocument, PolicySchema } from '#contracts/policy.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';

export const FINANCE = '111111111111';
export const ANALYTICS = '222222222222';
export const HUB = '333333333333';
export const REGION = 'ap-northeast-1';

export interface ProductInput {
  [key: string]: unknown;
}

export function productInput(changes: ProductInput = {}): ProductInput {
  return {
    account: 'finance-lake',
    database: 'cur_org',
    storage: { location: 's3://cur-export/cur/' },
    audience: { accounts: ['analytics'] },
    consumers: { link: 'cur_org_linked', jobRoles: [{ match: 'role/data-jobs/*data-lake-*' }] },
    ...changes,
  };
}

export function documentInput(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 1,
    organization: { id: 'o-a1b2c3d4e5', managementAccount: '999999999999' },
    hub: { account: HUB, region: REGION },
    accounts: { 'finance-lake': FINANCE, analytics: ANALYTICS },
    roleProof: { protectedPaths: ['/data-jobs/'] },
    products: { cur: productInput() },
    ...changes,
  };
}

/** A document as the schema leaves it: defaults filled in, which are one object for all documents, and a copy here. */
export function documentOf(changes: Record<string, unknown> = {}): PolicyDocument {
  return structuredClone(z.parse(PolicySchema, documentInput(changes)));
}

export function policyOf(changes: Record<string, unknown> = {}): Policy {
  const document = documentOf(changes);
  return resolvePolicy(document, policyHash(document));
}
