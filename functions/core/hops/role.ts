/** Hop 11: who is admitted as a job role, and whether the role's own policies suffice. Checked, never written: roles belong to their owners. */

import { productTag } from '../../contracts/names.ts';
import type { Policy, Product } from '../../contracts/policy.ts';
import type { Finding } from '../actions.ts';
import type { RoleFacts } from '../facts.ts';
import { finding, listed, pasteable } from '../findings.ts';
import { evaluateIdentity, type Verdict } from '../iam/evaluate.ts';
import { matches } from '../iam/pattern.ts';
import { judgeTrust } from '../iam/trust.ts';

/** `no-match` roles are nobody's business; `unproven` and `disproved` are findings, never grants (law 8). */
export type Admission =
  | { readonly kind: 'no-match' }
  | { readonly kind: 'admitted' }
  | { readonly kind: 'unproven'; readonly why: string }
  | { readonly kind: 'disproved'; readonly why: string };

/** The part of an ARN that patterns are about: `role`, path and name. */
export function roleText(role: Pick<RoleFacts, 'path' | 'name'>): string {
  return `role${role.path}${role.name}`;
}

/** Whether a name is worth reading the role for. */
export function isCandidate(products: readonly Product[], role: Pick<RoleFacts, 'path' | 'name'>): boolean {
  return products.some((product) => product.jobRoles.some((wanted) => matches(wanted.match, roleText(role))));
}

export function admit(policy: Policy, product: Product, role: RoleFacts): Admission {
  const wanted = product.jobRoles.filter((w) => matches(w.match, roleText(role)));
  if (wanted.length === 0) return { kind: 'no-match' };
  const proven = wanted.some((w) => isProven(policy, product, role, w));
  if (!proven)
    return {
      kind: 'unproven',
      why: `its name matches ${wanted[0]?.match}, but ${missingProof(policy, product, wanted[0]?.proof ?? 'path')}`,
    };
  const trust = judgeTrust(role.trust, { partition: policy.partition });
  if (trust.others.length > 0)
    return { kind: 'disproved', why: `its trust policy also admits ${listed(trust.others)}` };
  if (trust.admitsGlue !== 'allowed')
    return { kind: 'disproved', why: `its trust policy does not admit glue.amazonaws.com (${trust.because})` };
  return { kind: 'admitted' };
}

function isProven(policy: Policy, product: Product, role: RoleFacts, wanted: Product['jobRoles'][number]): boolean {
  switch (wanted.proof) {
    case 'path':
      return policy.protectedPaths.some((path) => role.path.startsWith(path));
    case 'tag':
      return role.tags[productTag(policy.namespace)] === product.name;
    case 'listed':
      return wanted.match === roleText(role);
  }
}

function missingProof(policy: Policy, product: Product, proof: 'path' | 'tag' | 'listed'): string {
  switch (proof) {
    case 'path':
      return `it does not lie under a protected path (${listed(policy.protectedPaths)})`;
    case 'tag':
      return `it has no tag ${productTag(policy.namespace)}=${product.name}`;
    case 'listed':
      return 'it is not the listed role';
  }
}

/** A role that matches and is not admitted: one finding, whichever products its name matches. */
export function admissionFinding(
  where: { account: string; region: string },
  role: RoleFacts,
  judged: readonly { readonly product: Product; readonly admission: Admission }[],
): Finding | null {
  const refused = judged.filter(({ admission }) => admission.kind === 'unproven' || admission.kind === 'disproved');
  const worst = refused.find(({ admission }) => admission.kind === 'disproved') ?? refused[0];
  if (worst === undefined || !('why' in worst.admission)) return null;
  const { kind, why } = worst.admission;
  const names = listed(refused.map(({ product }) => product.name));
  return finding({
    hop: 'role',
    state: 'broken',
    cause: kind === 'unproven' ? 'role-without-proof' : 'role-trust-too-wide',
    ...where,
    product: refused.length === 1 ? worst.product.name : null,
    principal: role.arn,
    resource: `role ${role.arn}`,
    message: `${role.arn} was not admitted to ${names}: ${why}`,
    remedy: kind === 'unproven' ? GIVE_PROOF : NARROW_TRUST,
  });
}

const GIVE_PROOF =
  'If it is a job role, give it the proof the policy names (a role under the protected path, the tag, or its ARN in the list). If not, rename it: whoever may create a role must not thereby read the lake.';
const NARROW_TRUST =
  'Let its trust policy admit only Service: glue.amazonaws.com; whoever else may assume it would read the lake with it. Until then its producers deny it by name.';

interface Need {
  readonly action: string;
  readonly resource: string;
}

/** What reading takes, by IAM: catalog calls on both sides, Lake Formation's data access, and S3 and KMS where it doesn't vend. */
export function needs(policy: Policy, account: string, region: string, product: Product): readonly Need[] {
  const glue = (owner: string, where: string, rest: string) => `arn:${policy.partition}:glue:${where}:${owner}:${rest}`;
  const reads = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'];
  const target = [
    glue(product.account, product.region, 'catalog'),
    glue(product.account, product.region, `database/${product.database}`),
    glue(product.account, product.region, `table/${product.database}/any`),
  ];
  const link =
    product.account === account
      ? []
      : [glue(account, region, 'catalog'), glue(account, region, `database/${product.link}`)];
  const catalog = reads.flatMap((action) => [...target, ...link].map((resource) => ({ action, resource })));
  const bucket = `arn:${policy.partition}:s3:::${product.storage.bucket}`;
  const storage =
    product.storage.access === 'iam'
      ? [
          { action: 's3:GetObject', resource: `${bucket}/${product.storage.prefix}any` },
          { action: 's3:ListBucket', resource: bucket },
        ]
      : [];
  const key = product.storage.key === null ? [] : [{ action: 'kms:Decrypt', resource: product.storage.key }];
  return [{ action: 'lakeformation:GetDataAccess', resource: '*' }, ...catalog, ...storage, ...key];
}

/** Findings on what an admitted role's own policies lack, with the statement to add. */
export function roleFindings(
  policy: Policy,
  where: { account: string; region: string },
  product: Product,
  role: RoleFacts,
): readonly Finding[] {
  const base = {
    hop: 'role' as const,
    ...where,
    product: product.name,
    principal: role.arn,
    resource: `policies of ${role.arn}`,
  };
  if (role.policies === null) {
    return [
      finding({
        ...base,
        state: 'unknown',
        cause: 'not-readable',
        message: `the policies of ${role.arn} could not be read`,
        remedy: 'Nothing was changed; it is read again at the next run.',
      }),
    ];
  }
  const judged = needs(policy, where.account, where.region, product).map((need) => ({
    need,
    verdict: verdictFor(role, where.account, product, need),
  }));
  return [...lacking(base, judged), ...undecided(base, judged)];
}

function verdictFor(role: RoleFacts, account: string, product: Product, need: Need): Verdict {
  const prefix = `${product.storage.prefix}any`;
  return evaluateIdentity({
    policies: role.policies ?? [],
    boundary: role.boundary,
    request: {
      principal: { type: 'role', arn: role.arn, account, tags: role.tags },
      action: need.action,
      resource: need.resource,
      context: { 's3:prefix': prefix, 'aws:SecureTransport': 'true' },
    },
  }).verdict;
}

type Judged = readonly { readonly need: Need; readonly verdict: Verdict }[];
type Base = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string; principal: string };

function lacking(base: Base, judged: Judged): readonly Finding[] {
  const missing = judged.filter((j) => j.verdict === 'denied').map((j) => j.need);
  if (missing.length === 0) return [];
  const actions = [...new Set(missing.map((m) => m.action))].sort();
  const statement = {
    Effect: 'Allow',
    Action: actions,
    Resource: [...new Set(missing.map((m) => m.resource.replace(/any$/, '*')))].sort(),
  };
  return [
    finding({
      ...base,
      state: 'broken',
      cause: 'role-lacks-permissions',
      message: `${base.principal} may not ${listed(actions)}`,
      remedy: `Add to the role's policy: ${pasteable(statement)}`,
    }),
  ];
}

function undecided(base: Base, judged: Judged): readonly Finding[] {
  const open = [...new Set(judged.filter((j) => j.verdict === 'unknown').map((j) => j.need.action))].sort();
  if (open.length === 0) return [];
  return [
    finding({
      ...base,
      state: 'unknown',
      cause: 'role-not-decidable',
      message: `whether ${base.principal} may ${listed(open)} depends on conditions that can't be judged from here`,
      remedy: "Nothing to do if the job reads. If it doesn't, look at the conditions of the role's policies.",
    }),
  ];
}
