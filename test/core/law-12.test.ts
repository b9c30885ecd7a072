/**
 * Law 12: what others can choose proves nothing. Names, paths, tags, trust policies and sessions are made up; what our
 * documents then let in is asked of the lake's evaluator, which knows nothing of ours.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConsumerRecord } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import { admit } from '#core/admission.ts';
import { mergedBucketPolicy, readsByIam, sharersOf } from '#core/bucket-policy.ts';
import type { RoleFacts } from '#core/facts.ts';
import { statementsIn } from '#core/iam/allowed.ts';
import { matches } from '#core/iam/pattern.ts';
import { readersOf } from '#core/named-readers.ts';
import { known } from '#core/observed.ts';
import { bucketStatements, keyStatements, NO_READERS, type Readers } from '#core/storage-statements.ts';
import type { Question } from '#engine/hop.ts';
import { role as roleHop } from '#hops/role/index.ts';
import type { Caller } from '../../infra/local/lake/caller.ts';
import { buildContext } from '../../infra/local/lake/iam/context.ts';
import { evaluate } from '../../infra/local/lake/iam/evaluate.ts';
import { policyOf, productInput } from './policy/documents.ts';

const FINANCE = '111111111111';
const CONSUMERS = ['222222222222', '444444444444'];
const NAMES = ['analytics', 'marketing'];
const STRANGER = '555555555555';
const PREFIXES = ['cur', 'sales', 'cur/deep'];
const KEY = `arn:aws:kms:ap-northeast-1:${FINANCE}:key/11111111-2222-3333-4444-555555555555`;

const glue = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
const trusting = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const TRUSTS = [
  trusting(glue),
  trusting(glue, { ...glue, Principal: { AWS: 'AROAGONEGONEGONE12345' } }),
  trusting(glue, {
    ...glue,
    Principal: { AWS: `arn:aws:iam::${CONSUMERS[0]}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }),
  trusting({ ...glue, Principal: { Service: 'ec2.amazonaws.com' } }),
  trusting({ ...glue, Principal: { AWS: 'AROAGONEGONEGONE12345' } }),
  trusting({ ...glue, Condition: { StringEquals: { 'aws:SourceAccount': CONSUMERS[0] } } }),
];

const PATHS = [
  '/',
  '/data-jobs/',
  '/data-jobs/team/',
  '/x/data-jobs/',
  '/x:role/data-jobs/',
  '/Data-Jobs/',
  '/*/',
  '/$\u007baws:username}/',
  '/data-jobs/?/',
];
const ROLES = ['data-lake-x', 'my-data-lake-job', 'reporting', 'DATA-LAKE-x'];
const MATCHES = ['role/*data-lake-*', 'role/data-jobs/*', 'role/*', 'role/data-jobs/?*/data-lake-?'];
const TAG_KEYS = ['onramp:product', 'Onramp:Product', 'ONRAMP:PRODUCT', 'onramp:product ', 'team'];
const VALUES = ['p0', 'p1', 'P0', '*', ''];

const tags = fc.dictionary(fc.constantFrom(...TAG_KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });
const roles = fc
  .uniqueArray(
    fc.record({
      account: fc.constantFrom(...CONSUMERS, STRANGER),
      path: fc.constantFrom(...PATHS),
      name: fc.constantFrom(...ROLES),
      trust: fc.constantFrom(...TRUSTS),
      tags,
    }),
    { minLength: 1, maxLength: 6, selector: ({ account, name }) => `${account} ${name.toLowerCase()}` },
  )
  .map((found) => found.map((one, i) => roleOf(one, i)));

interface Made {
  readonly account: string;
  readonly path: string;
  readonly name: string;
  readonly trust: string;
  readonly tags: Readonly<Record<string, string>>;
}

function roleOf({ account, path, name, ...more }: Made, i: number): RoleFacts & { readonly account: string } {
  const arn = `arn:aws:iam::${account}:role${path}${name}`;
  return { ...more, account, path, name, arn, id: `AROA${String(i).padStart(17, 'A')}`, policies: [], boundary: null };
}

const jobRole = fc.oneof(
  fc.record({ match: fc.constantFrom(...MATCHES), proof: fc.constantFrom('path' as const, 'tag' as const) }),
  fc
    .record({
      account: fc.constantFrom(...CONSUMERS),
      path: fc.constantFrom(...PATHS),
      name: fc.constantFrom(...ROLES),
    })
    .map(({ account, path, name }) => ({
      match: `arn:aws:iam::${account}:role${path}${name}`,
      proof: 'listed' as const,
    })),
);
const products = fc.array(
  fc.record({
    prefix: fc.constantFrom(...PREFIXES),
    accounts: fc.subarray(NAMES, { minLength: 1 }),
    jobRoles: fc.array(jobRole, { minLength: 1, maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const policies: fc.Arbitrary<Policy> = fc
  .record({ products, paths: fc.subarray(['/data-jobs/', '/x/data-jobs/'], { minLength: 1 }), outside: fc.boolean() })
  .map(({ products: list, paths, outside }) =>
    policyOf({
      mode: 'enforce',
      accounts: {
        'finance-lake': FINANCE,
        analytics: CONSUMERS[0],
        marketing: outside ? { id: CONSUMERS[1], external: true } : CONSUMERS[1],
      },
      roleProof: { protectedPaths: paths },
      products: Object.fromEntries(
        list.map(({ prefix, accounts, jobRoles }, i) => [
          `p${i}`,
          productInput({
            database: `db_${i}`,
            storage: { location: `s3://lake/${prefix}/`, key: KEY, bucketPolicy: 'manage' },
            audience: { accounts },
            consumers: { jobRoles },
          }),
        ]),
      ),
    }),
  );

/** What a session of a role asks for: its own tags are whatever whoever assumed the role wrote. */
interface Asked {
  readonly role: RoleFacts & { readonly account: string };
  readonly session: Readonly<Record<string, string>>;
  readonly action: 's3:GetObject' | 's3:ListBucket' | 'kms:Decrypt';
  readonly key: string;
}

function letsIn(policy: Policy, text: string | null, { role, session, action, key }: Asked): boolean {
  const caller: Caller = {
    kind: 'role',
    account: role.account,
    arn: role.arn,
    sessionArn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/any`,
    tags: session,
  };
  const resource = {
    's3:GetObject': `arn:aws:s3:::lake/${key}`,
    's3:ListBucket': 'arn:aws:s3:::lake',
    'kms:Decrypt': KEY,
  }[action];
  const context = {
    's3:GetObject': {},
    's3:ListBucket': { 's3:prefix': key },
    'kms:Decrypt': { 'kms:ViaService': 's3.ap-northeast-1.amazonaws.com' },
  }[action];
  const identity = { ...role, kind: 'role' as const, policies: [], boundary: '', maxSessionSeconds: 3600 };
  const isOutside = policy.accounts.some(({ id, external }) => id === role.account && external === true);
  const organization = isOutside ? undefined : { id: policy.organization.id, path: undefined };
  const question = { caller, action, resource, resourceAccount: FINANCE, context };
  const everything = trusting({ Effect: 'Allow', Action: '*', Resource: '*' });
  const parties = {
    identity,
    organization,
    owner: FINANCE,
    ownerOrganization: { id: policy.organization.id, path: undefined },
  };
  const { effect } = evaluate({
    ...{ caller, action, resource, sameAccount: false, resourceMustAllow: action === 'kms:Decrypt' },
    context: buildContext(question, parties, 0),
    ...{ identity: [everything], boundary: undefined, session: undefined, resourcePolicy: text ?? undefined },
  });
  return effect === 'allowed';
}

/** Sessions and keys that may be asked with: each role in the clothes of each product. */
function* questions(policy: Policy, all: readonly Asked['role'][], session: Asked['session']): Generator<Asked> {
  const disguises = [{}, session, ...policy.products.map(({ name }) => ({ 'onramp:product': name }))];
  for (const role of all) {
    for (const disguise of disguises) {
      for (const key of [...PREFIXES.map((prefix) => `${prefix}/x`), 'other/x', 'curious/x'])
        for (const action of ['s3:GetObject', 's3:ListBucket'] as const) yield { role, session: disguise, action, key };
      yield { role, session: disguise, action: 'kms:Decrypt', key: '' };
    }
  }
}

/** Products whose bytes, or key, this is about. */
function about(policy: Policy, { action, key }: Asked): readonly Product[] {
  return policy.products.filter(({ storage }) => action === 'kms:Decrypt' || key.startsWith(storage.prefix));
}

interface Documents {
  readonly bucket: string | null;
  readonly key: string | null;
}

/** What the runs of all databases write, twice, as far as they know the consumers. */
function written(policy: Policy, recordsOf: () => readonly ConsumerRecord[]): Documents {
  let bucket: string | null = null;
  const records = recordsOf();
  const told = (list: readonly Product[]): Readers => {
    const accounts = new Set(list.flatMap(({ audience }) => audience));
    return readersOf(
      list,
      records.filter(({ account }) => accounts.has(account)),
    );
  };
  const readable = policy.products.filter(readsByIam);
  for (const product of [...readable, ...readable]) {
    const readers = told([product, ...sharersOf(policy, [product])]);
    const statements = bucketStatements(policy, [product], readers);
    const part = { bucket: 'lake', products: [product.name], statements, readers };
    const sids: ReadonlySet<string> = new Set(statementsIn(bucket, () => true).map(({ Sid }) => Sid));
    bucket = mergedBucketPolicy(policy, part, bucket, sids).text;
  }
  const key = keyStatements(policy, readable, records.length === 0 ? NO_READERS : told(readable));
  return { bucket, key: JSON.stringify({ Version: '2012-10-17', Statement: key }) };
}

/** What each consumer's own run records of its roles. */
function recorded(policy: Policy, all: readonly Asked['role'][]): readonly ConsumerRecord[] {
  return CONSUMERS.map((account) => {
    const scope = { half: 'onboard' as const, account, region: policy.hub.region };
    const own = known(all.filter((one) => one.account === account));
    const observed = { roles: own } as unknown as Parameters<NonNullable<typeof roleHop.record>>[0];
    const part = roleHop.record?.(observed, { policy, scope } as unknown as Question<typeof scope>, null);
    return { ...scope, fingerprints: {}, disproved: [], at: 0, ...part };
  });
}

const document = (documents: Documents, { action }: Asked) =>
  action === 'kms:Decrypt' ? documents.key : documents.bucket;

test('before a run: whoever is let in lies within a pattern and a protected path, in an account the product is for', () => {
  fc.assert(
    fc.property(policies, roles, tags, (policy, all, session) => {
      const documents = written(policy, () => []);
      for (const asked of questions(policy, all, session)) {
        if (!letsIn(policy, document(documents, asked), asked)) continue;
        const { role } = asked;
        const within = about(policy, asked).some(
          ({ jobRoles, audience }) =>
            audience.includes(role.account) &&
            jobRoles.some(({ match, proof }) => proof === 'path' && matches(match, `role${role.path}${role.name}`)) &&
            policy.protectedPaths.some((path) => role.path.startsWith(path)),
        );
        expect(within, JSON.stringify(asked)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('after it: those let in are those admitted, whatever a session says of itself', () => {
  let [admittedSeen, refusedSeen] = [0, 0];
  fc.assert(
    fc.property(policies, roles, tags, (policy, all, session) => {
      const documents = written(policy, () => recorded(policy, all));
      for (const asked of questions(policy, all, session)) {
        const { role } = asked;
        const admissions = about(policy, asked)
          .filter(({ audience }) => audience.includes(role.account))
          .map((product) => admit(policy, product, role).kind);
        // Only Glue may assume it, and whether it may can't be told: nobody is the wiser for it.
        if (admissions.includes('undecided')) continue;
        const isAdmitted = admissions.includes('admitted');
        if (isAdmitted) admittedSeen++;
        else refusedSeen++;
        expect(letsIn(policy, document(documents, asked), asked), JSON.stringify(asked)).toBe(isAdmitted);
      }
    }),
    { numRuns: 300 },
  );
  // Both kinds are among what was asked.
  expect(admittedSeen).toBeGreaterThan(100);
  expect(refusedSeen).toBeGreaterThan(100);
});
