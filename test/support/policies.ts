/** Policies for template tests: resolved by hand, so that these tests fail for the templates' sake only. */

import type { Policy, PolicyDocument, Product, TagPolicy } from '#contracts/policy.ts';
import { PolicySchema } from '#contracts/policy.ts';

export const HUB = '333333333333';
export const PRODUCER = '111111111111';
export const CONSUMER = '222222222222';
export const ORGANIZATION = 'o-a1b2c3d4e5';

export interface PolicyOptions {
  readonly namespace?: string;
  readonly region?: string;
  readonly partition?: string;
  readonly consumers?: readonly string[];
  readonly key?: string | null;
  readonly debounce?: number;
  readonly reconcile?: Policy['reconcile'];
  readonly tags?: TagPolicy;
  /** Parts of the organization that the product is for, too. */
  readonly parts?: readonly string[];
}

/** One product of `PRODUCER` for the given consumers. */
export function samplePolicy(options: PolicyOptions = {}): { document: PolicyDocument; policy: Policy } {
  const { namespace = 'onramp', region = 'ap-northeast-1', partition = 'aws', consumers = [CONSUMER] } = options;
  const accounts = [
    { name: 'finance-lake', id: PRODUCER },
    ...consumers.map((id, index) => ({ name: `consumer-${index}`, id })),
  ];
  const document = PolicySchema.parse({
    version: 1,
    namespace,
    mode: 'enforce',
    organization: { id: ORGANIZATION, managementAccount: '999999999999' },
    hub: { account: HUB, region },
    accounts: Object.fromEntries(accounts.map(({ name, id }) => [name, id])),
    debounce: options.debounce ?? 60,
    alerts: { email: ['data-platform@example.com'] },
  });
  const policy: Policy = {
    hash: 'a'.repeat(64),
    namespace,
    mode: 'enforce',
    partition,
    organization: document.organization,
    hub: document.hub,
    accounts,
    parts: options.parts ?? [],
    members: [],
    wholes: [],
    departed: [],
    settings: document.settings,
    protectedPaths: ['/data-jobs/'],
    products: [{ ...product(region, consumers, options.key ?? null), parts: options.parts ?? [] }],
    tags: options.tags ?? null,
    dataLocations: [],
    limits: document.limits,
    reconcile:
      options.reconcile === undefined
        ? { expression: 'rate(1 hour)', shortestGap: 60, longestGap: 60 }
        : options.reconcile,
    retention: document.retention,
    debounce: document.debounce,
    alerts: document.alerts,
  };
  return { document, policy };
}

function product(region: string, audience: readonly string[], key: string | null): Product {
  return {
    name: 'cur',
    mode: 'enforce',
    account: PRODUCER,
    region,
    database: 'cur_org',
    tables: 'all',
    exposure: 'report',
    storage: {
      bucket: 'cur-export',
      prefix: 'cur/',
      account: PRODUCER,
      access: 'iam',
      key,
      bucketPolicy: 'manage',
    },
    audience,
    parts: [],
    wholes: [],
    link: 'cur_org_linked',
    jobRoles: [{ match: 'role/data-jobs/*', proof: 'path' }],
    permissions: ['SELECT', 'DESCRIBE'],
  };
}
