/** What reading a product takes, by IAM, and what a role's own policies say of it. */

import { arnParts } from '#contracts/arn.ts';
import { domainOf } from '#contracts/names.ts';
import type { Catalog, Policy, Product } from '#contracts/policy.ts';
import { uniqueBy } from '#core/collections.ts';
import type { RoleFacts } from '#core/facts.ts';
import { type AccessRequest, evaluateIdentity, type Principal, type Verdict } from '#core/iam/evaluate.ts';
import { asksWho, type Identity, identityVerdicts, type Verdicts } from '#core/iam/identity-verdicts.ts';
import type { LinkSource } from '#core/links.ts';
import { isPattern } from '#core/policy/patterns.ts';
import { accountWithId } from '#core/policy-index.ts';
import { isExternal } from '#core/selectors.ts';

/** Stands for a wildcard in what is judged, and becomes one again in what is advised. */
const ANY = 'any';

/** What a role is to read: a product, or (null) a database that its grants by tag reach, of whose storage nothing is told. */
export interface ReadSource extends Pick<Product, 'account' | 'region' | 'database' | 'tables' | 'link'> {
  readonly name: string | null;
  readonly storage: Pick<Product['storage'], 'access' | 'account' | 'bucket' | 'prefix' | 'key'> | null;
}

/** One request that reading makes, whoever reads. */
export type Need = Omit<AccessRequest, 'principal'>;

/** Needs of one source, and under which prefix it is listed. */
export interface Needs {
  readonly all: readonly Need[];
  readonly prefix: string;
}

/** Who reads as which account, and where. */
interface Reading {
  readonly policy: Policy;
  readonly account: string;
  readonly source: ReadSource;
}

/** Catalog calls on both sides, Lake Formation's data access, and S3 and KMS where it doesn't vend. */
export function needsOf(policy: Policy, account: string, region: string, source: ReadSource): Needs {
  const target = catalogNeeds(policy, { account: source.account, region: source.region }, source.database, source);
  const link = source.account === account ? [] : catalogNeeds(policy, { account, region }, source.link, source);
  const catalog = READS.flatMap((action) => [...target, ...link].map((need) => ({ ...need, action })));
  const access = { action: 'lakeformation:GetDataAccess', resource: '*', context: ownedBy(policy, account) };
  return {
    all: [access, ...catalog, ...storageNeeds({ policy, account, source })],
    prefix: `${source.storage?.prefix ?? ''}${ANY}`,
  };
}

/** The same of a database that grants by tag reach, by its link. */
export function linkNeeds(policy: Policy, { account, region }: Catalog, source: LinkSource): Needs {
  return needsOf(policy, account, region, { ...source, tables: 'all', storage: null });
}

const READS = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'];

/** A database of a catalog with its tables, whatever is asked of them. */
function catalogNeeds(
  policy: Policy,
  { account, region }: Catalog,
  database: string,
  source: ReadSource,
): readonly Omit<Need, 'action'>[] {
  const arn = (rest: string) => `arn:${policy.partition}:glue:${region}:${account}:${rest}`;
  const context = ownedBy(policy, account);
  const tables = tablesOf(source).map((table) => {
    const all = isPattern(table) ? { all: arn(`table/${database}/${table}`) } : {};
    return { resource: arn(`table/${database}/${table.replaceAll(/[*?]/g, ANY)}`), ...all };
  });
  return [
    { resource: arn('catalog'), context },
    { resource: arn(`database/${database}`), context },
    ...uniqueBy(tables, ({ resource, all = resource }) => all).map((table) => ({ ...table, context })),
  ];
}

/** By name or pattern. */
function tablesOf({ tables }: ReadSource): readonly string[] {
  return tables === 'all' ? ['*'] : tables;
}

function storageNeeds({ policy, account, source }: Reading): readonly Need[] {
  const { storage, region } = source;
  // The registration role reads bucket and key then; with hybrid, whoever has not opted in reads by IAM.
  if (storage === null || storage.access === 'lake-formation') return [];
  return storeNeeds(policy, { reader: account, region, storage });
}

export interface StoreReading {
  /** Id of the reader's account. */
  readonly reader: string;
  readonly region: string;
  readonly storage: Pick<Product['storage'], 'account' | 'bucket' | 'prefix' | 'key'>;
}

/** Objects under a prefix, read and listed, and decrypted where there is a key. */
export function storeNeeds(policy: Policy, { reader, region, storage }: StoreReading): readonly Need[] {
  const { bucket, prefix, key } = storage;
  const arn = `arn:${policy.partition}:s3:::${bucket}`;
  const context = { ...ownedBy(policy, storage.account), 's3:ResourceAccount': storage.account };
  const reads: readonly Need[] = [
    { action: 's3:GetObject', resource: `${arn}/${prefix}${ANY}`, all: `${arn}/${prefix}*`, context },
    { action: 's3:ListBucket', resource: arn, context: { ...context, 's3:prefix': `${prefix}${ANY}` } },
  ];
  if (key === null) return reads;
  const throughS3 = {
    ...ownedBy(policy, arnParts(key)?.account ?? storage.account),
    'kms:ViaService': `s3.${region}.${domainOf(region)}`,
    'kms:CallerAccount': reader,
  };
  return [...reads, { action: 'kms:Decrypt', resource: key, context: throughS3 }];
}

/** What a request to something of this account carries. Of accounts that the policy does not name nothing is known. */
function ownedBy(policy: Policy, account: string): Readonly<Record<string, string>> {
  const isMember = accountWithId(policy, account) !== undefined && !isExternal(policy, account);
  return {
    'aws:SecureTransport': 'true',
    'aws:ResourceAccount': account,
    ...(isMember ? { 'aws:ResourceOrgID': policy.organization.id } : {}),
  };
}

/** A need's resource as a policy is to name it. */
export function advised({ resource }: Need): string {
  return resource.replace(/(?<=\/)any$/, '*');
}

/** Judges an account's roles. Roles whose policies are the same, to the letter, are judged once. */
export type RoleJudge = (role: RoleFacts, prefix: string) => Verdicts;

/** @returns what judges the roles of an account; roles with the same policies are judged once. */
export function roleJudge(policy: Policy, account: string): RoleJudge {
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
    const verdicts = byPrefix.get(prefix) ?? identityVerdicts(identityOf(policy, account, role));
    byPrefix.set(prefix, verdicts);
    return verdicts;
  };
}

/** What a role's verdicts follow from, as one text. */
function policiesText({ policies, boundary, arn, tags }: RoleFacts): string {
  const texts = [...(policies ?? []), boundary ?? ''];
  return JSON.stringify([policies, boundary, texts.some(asksWho) ? [arn, tags] : null]);
}

function identityOf(policy: Policy, account: string, role: RoleFacts): Identity {
  return { policies: role.policies ?? [], boundary: role.boundary, principal: readerOf(policy, account, role) };
}

/** A role of a consumer as documents are asked about it. That the account is in the organization, its own runs know. */
export function readerOf(
  policy: Policy,
  account: string,
  { arn, id, tags }: Pick<RoleFacts, 'arn' | 'id' | 'tags'>,
): Principal {
  const organization = isExternal(policy, account) ? {} : { organization: policy.organization.id };
  return { type: 'role', arn, uniqueId: id, account, tags, ...organization };
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
      const verdict = verdicts(need);
      if (verdict !== 'allowed') unmet.push({ ...need, verdict });
    }
  }
  return unmet;
}

/** Why a need is not surely met. */
export interface Reason {
  /** A statement denies it. */
  readonly explicit: boolean;
  readonly because: string;
  /** Where nothing allows it: the role's policies, or its boundary alone. */
  readonly lackedBy: 'policy' | 'boundary';
}

/** @returns what tells why a role's needs are not met. */
export function reasonsFor(policy: Policy, account: string, role: RoleFacts): (need: Need) => Reason {
  const { policies, boundary, principal } = identityOf(policy, account, role);
  return ({ action, resource, all, context }) => {
    const request = { principal, action, resource, all, context };
    const { explicit, because } = evaluateIdentity({ policies, boundary, request });
    const alone = evaluateIdentity({ policies, boundary: null, request });
    return { explicit, because, lackedBy: alone.verdict === 'allowed' ? 'boundary' : 'policy' };
  };
}
