/** Policies of any size: products of one producer for everybody, or each for a few of many consumers. */

import * as z from 'zod/mini';
import { type Policy, type PolicyDocument, PolicySchema } from '#contracts/policy.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';

export const REGION = 'ap-northeast-1';
export const PRODUCER = '111111111111';
export const ROLE_PATH = '/data-jobs/';

export interface Size {
  readonly accounts: number;
  readonly products: number;
  /** Consumers of each product; absent: all accounts. */
  readonly audience?: number;
}

/** The id of the nth consumer. */
export function accountId(index: number): string {
  return String(200_000_000_000 + index);
}

/** As the file has it, before the schema fills in anything. */
export function largeInput({ accounts, products, audience = accounts }: Size): Record<string, unknown> {
  const names = Array.from({ length: accounts }, (_, i) => `consumer-${i}`);
  const consumers = (i: number) => Array.from({ length: audience }, (_, j) => names[(i + j) % accounts]);
  const entries = Array.from({ length: products }, (_, i) => [`product-${i}`, product(i, consumers(i))] as const);
  return {
    version: 1,
    mode: 'enforce',
    organization: { id: 'o-a1b2c3d4e5', managementAccount: '999999999999' },
    hub: { account: '333333333333', region: REGION },
    accounts: { lake: PRODUCER, ...Object.fromEntries(names.map((name, i) => [name, accountId(i)])) },
    roleProof: { protectedPaths: [ROLE_PATH] },
    products: Object.fromEntries(entries),
  };
}

function product(index: number, accounts: readonly unknown[]): Record<string, unknown> {
  return {
    account: 'lake',
    database: `lake_${index}`,
    storage: { location: `s3://lake-${index}/data/` },
    audience: { accounts },
    consumers: { link: `lake_${index}_linked`, jobRoles: [{ match: `role${ROLE_PATH}*data-lake-*` }] },
  };
}

export function largeDocument(size: Size): PolicyDocument {
  return z.parse(PolicySchema, largeInput(size));
}

export function largePolicy(size: Size): Policy {
  const document = largeDocument(size);
  return resolvePolicy(document, policyHash(document));
}
