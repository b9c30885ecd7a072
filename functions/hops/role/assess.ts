/** Who is admitted as a job role, and whether the role's own policies suffice. Checked, never written: roles belong to their owners. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Admission } from '#core/admission.ts';
import { sortedSet } from '#core/collections.ts';
import type { RoleFacts } from '#core/facts.ts';
import { finding, listed, pasteable } from '#core/findings.ts';
import { evaluateIdentity, type Verdict } from '#core/iam/evaluate.ts';

/** A role that matches and is not admitted: one finding, whichever products its name matches. */
export function admissionFinding(
  where: { account: string; region: string },
  role: RoleFacts,
  judged: readonly { readonly product: Product; readonly admission: Admission }[],
): Finding | null {
  const refused = judged.flatMap(({ product, admission }) => ('why' in admission ? [{ product, ...admission }] : []));
  const worst =
    refused.find(({ kind }) => kind === 'disproved') ?? refused.find(({ kind }) => kind === 'undecided') ?? refused[0];
  if (worst === undefined) return null;
  const names = listed(refused.map(({ product }) => product.name));
  return finding({
    hop: 'role',
    state: worst.kind === 'undecided' ? 'unknown' : 'broken',
    ...REFUSALS[worst.kind],
    ...where,
    product: refused.length === 1 ? worst.product.name : null,
    principal: role.arn,
    resource: `role ${role.arn}`,
    message: `${role.arn} was not admitted to ${names}: ${worst.why}`,
  });
}

const REFUSALS = {
  unproven: {
    cause: 'role-without-proof',
    remedy:
      'If it is a job role, give it the proof the policy names (a role under the protected path, the tag, or its ARN in the list). If not, rename it: whoever may create a role must not thereby read the lake.',
  },
  disproved: {
    cause: 'role-trust-too-wide',
    remedy:
      'Let its trust policy admit Service: glue.amazonaws.com and nobody else; whoever else may assume it would read the lake with it. Until then it gets nothing, and where we manage the bucket policy it is denied by name.',
  },
  undecided: {
    cause: 'role-trust-not-decidable',
    remedy:
      "Let its trust policy admit Service: glue.amazonaws.com without conditions: what Glue passes as aws:SourceAccount and aws:SourceArn is not documented, so a condition on them can't be judged.",
  },
} as const;

/** Stands for a wildcard in what is judged, and becomes one again in what is advised. */
const ANY = 'any';

/** What a role is to read: a product, or (null) a database that its grants by tag reach, of whose storage nothing is told. */
export interface ReadSource extends Pick<Product, 'account' | 'region' | 'database' | 'tables' | 'link'> {
  readonly name: string | null;
  readonly storage: Pick<Product['storage'], 'access' | 'bucket' | 'prefix' | 'key'> | null;
}

interface Need {
  readonly action: string;
  readonly resource: string;
}

/** What reading takes, by IAM: catalog calls on both sides, Lake Formation's data access, and S3 and KMS where it doesn't vend. */
export function needs(policy: Policy, account: string, region: string, product: ReadSource): readonly Need[] {
  const glue = (owner: string, where: string, rest: string) => `arn:${policy.partition}:glue:${where}:${owner}:${rest}`;
  const reads = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'];
  const target = [
    glue(product.account, product.region, 'catalog'),
    glue(product.account, product.region, `database/${product.database}`),
    ...tableNames(product).map((table) => glue(product.account, product.region, `table/${product.database}/${table}`)),
  ];
  const link =
    product.account === account
      ? []
      : [
          glue(account, region, 'catalog'),
          glue(account, region, `database/${product.link}`),
          ...tableNames(product).map((table) => glue(account, region, `table/${product.link}/${table}`)),
        ];
  const catalog = reads.flatMap((action) => [...target, ...link].map((resource) => ({ action, resource })));
  return [{ action: 'lakeformation:GetDataAccess', resource: '*' }, ...catalog, ...storageNeeds(policy, product)];
}

function storageNeeds({ partition }: Policy, { storage }: ReadSource): readonly Need[] {
  // The registration role reads bucket and key then; with hybrid, whoever has not opted in reads by IAM.
  if (storage === null || storage.access === 'lake-formation') return [];
  const bucket = `arn:${partition}:s3:::${storage.bucket}`;
  const reads = [
    { action: 's3:GetObject', resource: `${bucket}/${storage.prefix}${ANY}` },
    { action: 's3:ListBucket', resource: bucket },
  ];
  return storage.key === null ? reads : [...reads, { action: 'kms:Decrypt', resource: storage.key }];
}

/** Tables by name where the policy names them; else any stands for all. */
function tableNames(product: ReadSource): readonly string[] {
  if (product.tables === 'all') return [ANY];
  return [...new Set(product.tables.map((name) => name.replaceAll(/[*?]/g, ANY)))];
}

/** Findings on what an admitted role's own policies lack, with the statement to add. */
export function roleFindings(
  policy: Policy,
  where: { account: string; region: string },
  product: ReadSource,
  role: RoleFacts,
): readonly Finding[] {
  return readingFindings(policy, where, [product], role);
}

/** The same of several sources that belong to one product, or to none: what a role lacks is one finding. */
export function readingFindings(
  policy: Policy,
  where: { account: string; region: string },
  sources: readonly ReadSource[],
  role: RoleFacts,
): readonly Finding[] {
  const base = {
    hop: 'role' as const,
    ...where,
    product: sources[0]?.name ?? null,
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
  const judged = sources.flatMap((source) =>
    needs(policy, where.account, where.region, source).map((need) => ({
      need,
      verdict: verdictFor(role, where.account, source, need),
    })),
  );
  return [...lacking(base, judged), ...undecided(base, judged)];
}

function verdictFor(role: RoleFacts, account: string, { storage }: ReadSource, need: Need): Verdict {
  const prefix = `${storage?.prefix ?? ''}any`;
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
type Base = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string | null; principal: string };

function lacking(base: Base, judged: Judged): readonly Finding[] {
  const missing = judged.filter((j) => j.verdict === 'denied').map((j) => j.need);
  if (missing.length === 0) return [];
  const actions = sortedSet(missing.map((m) => m.action));
  return [
    finding({
      ...base,
      state: 'broken',
      cause: 'role-lacks-permissions',
      message: `${base.principal} may not ${listed(actions)}`,
      remedy: `Add to the role's policy: ${pasteable(statementsFor(missing))}`,
    }),
  ];
}

/** One statement per service and kind of resource: actions must not meet resources they were not meant for. */
function statementsFor(missing: readonly Need[]): readonly object[] {
  const groups = Map.groupBy(missing, ({ action, resource }) => {
    const same = missing
      .filter((m) => m.action === action)
      .map((m) => m.resource)
      .sort();
    return JSON.stringify([action.split(':')[0], resource === '*' ? '*' : same]);
  });
  return [...groups.values()].map((group) => ({
    Effect: 'Allow',
    Action: sortedSet(group.map((m) => m.action)),
    Resource: sortedSet(group.map((m) => m.resource.replace(/(?<=\/)any$/, '*'))),
  }));
}

function undecided(base: Base, judged: Judged): readonly Finding[] {
  const open = sortedSet(judged.filter((j) => j.verdict === 'unknown').map((j) => j.need.action));
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

/** A principal that the policy's grants by tag name, and that is not there: nothing is granted to it meanwhile. */
export function principalMissing(where: { account: string; region: string }, principal: string): Finding {
  return finding({
    hop: 'role',
    state: 'broken',
    cause: 'principal-missing',
    ...where,
    principal,
    resource: `role ${principal}`,
    message: `the policy's grants by tag name ${principal}, which does not exist`,
    remedy: 'Create it, path included, or correct tags.grants. It is granted at the next run.',
  });
}

/** A product for which nobody is admitted: shared, linked, and read by no one. */
export function nobodyAdmitted(account: string, region: string, product: Product): Finding {
  const patterns = product.jobRoles.map((role) => `${role.match} (proof: ${role.proof})`).join(', ');
  return finding({
    hop: 'role',
    state: 'broken',
    cause: 'no-job-role',
    account,
    region,
    product: product.name,
    principal: patterns,
    resource: `job roles of ${account}`,
    message: `no role of ${account} matches ${patterns} with its proof`,
    remedy: `Create the job role there, or correct products.${product.name}.consumers.jobRoles. It is admitted at the next run.`,
  });
}
