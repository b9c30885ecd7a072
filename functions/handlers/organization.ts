/**
 * Asks the organization which accounts its parts have that audiences are written with, pins the answer beside the policy,
 * puts in force what waited for it, and wakes what changed. Nothing else knows units.
 */

import { publishAlert, putEvent } from '#aws/alerts.ts';
import { unlessMissing } from '#aws/errors.ts';
import { createDynamoLedger, endsNothing } from '#aws/ledger.ts';
import { putPolicy, readCurrentPolicy, readDeployedPolicy, type StoredPolicy } from '#aws/objects.ts';
import { readParts } from '#aws/organization-parts.ts';
import { putResolution, readCurrentResolution } from '#aws/resolutions.ts';
import { dynamodbClient, eventsClient, organizationsClient, s3Client, snsClient } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import { type OrganizationEnv, OrganizationEnvSchema } from '#contracts/env.ts';
import { LakeError } from '#contracts/errors.ts';
import type { PolicyChangedDetail } from '#contracts/events.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { HUB_SOURCE, POLICY_CHANGED, partitionOf } from '#contracts/names.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import { pinnedHashes, type StoredResolution } from '#contracts/resolution.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { CONFIRMED_FOR_MS } from '#core/brake.ts';
import { sortedSet } from '#core/collections.ts';
import { settle } from '#core/finding-records.ts';
import { heldDepartures, ORGANIZATION_SCOPE, unknownParts } from '#core/organization/findings.ts';
import { eitherOf, type Losses, lossesOf, type PartsRead, resolvedWith } from '#core/organization/parts.ts';
import { partsMissing, partsUsed } from '#core/policy/audiences.ts';
import { resolutionHash, resolvePinned } from '#core/policy.ts';
import { consumersLeft, publishersChanged, publishersLeft } from '#core/removed-from-policy.ts';
import { toldChange } from '#core/told-change.ts';
import { systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv } from '#runtime/env.ts';
import { createLog } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';
import { type TellServices, tellFindings } from './tell.ts';

export interface OrganizationServices extends Omit<TellServices, 'ledger' | 'putEvent'> {
  readonly ledger: Pick<Ledger, 'findings' | 'putFindings' | 'markReported' | 'confirmation' | 'unconfirm'>;
  readonly policies: {
    /** In force; null before the first. */
    current(): Promise<StoredPolicy | null>;
    /** Deployed last, in force or not; null: the one in force. */
    deployed(): Promise<StoredPolicy | null>;
    put(policy: StoredPolicy & { readonly asksOrganization: boolean }): Promise<void>;
    resolution(): Promise<StoredResolution | null>;
    pin(resolution: StoredResolution): Promise<void>;
  };
  read(organization: Policy['organization'], parts: readonly string[]): Promise<PartsRead>;
  putEvent(event: { source: string; detailType: string; detail: unknown }): Promise<void>;
}

export interface OrganizationAnswer {
  /** Parts that were asked for, and those of them that are unknown. */
  readonly parts: number;
  readonly unknown: number;
  /** What is in force is another policy, or the same for other accounts. */
  readonly changed: boolean;
  readonly findings: number;
}

/** A policy as it lies in the bucket, understood. */
interface Parsed {
  readonly stored: StoredPolicy;
  readonly document: PolicyDocument;
}

/** `execution`: ARN of this function, for whoever is told. */
export async function resolveOrganization(
  execution: string,
  services: OrganizationServices,
): Promise<OrganizationAnswer> {
  const { policies } = services;
  const [current, resolution] = [parsed(await policies.current()), await policies.resolution()];
  const deployed = parsed(await policies.deployed()) ?? current;
  if (deployed === null) throw new LakeError('Missing', { message: 'no policy has been deployed yet' });
  const before = inForce(current, resolution);
  const told = await ask({ current, deployed, resolution }, services);
  const next = told.next ?? resolution;
  const isReady = partsMissing(deployed.document, next?.resolution ?? null).length === 0;
  const after = isReady ? await putInForce(deployed, current, next, services) : inForce(current, next);
  const changed = after !== null && after.hash !== before?.hash;
  if (changed) await wake({ before, after, sameFile: current?.stored.hash === deployed.stored.hash }, services);
  const findings = [...unknownParts(deployed.document, told.read, !isReady), ...told.held];
  await record(findings, execution, services);
  const parts = Object.values(told.read.parts);
  return {
    parts: parts.length,
    unknown: parts.filter((part) => !part.known).length,
    changed,
    findings: findings.length,
  };
}

function parsed(stored: StoredPolicy | null): Parsed | null {
  return stored === null ? null : { stored, document: parseStoredPolicy(stored) };
}

/** Null before the first policy, and where what was told does not do for it: then nothing is in force. */
function inForce(policy: Parsed | null, resolution: StoredResolution | null): Policy | null {
  if (policy === null || partsMissing(policy.document, resolution?.resolution ?? null).length > 0) return null;
  return resolvePinned(policy.document, policy.stored.hash, resolution);
}

interface Told {
  readonly read: PartsRead;
  /** What is pinned now; null: nothing was asked. */
  readonly next: StoredResolution | null;
  readonly held: readonly Finding[];
}

interface Asking {
  readonly current: Parsed | null;
  readonly deployed: Parsed;
  readonly resolution: StoredResolution | null;
}

/** Asks for all that the policy in force and the one that waits are written with, and pins what is told. */
async function ask({ current, deployed, resolution }: Asking, services: OrganizationServices): Promise<Told> {
  const documents = [deployed.document, ...(current === null ? [] : [current.document])];
  const parts = sortedSet(documents.flatMap(partsUsed));
  if (parts.length === 0) return { read: { parts: {}, names: {} }, next: null, held: [] };
  const { organization, limits } = deployed.document;
  const now = services.clock.now();
  const limit = { most: limits.withdraw.accounts, now };
  const last = resolution?.resolution.organization === organization.id ? resolution : null;
  let read = await services.read(organization, parts);
  // Nobody is taken for gone by one reading.
  if (Object.keys(lossesOf(last, read, limit).lost).length > 0)
    read = eitherOf(read, await services.read(organization, parts));
  const losses = lossesOf(last, read, limit);
  const isHeld = losses.held !== null && !(await isConfirmed(losses, services));
  const resolved = resolvedWith(last, read, { organization: organization.id, losses, isHeld, now });
  const next: StoredResolution = { ...resolved, hash: resolutionHash(resolved.resolution) };
  if (next.hash !== resolution?.hash && Object.keys(next.resolution.parts).length > 0) {
    if ((await services.policies.resolution())?.hash !== resolution?.hash) throw overtaken();
    await services.policies.pin(next);
    services.log.write('organization pinned', { resolution: next.hash, parts });
  }
  if (losses.held !== null && !isHeld) await services.ledger.unconfirm(losses.hash);
  return { read, next, held: isHeld ? [heldDepartures(deployed.document, losses)] : [] };
}

/** What this run goes by is older than what another has written meanwhile: Lambda asks again. */
function overtaken(): LakeError {
  return new LakeError('Transient', { message: 'another run has told of the organization meanwhile' });
}

async function isConfirmed({ hash }: Losses, { ledger, clock }: OrganizationServices): Promise<boolean> {
  const confirmation = await ledger.confirmation(hash);
  return confirmation !== null && clock.now() - confirmation.at < CONFIRMED_FOR_MS;
}

/** The policy deployed last, which may have changed while the organization was asked: then the next event is about it. */
async function putInForce(
  deployed: Parsed,
  current: Parsed | null,
  resolution: StoredResolution | null,
  { policies, log }: OrganizationServices,
): Promise<Policy | null> {
  if (current?.stored.hash === deployed.stored.hash) return inForce(deployed, resolution);
  const latest = await policies.deployed();
  if (latest !== null && latest.hash !== deployed.stored.hash) return inForce(current, resolution);
  if ((await policies.current())?.hash !== current?.stored.hash) throw overtaken();
  await policies.put({ ...deployed.stored, asksOrganization: partsUsed(deployed.document).length > 0 });
  log.write('policy in force', { hash: deployed.stored.hash });
  return inForce(deployed, resolution);
}

/** As when a policy was stored; of the same file for other accounts, only what is for others is due. */
async function wake(
  { before, after, sameFile }: { before: Policy | null; after: Policy; sameFile: boolean },
  { putEvent: put }: OrganizationServices,
): Promise<void> {
  const place = ({ account, region, database }: { account: string; region: string; database: string | null }) => ({
    account,
    region,
    database,
  });
  const detail: PolicyChangedDetail = {
    hash: pinnedHashes(after.hash).policy,
    gone: before === null ? [] : publishersLeft(before, after).map(place),
    left: before === null ? [] : [...consumersLeft(before, after)],
    ...(before !== null && sameFile ? { only: publishersChanged(before, after).map(place) } : {}),
  };
  await put({ source: HUB_SOURCE, detailType: POLICY_CHANGED, detail: toldChange(detail) });
}

async function record(findings: readonly Finding[], execution: string, services: OrganizationServices): Promise<void> {
  const { ledger, clock } = services;
  const scope = ORGANIZATION_SCOPE;
  const records = await ledger.findings(scope);
  const { changed } = settle({ scope, findings, records, now: clock.now(), execution });
  if (changed.length > 0) await ledger.putFindings(changed);
  await tellFindings(await ledger.findings(scope), execution, services);
}

function wire(): OrganizationServices {
  const env = readEnv(OrganizationEnvSchema);
  const region = ownRegion();
  const sessions = createSessions({
    partition: partitionOf(region),
    namespace: env.NAMESPACE,
    rolePath: env.MEMBER_ROLE_PATH,
    sessionName: `${env.NAMESPACE}-organization`,
    region,
  });
  const own = sessions.own(region);
  const [events, sns, s3] = [eventsClient(own), snsClient(own), s3Client(own, undefined)];
  return {
    region,
    ledger: createDynamoLedger(dynamodbClient(own), env.LEDGER_TABLE, endsNothing),
    policies: policiesIn(s3, env),
    read: ({ id, managementAccount: account }, parts) => {
      const organizations = organizationsClient(sessions.member({ account, region, role: 'Organization' }));
      return readParts({ account, organizations }, { organization: id, parts });
    },
    putEvent: (event) => putEvent(events, { bus: env.BUS_NAME, ...event }),
    publish: (message) => publishAlert(sns, { topicArn: env.TOPIC_ARN, ...message }),
    clock: systemClock,
    log: createLog('organization'),
  };
}

function policiesIn(s3: ReturnType<typeof s3Client>, env: OrganizationEnv): OrganizationServices['policies'] {
  const bucket = env.POLICY_BUCKET;
  return {
    current: () => unlessMissing(() => readCurrentPolicy(s3, bucket)),
    deployed: () => readDeployedPolicy(s3, bucket),
    put: (policy) => putPolicy(s3, bucket, policy),
    resolution: () => readCurrentResolution(s3, bucket),
    pin: (resolution) => putResolution(s3, bucket, resolution),
  };
}

const services = once(wire);

/** Whatever woke it, all is asked: an event says that something changed, and never what. */
export const handler = (
  _event: unknown,
  { invokedFunctionArn }: { readonly invokedFunctionArn: string },
): Promise<OrganizationAnswer> => resolveOrganization(invokedFunctionArn, services());
