/** An event arrives at the hub: where to look, and the machines that do. */

import { readCrawler } from '#aws/catalog.ts';
import { createEventAccess, type EventAccess } from '#aws/event-clients.ts';
import { readCurrentPolicy } from '#aws/objects.ts';
import { sessionPolicyFor } from '#aws/session-policy.ts';
import { type OnEventEnv, OnEventEnvSchema } from '#contracts/env.ts';
import { readEnvelope } from '#contracts/events.ts';
import { partitionOf } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { crawlerFound } from '#core/events/crawler.ts';
import { route } from '#core/events/route.ts';
import type { Lookup, Route } from '#core/events/types.ts';
import { resolvePolicy } from '#core/policy.ts';
import { scopeText } from '#core/start.ts';
import { systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv, seconds } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';
import { type Starter, startCovered, starterOf } from '#walk/start-machine.ts';

/** Starts asked for at once: a policy of hundreds of products stays far below StartExecution's burst of 150. */
const AT_ONCE = 10;

export interface OnEventServices {
  readonly handlerTimeoutSeconds: number;
  readonly start: Starter;
  readonly log: Log;
  now(): number;
  /** The policy that holds now. */
  policy(): Promise<Policy>;
  /** What a crawler fills; null when there is no such crawler. */
  crawler(lookup: Lookup): Promise<{ readonly database: string } | null>;
}

export interface OnEventAnswer {
  readonly started: number;
  readonly covered: number;
}

/** Throws for what is no event of ours, and when a machine can't be started: Lambda retries, then the dead-letter queue. */
export async function onEvent(event: unknown, services: OnEventServices): Promise<OnEventAnswer> {
  const { id } = readEnvelope(event);
  const policy = await services.policy();
  const found = await lookedUp(route(event, policy), policy, services);
  if (found.kind !== 'scopes') {
    services.log.decision(`event ${id} ignored`, {
      event: id,
      why: found.kind === 'ignore' ? found.why : 'looked up twice',
    });
    return { started: 0, covered: 0 };
  }
  return await startAll(found.scopes, { eventId: id, policy }, services);
}

async function lookedUp(first: Route, policy: Policy, services: OnEventServices): Promise<Route> {
  if (first.kind !== 'lookup') return first;
  const { lookup } = first;
  const log = services.log.with({ account: lookup.account });
  try {
    const found = await services.crawler(lookup);
    if (found === null) log.decision(`crawler ${lookup.crawler} is gone: every product database there is looked at`);
    return crawlerFound(lookup, policy, found);
  } catch (error) {
    // An unreadable crawler must not cost an event; looking at more than needed costs a few reads.
    log.trouble(`crawler ${lookup.crawler} could not be read: every product database there is looked at`, error);
    return crawlerFound(lookup, policy, null);
  }
}

/** Tries every scope, whatever becomes of the others; a retry finds those that started covered by their names. */
async function startAll(
  scopes: readonly Scope[],
  { eventId, policy }: { eventId: string; policy: Policy },
  services: OnEventServices,
): Promise<OnEventAnswer> {
  const options = () => ({
    now: services.now(),
    debounce: policy.debounce,
    handlerTimeoutSeconds: services.handlerTimeoutSeconds,
    eventId,
  });
  const outcomes: PromiseSettledResult<'started' | 'covered'>[] = [];
  for (let i = 0; i < scopes.length; i += AT_ONCE) {
    const some = scopes.slice(i, i + AT_ONCE).map((scope) => startOne(scope, options(), services));
    outcomes.push(...(await Promise.allSettled(some)));
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const started = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'started').length;
  return { started, covered: outcomes.length - started };
}

async function startOne(
  scope: Scope,
  options: Parameters<typeof startCovered>[1],
  { start, log }: OnEventServices,
): Promise<'started' | 'covered'> {
  const keyed = log.with({ scope: scopeText(scope), account: scope.account });
  try {
    const outcome = await startCovered(scope, options, start);
    keyed.decision(`${scope.half} ${outcome}`, { event: options.eventId, outcome });
    return outcome;
  } catch (error) {
    keyed.trouble(`${scope.half} could not be started`, error, { event: options.eventId });
    throw error;
  }
}

/** The services on AWS, from the function's environment. */
export function onEventServices(env: OnEventEnv, region: string): OnEventServices {
  const access = createEventAccess({
    partition: partitionOf(region),
    namespace: env.NAMESPACE,
    rolePath: env.MEMBER_ROLE_PATH,
    sessionName: 'on-event',
    region,
  });
  return {
    handlerTimeoutSeconds: seconds('HANDLER_TIMEOUT', env.HANDLER_TIMEOUT),
    start: starter(env, access, region),
    log: createLog('on-event'),
    now: systemClock.now,
    policy: currentPolicy(env, access, region),
    crawler: async ({ crawler, account, region: place }) => {
      const sessionPolicy = sessionPolicyFor({
        partition: partitionOf(place),
        purpose: 'observe',
        account,
        region: place,
      });
      return await readCrawler(access.reader({ account, region: place, sessionPolicy }), crawler);
    },
  };
}

function starter(env: OnEventEnv, access: EventAccess, region: string): Starter {
  const machines = { publish: env.PUBLISH_MACHINE_ARN, onboard: env.ONBOARD_MACHINE_ARN };
  return starterOf({ sfn: () => access.own(region).sfn, machines, now: systemClock.now });
}

/** Read with every event, since it may have changed; understood once per version. */
function currentPolicy(env: OnEventEnv, access: EventAccess, region: string): () => Promise<Policy> {
  let held: Policy | null = null;
  return async () => {
    const stored = await readCurrentPolicy(access.own(region).s3, env.POLICY_BUCKET);
    if (held?.hash !== stored.hash) held = resolvePolicy(parseStoredPolicy(stored), stored.hash);
    return held;
  };
}

const services = once(() => onEventServices(readEnv(OnEventEnvSchema), ownRegion()));

export const handler = (event: unknown): Promise<OnEventAnswer> => onEvent(event, services());
