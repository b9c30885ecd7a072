/** A deployment brings a policy: stored by its hash, made the current one, and told on the hub's bus. */

import { putEvent } from '#aws/alerts.ts';
import { readJsonAsset } from '#aws/assets.ts';
import { putPolicy, readCurrentPolicy } from '#aws/objects.ts';
import { eventsClient, s3Client } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import { type CustomResourceAnswer, type PolicyRequest, PolicyRequestSchema } from '#contracts/custom-resource.ts';
import { type StorePolicyEnv, StorePolicyEnvSchema } from '#contracts/env.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { PolicyChangedDetail } from '#contracts/events.ts';
import { HUB_SOURCE, memberRolePath, POLICY_CHANGED, partitionOf } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';
import { consumersLeft, publishersLeft } from '#core/removed-from-policy.ts';
import { ownRegion, readEnv } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';

export interface StorePolicyServices {
  readonly namespace: string;
  readonly log: Log;
  readAsset(asset: { readonly bucket: string; readonly key: string }): Promise<unknown>;
  /** The policy until now; null before the first. */
  currentPolicy(): Promise<{ readonly hash: string; readonly document: unknown } | null>;
  putPolicy(policy: { readonly hash: string; readonly document: unknown }): Promise<void>;
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
  const ended = await leftBy(resolvePolicy(parsed, hash), services);
  await services.putPolicy({ hash, document });
  services.log.write('policy stored', { hash });
  await services.putEvent({ source: HUB_SOURCE, detailType: POLICY_CHANGED, detail: { hash, ...ended } });
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
    return resolvePolicy(parseStoredPolicy(before), before.hash);
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
    currentPolicy: () =>
      readCurrentPolicy(s3, env.POLICY_BUCKET).catch((error: unknown) => {
        if (isLakeError(error, 'Missing')) return null;
        throw error;
      }),
    putPolicy: (policy) => putPolicy(s3, env.POLICY_BUCKET, policy),
    putEvent: (event) => putEvent(events, { bus: env.BUS_NAME, ...event }),
    answer: putAnswer,
  };
}

const services = once(() => storePolicyServices(readEnv(StorePolicyEnvSchema), ownRegion()));

export const handler = (event: unknown): Promise<void> => storePolicy(event, services());
