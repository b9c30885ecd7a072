/** An event arrives at the hub: where to look, and the machines that do. */

import { readCrawler } from '#aws/catalog.ts';
import { createEventAccess, type EventAccess, type EventClients } from '#aws/event-clients.ts';
import { starterOf } from '#aws/machines.ts';
import { readPolicyIfChanged, type StoredPolicy } from '#aws/objects.ts';
import { readResolutionIfChanged } from '#aws/resolutions.ts';
import { listOwnDatabases, readIsLink, workflowsWith } from '#aws/runs.ts';
import { readStanding } from '#aws/standing.ts';
import { type OnEventEnv, OnEventEnvSchema } from '#contracts/env.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { readEnvelope } from '#contracts/events.ts';
import type { StandingPlace } from '#contracts/ledger-places.ts';
import { partitionOf } from '#contracts/names.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import type { Wake } from '#contracts/steps.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { chunks } from '#core/collections.ts';
import { answered, lookupText } from '#core/events/lookups.ts';
import type { Sight } from '#core/events/places.ts';
import { route } from '#core/events/route.ts';
import { type Found, type Lookup, mergeRoutes, type Route, scopesOr } from '#core/events/types.ts';
import { partsUsed } from '#core/policy/audiences.ts';
import { resolvePinned } from '#core/policy.ts';
import { readingPolicy } from '#core/session-policy.ts';
import { standingScopes } from '#core/standing.ts';
import { type Starter, scopeText, spreadOf, startCovered } from '#core/start.ts';
import { LOOKUP_ROWS } from '#hops/reader-rows.ts';
import { systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv, seconds } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';

/** Starts asked for at once: a policy of hundreds of products stays far below StartExecution's burst of 150. */
const AT_ONCE = 10;

/** So many are surely started by one call, whatever Step Functions makes of it. */
const SURELY_STARTED = 500;

export interface OnEventServices {
  readonly handlerTimeoutSeconds: number;
  readonly start: Starter;
  readonly log: Log;
  now(): number;
  /** The policy that holds now. */
  policy(): Promise<Policy>;
  /** Where something of ours stands, by the ledger. */
  standing(): Promise<readonly StandingPlace[]>;
  /** Makes the call that tells, in the account the lookup is about. */
  lookUp(lookup: Lookup): Promise<Found>;
}

export interface OnEventAnswer {
  readonly started: number;
  readonly covered: number;
}

/** An answer may lead to one more question: crawler, then workflow, then the catalog's databases. */
const ROUNDS = 3;

/** Throws for what is no event of ours, and when a machine can't be started: Lambda retries, then the dead-letter queue. */
export async function onEvent(event: unknown, services: OnEventServices): Promise<OnEventAnswer> {
  const { id } = readEnvelope(event);
  const policy = await services.policy();
  const sight = { policy, standing: standingScopes(policy, await services.standing()) };
  const unresolved: unknown[] = [];
  let found = route(event, policy, sight.standing);
  for (let round = 1; found.kind === 'lookup'; round += 1) {
    found = await resolveLookups(found, { sight, services, unresolved, last: round > ROUNDS });
  }
  if (found.kind === 'ignore') services.log.decision(`event ${id} ignored`, { event: id, why: found.why });
  const scopes = found.kind === 'ignore' ? [] : found.scopes;
  const answer = await startAll(scopes, { eventId: id, policy }, services);
  // What is known to be meant runs already; what a list would have told is asked for again.
  if (unresolved.length > 0) throw unresolved[0];
  return answer;
}

interface Asking {
  readonly sight: Sight;
  readonly services: OnEventServices;
  /** Errors because of which something that is meant may be missing. */
  readonly unresolved: unknown[];
  /** Nothing is asked any more. */
  readonly last: boolean;
}

async function resolveLookups(asked: Extract<Route, { kind: 'lookup' }>, asking: Asking): Promise<Route> {
  const told = await Promise.all(
    asked.lookups.map(async (lookup) =>
      answered(lookup, await tryLookup(lookup, asking), asking.sight.policy, asking.sight.standing),
    ),
  );
  const known = scopesOr(asked.scopes, '');
  return mergeRoutes(...(known.kind === 'ignore' ? [] : [known]), ...(asking.last ? told.map(withoutLookups) : told));
}

function withoutLookups(route: Route): Route {
  return route.kind === 'lookup' ? scopesOr(route.scopes, 'asked too often') : route;
}

/** An unreadable crawler must not cost an event; looking at more than needed costs a few reads. */
async function tryLookup(lookup: Lookup, { services, unresolved, last }: Asking): Promise<Found> {
  const log = services.log.with({ account: lookup.account });
  const text = lookupText(lookup);
  const unavailable = { kind: 'unavailable' } as const;
  if (last) {
    log.decision(`${text} not asked, after ${ROUNDS} questions: all that could be meant is looked at`);
    return unavailable;
  }
  try {
    const found = await services.lookUp(lookup);
    if (found.kind === 'crawler' && found.database === null)
      log.decision(`${text} is gone: all that could be meant is looked at`);
    return found;
  } catch (error) {
    log.trouble(`${text} could not be read: all that could be meant is looked at`, error);
    // Nothing but the list knows the databases of a rule that names none.
    if (lookup.kind === 'databases' && isLakeError(error, 'Transient')) unresolved.push(error);
    return unavailable;
  }
}

/** Tries every scope, whatever becomes of the others; a retry finds those that started covered by their names. */
async function startAll(
  scopes: readonly Wake[],
  { eventId, policy }: { eventId: string; policy: Policy },
  services: OnEventServices,
): Promise<OnEventAnswer> {
  const options = () => ({
    now: services.now(),
    debounce: policy.debounce,
    spread: spreadOf(policy),
    handlerTimeoutSeconds: services.handlerTimeoutSeconds,
    eventId,
  });
  const outcomes: PromiseSettledResult<'started' | 'covered'>[] = [];
  const turned = turnedBy(scopes, Math.floor(services.now() / 1000));
  for (const some of chunks(turned, AT_ONCE)) {
    outcomes.push(...(await Promise.allSettled(some.map((scope) => startOne(scope, options(), services)))));
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const started = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'started').length;
  return { started, covered: outcomes.length - started };
}

/** Beginning elsewhere each time: where time does not suffice for all of them, it is not the same ones that go without. */
function turnedBy<T>(all: readonly T[], by: number): readonly T[] {
  const from = all.length <= SURELY_STARTED ? 0 : by % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
}

async function startOne(
  scope: Wake,
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
    standing: () => readStanding({ client: access.own(region).dynamodb, name: env.LEDGER_TABLE }),
    lookUp: async (lookup) => lookUp(lookup, readerOf(access, lookup)),
  };
}

type Reader = ReturnType<EventAccess['reader']>;

function readerOf(access: EventAccess, { account, region }: Lookup): Reader {
  const sessionPolicy = readingPolicy(LOOKUP_ROWS, { partition: partitionOf(region), account, region });
  return access.reader({ account, region, sessionPolicy });
}

async function lookUp(lookup: Lookup, reader: Reader): Promise<Found> {
  switch (lookup.kind) {
    case 'crawler':
      return { kind: 'crawler', database: (await readCrawler(reader, lookup.crawler))?.database ?? null };
    case 'workflows':
      return { kind: 'workflows', names: await workflowsWith(reader, lookup.named, lookup.node) };
    case 'database':
      return { kind: 'database', isLink: await readIsLink(reader, lookup.database) };
    case 'databases':
      return { kind: 'databases', names: await listOwnDatabases(reader) };
  }
}

function starter(env: OnEventEnv, access: EventAccess, region: string): Starter {
  const machines = {
    publish: env.PUBLISH_MACHINE_ARN,
    onboard: env.ONBOARD_MACHINE_ARN,
    survey: env.SURVEY_MACHINE_ARN,
  };
  return starterOf({ sfn: () => access.own(region).sfn, machines, now: systemClock.now });
}

/** Asked for with every event, since it may have changed; read and understood once per version. */
function currentPolicy(env: OnEventEnv, access: EventAccess, region: string): () => Promise<Policy> {
  let held: Held | null = null;
  const { s3 } = access.own(region);
  return async () => {
    held = await renewed(s3, env.POLICY_BUCKET, held);
    return held.policy;
  };
}

/** What is in force, as it was understood, and what S3 calls the bytes of it. */
interface Held {
  readonly etag: string | undefined;
  readonly stored: StoredPolicy;
  readonly document: PolicyDocument;
  readonly resolution: { readonly etag: string | undefined; readonly value: StoredResolution } | null;
  readonly policy: Policy;
}

async function renewed(s3: EventClients['s3'], bucket: string, held: Held | null): Promise<Held> {
  const found = await readPolicyIfChanged(s3, bucket, held?.etag);
  const { etag, stored } = found ?? held ?? {};
  if (stored === undefined)
    throw new LakeError('Unexpected', { message: 'S3 sent no policy, and none was asked about' });
  const document = held?.stored.hash === stored.hash ? held.document : parseStoredPolicy(stored);
  const asks = partsUsed(document).length > 0;
  const resolution = asks
    ? ((await readResolutionIfChanged(s3, bucket, held?.resolution?.etag)) ?? held?.resolution ?? null)
    : null;
  // Without an ETag to ask with, the whole is sent, and may be what is held all the same.
  const isSame = held?.stored.hash === stored.hash && held.resolution?.value.hash === resolution?.value.hash;
  const policy = isSame ? held.policy : resolvePinned(document, stored.hash, resolution?.value ?? null);
  return { etag, stored, document, resolution, policy };
}

const services = once(() => onEventServices(readEnv(OnEventEnvSchema), ownRegion()));

export const handler = (event: unknown): Promise<OnEventAnswer> => onEvent(event, services());
