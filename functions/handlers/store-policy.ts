/** A deployment brings a policy: stored by its hash, made the current one, and told on the hub's bus. */

import { putEvent } from '#aws/alerts.ts';
import { readJsonAsset } from '#aws/assets.ts';
import { unlessMissing } from '#aws/errors.ts';
import { putDeployedPolicy, putPolicy, readCurrentPolicy, type StoredPolicy } from '#aws/objects.ts';
import { readCurrentResolution } from '#aws/resolutions.ts';
import { eventsClient, s3Client } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import { type CustomResourceAnswer, type PolicyRequest, PolicyRequestSchema } from '#contracts/custom-resource.ts';
import { type StorePolicyEnv, StorePolicyEnvSchema } from '#contracts/env.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { PolicyChangedDetail } from '#contracts/events.ts';
import { HUB_SOURCE, memberRolePath, POLICY_CHANGED, POLICY_DEPLOYED, partitionOf } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { partsMissing, partsUsed } from '#core/policy/audiences.ts';
import { policyHash, resolvePinned } from '#core/policy.ts';
import { consumersLeft, publishersLeft } from '#core/removed-from-policy.ts';
import { toldChange } from '#core/told-change.ts';
import { ownRegion, readEnv } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';

export interface StorePolicyServices {
  readonly namespace: string;
  readonly log: Log;
  readAsset(asset: { readonly bucket: string; readonly key: string }): Promise<unknown>;
  /** The policy until now; null before the first. */
  currentPolicy(): Promise<StoredPolicy | null>;
  /** What the organization has told; null: nothing yet. */
  resolution(): Promise<StoredResolution | null>;
  /** Remembers what was deployed last. */
  deployed(policy: StoredPolicy): Promise<void>;
  /** Puts a policy in force. */
  putPolicy(policy: StoredPolicy & { readonly asksOrganization: boolean }): Promise<void>;
  putEvent(event: { readonly source: string; readonly detailType: string; readonly detail: unknown }): Promise<void>;
  answer(url: string, answer: CustomResourceAnswer): Promise<void>;
}

/** CloudFormation always gets an answer, or it waits until its own timeout; throws only if answering fails. */
export async function storePolicy(event: unknown, services: StorePolicyServices): Promise<void> {
  const parsed = PolicyRequestSchema.safeParse(event);
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new LakeError('EventInvalid', { message: `not a request of our custom resource: ${paths}` });
  }
  const request = parsed.data;
  const failure = await act(request, services).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure !== null) services.log.trouble('policy could not be stored', failure, request.ResourceProperties);
  await services.answer(request.ResponseURL, answerTo(request, services.namespace, failure));
}

async function act({ RequestType, ResourceProperties }: PolicyRequest, services: StorePolicyServices): Promise<void> {
  const { hash, bucket, key } = ResourceProperties;
  // The policies outlive the stack: what was granted under them can only be withdrawn by reading them.
  if (RequestType === 'Delete') return services.log.decision('stack is going: policies are kept', { hash });
  const document = await services.readAsset({ bucket, key });
  const parsed = parseStoredPolicy({ hash, document });
  const found = policyHash(parsed);
  if (found !== hash) throw new LakeError('Unexpected', { message: `file of policy ${hash} hashes to ${found}` });
  const asksOrganization = partsUsed(parsed).length > 0;
  const resolution = asksOrganization ? await services.resolution() : null;
  const missing = partsMissing(parsed, resolution?.resolution ?? null);
  const inForce = missing.length === 0 ? await leftBy(resolvePinned(parsed, hash, resolution), services) : null;
  await services.deployed({ hash, document });
  if (inForce === null) {
    services.log.decision('policy waits for what the organization tells', { hash, missing });
  } else {
    await services.putPolicy({ hash, document, asksOrganization });
    services.log.write('policy stored', { hash });
    await services.putEvent({
      source: HUB_SOURCE,
      detailType: POLICY_CHANGED,
      detail: toldChange({ hash, ...inForce }),
    });
  }
  if (asksOrganization) await services.putEvent({ source: HUB_SOURCE, detailType: POLICY_DEPLOYED, detail: { hash } });
}

/** What only the policy until now is about. Should telling fail, CloudFormation rolls back, and the old policy is the current one again. */
async function leftBy(
  policy: Policy,
  services: StorePolicyServices,
): Promise<Pick<PolicyChangedDetail, 'gone' | 'left'>> {
  const old = await policyBefore(services);
  if (old === null) return { gone: [], left: [] };
  return {
    gone: publishersLeft(old, policy).map(({ account, region, database }) => ({ account, region, database })),
    left: [...consumersLeft(old, policy)],
  };
}

/** A policy that another version of us stored, and this one can't read, must not stop a new one. */
async function policyBefore(services: StorePolicyServices): Promise<Policy | null> {
  const before = await services.currentPolicy();
  if (before === null) return null;
  try {
    const parsed = parseStoredPolicy(before);
    return resolvePinned(parsed, before.hash, partsUsed(parsed).length > 0 ? await services.resolution() : null);
  } catch (error) {
    if (!isLakeError(error, 'PolicyInvalid')) throw error;
    services.log.trouble('the policy before is not readable: what it alone names is not reconciled', error);
    return null;
  }
}

function answerTo(request: PolicyRequest, namespace: string, failure: unknown): CustomResourceAnswer {
  const reason = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  return {
    Status: failure === null ? 'SUCCESS' : 'FAILED',
    // An answer holds 4 KB.
    ...(failure === null ? {} : { Reason: reason.slice(0, 1000) }),
    // Always the same, or CloudFormation would delete the "old" policy after each change.
    PhysicalResourceId: request.PhysicalResourceId ?? `policy-${namespace}`,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
  };
}

/** A presigned PUT: as bytes, since a content type would not be the one that was signed. */
export async function putAnswer(url: string, answer: CustomResourceAnswer): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
  if (response.ok) return;
  throw new LakeError('Transient', { message: `CloudFormation's answer address said ${response.status}` });
}

function storePolicyServices(env: StorePolicyEnv, region: string): StorePolicyServices {
  const config = createSessions({
    partition: partitionOf(region),
    namespace: env.NAMESPACE,
    rolePath: memberRolePath(env.NAMESPACE),
    sessionName: 'store-policy',
  }).own(region);
  const s3 = s3Client(config, undefined);
  const events = eventsClient(config);
  return {
    namespace: env.NAMESPACE,
    log: createLog('store-policy'),
    readAsset: (asset) => readJsonAsset(s3, asset),
    currentPolicy: () => unlessMissing(() => readCurrentPolicy(s3, env.POLICY_BUCKET)),
    resolution: () => readCurrentResolution(s3, env.POLICY_BUCKET),
    deployed: (policy) => putDeployedPolicy(s3, env.POLICY_BUCKET, policy),
    putPolicy: (policy) => putPolicy(s3, env.POLICY_BUCKET, policy),
    putEvent: (event) => putEvent(events, { bus: env.BUS_NAME, ...event }),
    answer: putAnswer,
  };
}

const services = once(() => storePolicyServices(readEnv(StorePolicyEnvSchema), ownRegion()));

export const handler = (event: unknown): Promise<void> => storePolicy(event, services());
