/** What reading a product takes, by IAM, and what a role's own policies say of it. */

import type { Policy, Product } from '#contracts/policy.ts';
import type { RoleFacts } from '#core/facts.ts';
import type { Verdict } from '#core/iam/evaluate.ts';
import { asksWho, identityVerdicts, type Verdicts } from '#core/iam/identity-verdicts.ts';

/** Stands for a wildcard in what is judged, and becomes one again in what is advised. */
const ANY = 'any';

/** What a role is to read: a product, or (null) a database that its grants by tag reach, of whose storage nothing is told. */
export interface ReadSource extends Pick<Product, 'account' | 'region' | 'database' | 'tables' | 'link'> {
  readonly name: string | null;
  readonly storage: Pick<Product['storage'], 'access' | 'bucket' | 'prefix' | 'key'> | null;
}

export interface Need {
  readonly action: string;
  readonly resource: string;
}

/** Needs of one source, and under which prefix it is listed. */
export interface Needs {
  readonly all: readonly Need[];
  readonly prefix: string;
}

/** Catalog calls on both sides, Lake Formation's data access, and S3 and KMS where it doesn't vend. */
export function needsOf(policy: Policy, account: string, region: string, source: ReadSource): Needs {
  const glue = (owner: string, where: string, rest: string) => `arn:${policy.partition}:glue:${where}:${owner}:${rest}`;
  const reads = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'];
  const tables = tableNames(source);
  const database = (owner: string, where: string, name: string) => [
    glue(owner, where, 'catalog'),
    glue(owner, where, `database/${name}`),
    ...tables.map((table) => glue(owner, where, `table/${name}/${table}`)),
  ];
  const target = database(source.account, source.region, source.database);
  const link = source.account === account ? [] : database(account, region, source.link);
  const catalog = reads.flatMap((action) => [...target, ...link].map((resource) => ({ action, resource })));
  return {
    all: [{ action: 'lakeformation:GetDataAccess', resource: '*' }, ...catalog, ...storageNeeds(policy, source)],
    prefix: `${source.storage?.prefix ?? ''}${ANY}`,
  };
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
function tableNames(source: ReadSource): readonly string[] {
  if (source.tables === 'all') return [ANY];
  return [...new Set(source.tables.map((name) => name.replaceAll(/[*?]/g, ANY)))];
}

/** A need's resource as a policy is to name it. */
export function advised({ resource }: Need): string {
  return resource.replace(/(?<=\/)any$/, '*');
}

/** Judges an account's roles. Roles whose policies are the same, to the letter, are judged once. */
export type RoleJudge = (role: RoleFacts, prefix: string) => Verdicts;

/** @returns what judges the roles of an account; roles with the same policies are judged once. */
export function roleJudge(account: string): RoleJudge {
  const byPolicies = new Map<string, Map<string, Verdicts>>();
  const ofRole = new Map<RoleFacts, Map<string, Verdicts>>();
  const known = (role: RoleFacts): Map<string, Verdicts> => {
    const text = policiesText(role);
    const found = byPolicies.get(text) ?? new Map<string, Verdicts>();
    byPolicies.set(text, found);
    ofRole.set(role, found);
    return found;
  };
  return (role, prefix) => {
    const byPrefix = ofRole.get(role) ?? known(role);
    const verdicts = byPrefix.get(prefix) ?? verdictsFor(role, account, prefix);
    byPrefix.set(prefix, verdicts);
    return verdicts;
  };
}

/** What a role's verdicts follow from, as one text. */
function policiesText({ policies, boundary, arn, tags }: RoleFacts): string {
  const texts = [...(policies ?? []), boundary ?? ''];
  return JSON.stringify([policies, boundary, texts.some(asksWho) ? [arn, tags] : null]);
}

function verdictsFor(role: RoleFacts, account: string, prefix: string): Verdicts {
  return identityVerdicts({
    policies: role.policies ?? [],
    boundary: role.boundary,
    principal: { type: 'role', arn: role.arn, account, tags: role.tags },
    context: { 's3:prefix': prefix, 'aws:SecureTransport': 'true' },
  });
}

/** A need that is not surely met. */
export interface Unmet extends Need {
  readonly verdict: Exclude<Verdict, 'allowed'>;
}

/** @returns needs that a role's own policies deny, or can't be judged by; empty when it may do all. */
export function unmetNeeds(judge: RoleJudge, role: RoleFacts, sources: readonly Needs[]): readonly Unmet[] {
  const unmet: Unmet[] = [];
  for (const { all, prefix } of sources) {
    const verdicts = judge(role, prefix);
    for (const need of all) {
      const verdict = verdicts(need.action, need.resource);
      if (verdict !== 'allowed') unmet.push({ ...need, verdict });
    }
  }
  return unmet;
}
