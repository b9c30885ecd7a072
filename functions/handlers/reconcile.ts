/** One stage of a run: parse, wire, return. */

import { randomUUID } from 'node:crypto';
import { archiveTo } from '#aws/audit.ts';
import { type Access, createAccess, type HubClients } from '#aws/clients.ts';
import { createDynamoLedger } from '#aws/ledger.ts';
import { starterOf } from '#aws/machines.ts';
import { putSnapshot, readSnapshot } from '#aws/objects.ts';
import { putObservation, readObservation } from '#aws/observations.ts';
import { readCurrentPin, readPinned } from '#aws/resolutions.ts';
import { CHANGES } from '#changes/registry.ts';
import { type ReconcileEnv, ReconcileEnvSchema } from '#contracts/env.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { partitionOf } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import {
  type BeginOutput,
  newRun,
  type RunInput,
  type Scope,
  type StageInput,
  StageInputSchema,
  type StageOutput,
} from '#contracts/steps.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { resolvePinned } from '#core/policy.ts';
import { type Starter, type StartOptions, scopeText, spreadOf, startCovered } from '#core/start.ts';
import type { Observations, RunContext, RunEvent, Snapshots, Standing } from '#engine/context.ts';
import { isCovered, type Waiting } from '#engine/covered.ts';
import { leaseHeld } from '#engine/lease-held.ts';
import { releaseScope, takeScope } from '#engine/leases.ts';
import { runStage } from '#engine/stages.ts';
import { survey } from '#engine/survey.ts';
import { PATH } from '#hops/path.ts';
import { type Clock, systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv, seconds } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { createMetrics, type Metrics } from '#runtime/metrics.ts';
import { once } from '#runtime/once.ts';

/** What the handler is wired to. */
export interface ReconcileServices {
  readonly env: ReconcileEnv;
  readonly access: Access;
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  readonly observations: Observations;
  /** Hash of the policy that is in force now, with all that is pinned beside it. */
  currentPolicy(): Promise<string>;
  /** The policy of this hash, or the current one. */
  policy(hash: string | undefined): Promise<Policy>;
  /** Starts an execution: `started`, `covered` or `already`. */
  start(scope: Scope, options: StartOptions): Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** @throws errors whose `name` Step Functions matches on: see ERROR_KINDS. */
export async function reconcileStage(
  payload: unknown,
  services: ReconcileServices,
): Promise<BeginOutput | StageOutput> {
  const parsed = StageInputSchema.safeParse(payload);
  if (!parsed.success)
    throw new LakeError('EventInvalid', {
      message: `stage input: ${parsed.error.issues.map((i) => i.path.join('.')).join(', ')}`,
    });
  const input = parsed.data;
  const log = services.log.with({
    scope: scopeText(input.scope),
    account: input.scope.account,
    execution: input.execution,
  });
  try {
    return await stage(input, services, log);
  } catch (error) {
    log.trouble(`stage ${input.stage} ended early`, error);
    throw error;
  } finally {
    services.metrics.flush();
  }
}

async function stage(input: StageInput, services: ReconcileServices, log: Log): Promise<BeginOutput | StageOutput> {
  const { scope } = input;
  if (scope.half !== 'survey') return stageOfRun({ ...input, scope }, services, log);
  const policy = await services.policy(input.run?.policy);
  return survey(contextOf(input, policy, services, log), { ...input, scope });
}

async function stageOfRun(input: RunInput, services: ReconcileServices, log: Log): Promise<BeginOutput | StageOutput> {
  const { scope, execution } = input;
  const nothing = { stage: input.stage, due: 0, done: 0, failed: 0, findings: 0 };
  switch (input.stage) {
    case 'begin':
      return begin(input, services, log);
    case 'end':
      await releaseScope(services.ledger, scope, execution);
      return nothing;
    case 'lease-held': {
      const now = services.clock.now();
      return { ...nothing, findings: await leaseHeld(services.ledger, scope, { now, execution }) };
    }
    default: {
      const policy = await services.policy(input.run?.policy);
      const acceptWithin = seconds('ACCEPT_WITHIN', services.env.ACCEPT_WITHIN) * 1000;
      const output = await runStage(contextOf(input, policy, services, log), input, { acceptWithin });
      measure(input, output, services);
      return output;
    }
  }
}

async function begin(input: RunInput, services: ReconcileServices, log: Log): Promise<BeginOutput> {
  const policy = await services.policy(input.run?.policy);
  const deadline = Date.parse(input.startedAt) + seconds('LEASE_WITHIN', services.env.LEASE_WITHIN) * 1000;
  const lease = await takeScope(services.ledger, input.scope, {
    execution: input.execution,
    now: services.clock.now(),
    deadline,
    runsAtOnce: policy.limits.runsAtOnce,
  });
  log.decision(`lease ${lease}`, { policy: policy.hash });
  if (lease === 'taken' && input.run === undefined && (await isCovered(services.ledger, waitingFrom(input, policy)))) {
    await releaseScope(services.ledger, input.scope, input.execution);
    log.decision('another run has seen all that this one was to look at');
    return { lease: 'covered', run: newRun(policy.hash) };
  }
  return { lease, run: input.run ?? newRun(policy.hash) };
}

function waitingFrom({ scope, window = '', lookAt, startedAt }: RunInput, policy: Policy): Waiting {
  const from = Math.max(Date.parse(startedAt), Date.parse(lookAt ?? startedAt));
  return { scope, policy: policy.hash, window, from };
}

/**
 * Of the six retries a machine has for Transient: 5 + 10 + 20 + 40 s, and then what can't be read is unknown and told.
 * Retries of another kind count too, so patience may end sooner, never after the machine's.
 */
const PATIENT_ATTEMPTS = 4;

function contextOf(input: StageInput, policy: Policy, services: ReconcileServices, log: Log): RunContext {
  const { env, clock } = services;
  const eventId = input.execution.split(':').at(-1) ?? input.execution;
  return {
    policy,
    path: PATH,
    changes: CHANGES,
    access: services.access,
    rolePath: env.MEMBER_ROLE_PATH,
    ledger: services.ledger,
    snapshots: services.snapshots,
    observations: services.observations,
    standing: () => standing(policy, services),
    execution: input.execution,
    invocation: `${input.execution}/${input.stage}/${randomUUID()}`,
    atWork: 1,
    patient: input.attempt < PATIENT_ATTEMPTS,
    now: clock.now,
    sleep: clock.sleep,
    emit: (event) => emit(event, log, services.metrics),
    start: (scope) =>
      services.start(scope, {
        now: clock.now(),
        debounce: policy.debounce,
        spread: spreadOf(policy),
        handlerTimeoutSeconds: seconds('HANDLER_TIMEOUT', env.HANDLER_TIMEOUT),
        eventId,
      }),
  };
}

async function standing(policy: Policy, services: ReconcileServices): Promise<Standing> {
  if ((await services.ledger.halt()) !== null) return 'halted';
  return (await services.currentPolicy()) === policy.hash ? 'current' : 'superseded';
}

function emit(event: RunEvent, log: Log, metrics: Metrics): void {
  switch (event.kind) {
    case 'assessed':
      log.decision(`${event.hop}: ${event.changes} due, ${event.findings} finding(s)`, { hop: event.hop });
      break;
    case 'wrote':
    case 'refused':
      emitWrite(event, log, metrics);
      break;
    case 'settled':
      metrics.healed(event.recovered);
      log.decision(`${event.open} finding(s) open, ${event.opened} new, ${event.recovered} recovered`);
      break;
    case 'started':
      log.decision(`${event.outcome}: ${event.scope}`);
  }
}

function emitWrite(event: Extract<RunEvent, { kind: 'wrote' | 'refused' }>, log: Log, metrics: Metrics): void {
  const line = log.with({ account: event.account, product: event.products.join(',') });
  const { hop, change, text, givesAccess } = event;
  if (event.kind === 'wrote') {
    if (givesAccess) metrics.grantsMade(1);
    line.write(text, { hop, change });
  } else {
    if (givesAccess) metrics.grantsFailed(1);
    line.write(`refused: ${text}`, { hop, change, code: event.code });
  }
}

/**
 * From the start of the consumer's execution to its last grant, when it made any. The event itself is older by the
 * debounce and the producer's half, which the machine's name and input can't carry.
 */
function measure(input: StageInput, output: StageOutput, services: ReconcileServices): void {
  if (!output.readable) return;
  services.metrics.eventToReadable(services.clock.now() - Date.parse(input.startedAt));
}

function wire(): ReconcileServices {
  const env = readEnv(ReconcileEnvSchema);
  const region = ownRegion();
  const access = createAccess({
    partition: partitionOf(region),
    namespace: env.NAMESPACE,
    rolePath: env.MEMBER_ROLE_PATH,
    sessionName: `${env.NAMESPACE}-reconcile`,
    region,
  });
  const hub = access.own(region);
  const policies = new Map<string, Policy>();
  return {
    env,
    access,
    ledger: createDynamoLedger(hub.dynamodb, env.LEDGER_TABLE, archiveTo(hub.s3, env.AUDIT_BUCKET)),
    snapshots: {
      read: (scope) => readSnapshot(hub.s3, env.POLICY_BUCKET, scope),
      write: (snapshot) => putSnapshot(hub.s3, env.POLICY_BUCKET, snapshot),
    },
    observations: {
      read: (execution, sha) => readObservation(hub.s3, env.OBSERVATION_BUCKET, { execution, hash: sha }),
      write: (execution, observation) => putObservation(hub.s3, env.OBSERVATION_BUCKET, { execution, observation }),
    },
    currentPolicy: () => readCurrentPin(hub.s3, env.POLICY_BUCKET),
    policy: async (hash) => {
      const cached = hash === undefined ? undefined : policies.get(hash);
      if (cached !== undefined) return cached;
      const stored = await readPinned(hub.s3, env.POLICY_BUCKET, hash);
      const policy = resolvePinned(parseStoredPolicy(stored.policy), stored.policy.hash, stored.resolution);
      policies.set(policy.hash, policy);
      return policy;
    },
    start: (scope, options) => startCovered(scope, options, starter(env, hub.sfn)),
    clock: systemClock,
    log: createLog('reconcile'),
    metrics: createMetrics('reconcile', env.NAMESPACE),
  };
}

function starter(env: ReconcileEnv, sfn: HubClients['sfn']): Starter {
  const machines = {
    publish: env.PUBLISH_MACHINE_ARN,
    onboard: env.ONBOARD_MACHINE_ARN,
    survey: env.SURVEY_MACHINE_ARN,
  };
  return starterOf({ sfn: () => sfn, machines, now: systemClock.now });
}

const services = once(wire);

export const handler = (payload: unknown): Promise<BeginOutput | StageOutput> => reconcileStage(payload, services());
