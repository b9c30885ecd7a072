/** Catalog-key: who reads an encrypted Data Catalog may use its key. Our roles have their rights; others are told. */

import type { Finding } from '#contracts/findings.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { admit } from '#core/admission.ts';
import { type Assessment, assessed, found, NOTHING } from '#core/assessment.ts';
import { uniqueBy } from '#core/collections.ts';
import type { KeyFacts, RoleFacts } from '#core/facts.ts';
import { unreadable, waiting } from '#core/findings.ts';
import { roleArn } from '#core/member-roles.ts';
import type { Observed, Trouble } from '#core/observed.ts';
import { consumersOfScope, productsFor, productsOf } from '#core/selectors.ts';
import { consumerGrants } from '#core/tags/grants.ts';
import type { OnboardHop, PublishHop, Question, SnapshotPart, Told } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeArrivals, producersOf } from '../arrivals.ts';
import { observeJobRoles, observeTagRoles, type TagRoles } from '../job-roles.ts';
import { sampleReader } from '../storage/sample-reader.ts';
import { type ConsumersQuestion, closedTo, closedToConsumers, notShareable } from './consumers.ts';
import { jobRoleFinding, type KeyOfCatalog } from './job-roles.ts';
import { type CatalogKey, observeCatalogKey } from './observe.ts';
import { ownRolesFinding } from './own-roles.ts';
import { PERMISSIONS } from './permissions.ts';
import { atCatalog } from './where.ts';

type KeyObservation = Observed<CatalogKey | null>;

const common = { name: 'catalog-key', permissions: PERMISSIONS } as const;

export const producerCatalogKey: PublishHop<KeyObservation> = {
  ...common,
  half: 'publish',
  stage: 'settings',
  scopes: ['database', 'catalog'],
  after: [],
  observe: (read, { policy, scope }) => observeCatalogKey(read, policy, scope),
  assess: assessProducer,
  elsewhere: isToldByKey,
  snapshot: snapshotPart,
};

interface ConsumerObservation {
  readonly own: KeyObservation;
  readonly roles: Observed<readonly RoleFacts[]>;
  readonly tagRoles: TagRoles;
  /** Keys of the catalogs that are read from here, as their owners' snapshots say. */
  readonly keys: readonly (KeyOfCatalog & { readonly closed: boolean })[];
}

export const consumerCatalogKey: OnboardHop<ConsumerObservation> = {
  ...common,
  half: 'onboard',
  stage: 'check',
  scopes: ['account'],
  after: ['membership'],
  observe: observeConsumer,
  assess: assessConsumer,
  elsewhere: isToldByKey,
};

/** The facts of a key that somebody's rights are judged by: it works, and AWS does not manage it. */
function judgeable(key: KeyObservation): KeyFacts | null {
  if (!key.known || key.value === null || !key.value.facts.known) return null;
  const facts = key.value.facts.value;
  return facts === null || facts.managedByAws || !facts.enabled ? null : facts;
}

/** ARN of a key that is gone or disabled: closed to everybody. */
function unusable(key: CatalogKey | null): string | null {
  if (key === null || !key.facts.known || key.facts.value?.enabled) return null;
  return key.facts.value?.arn ?? key.named;
}

function assessProducer(key: KeyObservation, question: Question<PublishScope>): Assessment {
  const { policy, scope } = question;
  if (!key.known) return unread(scope, key.why);
  if (key.value === null) return NOTHING;
  const findings: (Finding | null)[] = [ownFinding(key.value, question)];
  const asked = consumersQuestion(key, question);
  if (key.value.facts.known && key.value.facts.value?.managedByAws && consumersOf(policy, scope).length > 0)
    findings.push(notShareable(scope));
  const closed = asked === null ? [] : closedTo(asked);
  if (asked !== null && closed.length > 0) findings.push(closedToConsumers(asked, closed));
  return assessed({ findings: findings.filter((one) => one !== null) });
}

function unread(catalog: Catalog, why: Trouble): Assessment {
  return found(unreadable(atCatalog(catalog), why));
}

function ownFinding(key: CatalogKey, question: Question): Finding | null {
  const { policy, scope } = question;
  const { account, region } = scope;
  const role = (name: 'Reader' | 'Operator') => roleArn(question, account, name);
  return ownRolesFinding({
    policy,
    catalog: { account, region },
    key,
    reader: role('Reader'),
    operator: role('Operator'),
  });
}

/** Ids of accounts that read from here, the catalog's own left out. */
function consumersOf(policy: Policy, scope: PublishScope): readonly string[] {
  const accounts = consumersOfScope(policy, scope).map(({ account }) => account);
  return [...new Set(accounts)].filter((account) => account !== scope.account);
}

function consumersQuestion(key: KeyObservation, question: Question<PublishScope>): ConsumersQuestion | null {
  const { policy, scope } = question;
  const facts = judgeable(key);
  if (facts === null) return null;
  const products = productsOf(policy, scope);
  const readers = consumersOf(policy, scope).map((account) => {
    const jobs = products.filter(({ audience }) => audience.includes(account));
    const samples = jobs.map((product) => sampleReader(policy, product, account).arn);
    return [account, [roleArn(question, account, 'Reader'), ...samples]] as const;
  });
  const operators = roleArn(question, '*', 'Operator');
  return { policy, catalog: scope, key: facts, readers: new Map(readers), operators };
}

/** What is not known this time stays as it was told. */
function snapshotPart({ observed, question, last }: Told<KeyObservation, PublishScope>): SnapshotPart {
  if (!observed.known) return last?.catalogKey === undefined ? {} : { catalogKey: last.catalogKey };
  const gone = unusable(observed.value);
  if (gone !== null)
    return { catalogKey: { arn: gone, closedTo: [...consumersOf(question.policy, question.scope)].sort() } };
  const asked = consumersQuestion(observed, question);
  return asked === null ? {} : { catalogKey: { arn: asked.key.arn, closedTo: [...closedTo(asked)] } };
}

async function observeConsumer(read: Reads, asked: Question<OnboardScope>): Promise<ConsumerObservation> {
  const { policy, scope } = asked;
  const arrivals = await observeArrivals(read, asked);
  const [own, roles, tagRoles, keys] = await Promise.all([
    observeCatalogKey(read, policy, scope),
    observeJobRoles(read, asked),
    observeTagRoles(read, asked, arrivals),
    keysOfProducers(
      read,
      scope,
      producersOf(arrivals).map((producer) => producer.scope),
    ),
  ]);
  return { own, roles, tagRoles, keys };
}

async function keysOfProducers(
  read: Reads,
  { account }: OnboardScope,
  scopes: readonly PublishScope[],
): Promise<ConsumerObservation['keys']> {
  const others = scopes.filter((scope) => scope.account !== account);
  const told = await Promise.all(others.map((scope) => read.snapshot(scope)));
  const keys = others.flatMap((scope, i) => {
    const key = told[i]?.catalogKey;
    return key === undefined ? [] : [{ catalog: scope, arn: key.arn, closed: key.closedTo.includes(account) }];
  });
  return uniqueBy(keys, (key) => `${key.arn} ${key.catalog.account}`);
}

function assessConsumer(
  { own, roles, tagRoles, keys }: ConsumerObservation,
  question: Question<OnboardScope>,
): Assessment {
  const { policy, scope } = question;
  const { account, region } = scope;
  if (!own.known) return unread(scope, own.why);
  const facts = judgeable(own);
  const all: KeyOfCatalog[] = [...keys];
  if (facts !== null) all.push({ catalog: scope, arn: facts.arn, text: facts.text });
  const products = productsFor(policy, scope);
  const byName = roles.known ? roles.value : [];
  const admitted = byName.filter((role) =>
    products.some((product) => admit(policy, product, role).kind === 'admitted'),
  );
  const byTag = [...tagRoles.values()].flatMap((role) => (role.known && role.value !== null ? [role.value] : []));
  const findings = [
    own.value === null ? null : ownFinding(own.value, question),
    ...uniqueBy([...admitted, ...byTag], ({ arn }) => arn).map((role) => {
      const reads = readsOf(policy, scope, role);
      return jobRoleFinding({ account, region, role, keys: all.filter(({ catalog }) => reads(catalog)) });
    }),
    ...keys.filter(({ closed }) => closed).map((key) => closedHere(scope, key)),
  ];
  return assessed({ findings: findings.filter((one) => one !== null) });
}

/** Catalogs that a role reads: its own account's, for the links, and those of products and grants by tag that admit it. */
function readsOf(policy: Policy, scope: OnboardScope, role: RoleFacts): (catalog: Catalog) => boolean {
  const products = productsFor(policy, scope).filter((product) => admit(policy, product, role).kind === 'admitted');
  return (catalog) =>
    catalog.account === scope.account ||
    products.some(sameAccountRegion(catalog)) ||
    consumerGrants(policy, catalog, scope.account).some(({ grant }) => grant.principal === role.arn);
}

/** The catalog's owner has the finding: only he can open the key. */
function closedHere({ account, region }: OnboardScope, { arn, catalog }: KeyOfCatalog): Finding {
  const where = { hop: 'catalog-key', account, region, resource: `Data Catalog of ${catalog.account}` };
  return waiting(where, `account ${catalog.account} has to let this one use key ${arn} first`);
}

/** Causes that explain why something of an encrypted catalog can't be read. */
const EXPLAINS = ['catalog-key-closed', 'catalog-key-unusable', 'catalog-key-not-named', 'waiting'];

/** What can't be read for want of the key is told by the finding on the key, here or by the catalog's owner. */
function isToldByKey(one: Finding, all: Assessment): boolean {
  if (one.cause !== 'key-denied') return false;
  const named = arnIn(one.message);
  const onKeys = all.findings.filter(({ hop, cause }) => hop === 'catalog-key' && EXPLAINS.includes(cause));
  return onKeys.some(({ message }) => named === null || message.includes(named));
}

/** The key that KMS names in its refusal. */
function arnIn(message: string): string | null {
  return /arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/[\w-]+/.exec(message)?.[0] ?? null;
}
