/** The engine without MiniStack: a lake in this process with our member roles, and the real machines and functions. */

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type Access, createAccess } from '#aws/clients.ts';
import { putSnapshot, readSnapshot } from '#aws/objects.ts';
import type { Alert } from '#contracts/documents.ts';
import { sha256 } from '#contracts/hash.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRolePath } from '#contracts/names.ts';
import type { Observation } from '#contracts/observation.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope, Wake } from '#contracts/steps.ts';
import { createMemoryLedger, emptyStore, type MemoryStore } from '#core/memory-ledger.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import { reconcileStage } from '../../functions/handlers/reconcile.ts';
import { report } from '../../functions/handlers/report.ts';
import {
  type DirectHandler,
  type LakeOptions,
  type RunningLake,
  type Snapshot,
  startLake,
} from '../../infra/local/lake/start.ts';
import { ACCOUNTS, HUB, REGION } from '../../infra/local/scenes/places.ts';
import { makeWorld, root, type Stage } from '../../infra/local/scenes/world.ts';
import { hubRoleArn } from '../../infra/names.ts';
import type { Deed } from '../golden/deeds.ts';
import { type Recording, record } from '../golden/recorder.ts';
import { type Call, definition, type MachineFile, perform, type Run, TaskFailed } from './asl.ts';
import { type FlakyConnection, openFlakyConnection } from './flaky-connection.ts';
import { makeOwnRoles } from './own-roles.ts';
import { createScheduler } from './scheduler.ts';
import { type Watcher, watched } from './watched.ts';

const MACHINES: Readonly<Record<Wake['half'], MachineFile>> = {
  publish: 'publish-database',
  onboard: 'onboard-account',
  survey: 'survey-account',
};

const ENV = {
  NAMESPACE: 'onramp',
  POLICY_BUCKET: 'onramp-policies',
  LEDGER_TABLE: 'in memory',
  AUDIT_BUCKET: 'in memory',
  OBSERVATION_BUCKET: 'in memory',
  PUBLISH_MACHINE_ARN: 'publish',
  ONBOARD_MACHINE_ARN: 'onboard',
  SURVEY_MACHINE_ARN: 'survey',
  HANDLER_TIMEOUT: '60',
  ACCEPT_WITHIN: '120',
  LEASE_WITHIN: '900',
};

export interface Told {
  readonly type: string;
  readonly alert: Alert;
}

export interface InProcessOptions extends LakeOptions {
  /** Accounts in which nobody deployed our roles. */
  readonly without?: readonly string[];
  /** Whether consumers have run before, so that producers know them for members: true unless told. */
  readonly known?: boolean;
  /** Over a line that a test may have go dead, and with it the ledger: as when a function is killed. */
  readonly mortal?: boolean;
  /** Begins as another one was, that had the same policy and options. */
  readonly from?: Saved;
}

/** A cloud as it was at a moment. */
export interface Saved {
  readonly lake: Snapshot;
  readonly hub: HubState;
  /** What our roles wrote up to then. */
  readonly written: readonly Deed[];
}

/** What the hub remembers. */
interface HubState {
  readonly ledger: MemoryStore;
  readonly policies: Map<string, Policy>;
  readonly told: Told[];
  readonly mails: { subject: string; body: string }[];
  readonly queue: Scope[];
  readonly logged: string[];
  /** What runs have seen, as text, by hash. */
  readonly observations: Map<string, string>;
  runs: number;
}

export type InProcess = Awaited<ReturnType<typeof inProcess>>;

export async function inProcess(
  policy: Policy,
  { without, mortal, known = true, from, ...options }: InProcessOptions = {},
) {
  const recording = record(() => lake, from?.written);
  const lake: RunningLake = await startLake({ accounts: ACCOUNTS, witness: recording.witness, ...options });
  const stage = { url: lake.url, control: lake.control, requestHandler: lake.requestHandler };
  if (from) lake.restore(from.lake);
  else {
    await makeWorld(stage, policy.organization.managementAccount);
    await makeOwnRoles(stage, policy, without);
    await makePolicyBucket(stage);
  }
  const line = mortal ? openFlakyConnection(lake.requestHandler) : null;
  const state = from ? structuredClone(from.hub) : emptyHub();
  const hub = openHub(lake, policy, { line, state });
  if (known && !from) await knowConsumers(hub.ledger, policy);
  const executor = createExecutor(hub, policy, { state, recording });
  /** For others to begin from. Throws while faults are set in the lake. */
  const { written } = recording;
  const save = (): Saved => ({ lake: lake.snapshot(), hub: structuredClone(state), written: written() });
  const close = async () => {
    await lake.close();
    recording.assertOrder();
  };
  return { lake, stage, ...hub, ...executor, written, save, close };
}

async function makePolicyBucket(stage: Stage): Promise<void> {
  await new S3Client({ ...root(stage, HUB), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: ENV.POLICY_BUCKET }),
  );
}

function emptyHub(): HubState {
  return {
    ledger: emptyStore(),
    policies: new Map(),
    told: [],
    mails: [],
    queue: [],
    logged: [],
    observations: new Map(),
    runs: 0,
  };
}

/** What every account's own run has found before: it is a member. Its producers wait for that. */
async function knowConsumers(ledger: Ledger, policy: Policy): Promise<void> {
  const regions = new Set([REGION, ...scopesOf(policy).map(({ region }) => region)]);
  for (const account of ACCOUNTS)
    for (const region of regions)
      await ledger.putConsumer({ account, region, fingerprints: {}, disproved: [], membership: 'inside', at: 0 });
}

type Lake = Awaited<ReturnType<typeof startLake>>;

/** What the functions are wired to in the hub, each recorded. */
function openHub(lake: Lake, policy: Policy, { line, state }: { line: FlakyConnection | null; state: HubState }) {
  process.env['AWS_ENDPOINT_URL'] = lake.url;
  const watchers: Watcher[] = [];
  const { requestHandler } = line ?? lake;
  const open = () => watched(openAccess(lake, policy, requestHandler), watchers);
  let access = open();
  const bucket = ENV.POLICY_BUCKET;
  const { policies, told, mails, queue, logged } = state;
  const ledger = createMemoryLedger(state.ledger);
  const working = line === null ? ledger : mortalLedger(ledger, line);
  const log = recordingLog(logged);
  const clock = { now: () => lake.world.now(), sleep: (ms: number) => lake.control.moveClock(ms) };
  const metrics = { grantsMade() {}, grantsFailed() {}, healed() {}, eventToReadable() {}, flush() {} };
  const reconcileServices = {
    env: { ...ENV, MEMBER_ROLE_PATH: memberRolePath(policy.namespace) },
    get access() {
      return access;
    },
    ledger: working,
    snapshots: {
      read: (scope: Parameters<typeof readSnapshot>[2]) => readSnapshot(access.own(REGION).s3, bucket, scope),
      write: (snapshot: Parameters<typeof putSnapshot>[2]) => putSnapshot(access.own(REGION).s3, bucket, snapshot),
    },
    observations: {
      read: async (_: string, hash: string): Promise<Observation | null> =>
        JSON.parse(state.observations.get(hash) ?? 'null'),
      write: async (_: string, observation: Observation) => {
        const text = JSON.stringify(observation);
        state.observations.set(sha256(text), text);
        return sha256(text);
      },
    },
    currentPolicy: async () => (policies.get('current') ?? policy).hash,
    policy: async (hash: string | undefined) => policies.get(hash ?? 'current') ?? policy,
    start: async (scope: Scope) => {
      if (!queue.some((waiting) => scopeText(waiting) === scopeText(scope))) queue.push(scope);
      return 'started';
    },
    clock,
    log,
    metrics,
  };
  const reportServices = {
    env: { ...ENV, TOPIC_ARN: 'topic', BUS_NAME: 'bus' },
    region: REGION,
    ledger: working,
    putEvent: async (event: { detailType: string; detail: Alert }) =>
      void told.push({ type: event.detailType, alert: event.detail }),
    publish: async (message: { subject: string; body: string }) => void mails.push(message),
    clock,
    log,
  };
  /** Time goes by: the functions of then are gone, and their credentials with them. */
  const later = async (ms: number) => {
    await clock.sleep(ms);
    access = open();
  };
  const watch = (watcher: Watcher) => void watchers.push(watcher);
  return { line, later, watch, ledger, clock, policies, told, mails, queue, logged, reconcileServices, reportServices };
}

function openAccess(lake: Lake, { namespace }: Policy, requestHandler: DirectHandler): Access {
  const reconcile = hubRoleArn({ partition: 'aws', account: HUB, namespace, purpose: 'reconcile' });
  return createAccess({
    partition: 'aws',
    namespace,
    rolePath: memberRolePath(namespace),
    sessionName: 'reconcile',
    baseCredentials: () => lake.control.credentials(reconcile, { sessionName: 'reconcile' }),
    retryDelayMs: 1,
    requestHandler,
  });
}

/** A function that was killed writes nothing down either. */
function mortalLedger(ledger: Ledger, line: FlakyConnection): Ledger {
  return new Proxy(ledger, {
    get: (target, name: keyof Ledger) => {
      if (line.dead) throw new Error('the function was killed');
      return target[name];
    },
  });
}

function recordingLog(lines: string[]) {
  const log = {
    decision: (message: string) => void lines.push(message),
    write: (message: string) => void lines.push(`write: ${message}`),
    trouble: (message: string, error: unknown) => void lines.push(`${message}: ${String(error)}`),
    with: () => log,
  };
  return log;
}

type Hub = ReturnType<typeof openHub>;

function createExecutor(hub: Hub, policy: Policy, { state, recording }: { state: HubState; recording: Recording }) {
  const scheduler = createScheduler(hub.clock);
  /** One execution of a scope's machine, whatever it ends with. */
  const run = (scope: Wake, current: Policy = policy): Promise<Run> => {
    state.runs += 1;
    hub.policies.set(current.hash, current).set('current', current);
    const context = {
      Id: `arn:aws:states:${REGION}:${HUB}:execution:${scope.half}:run-${state.runs}`,
      StartTime: new Date(hub.clock.now()).toISOString(),
    };
    const input = { scope, window: `e-${state.runs}`, lookAt: '1970-01-01T00:00:00Z' };
    return recording.run(() =>
      scheduler.play(() =>
        perform(definition(MACHINES[scope.half]), input, {
          context,
          pause: scheduler.pause,
          answer: (call) => answer(hub, call),
        }),
      ),
    );
  };
  const whole = async (scope: Scope, current?: Policy): Promise<void> => {
    const ended = await run(scope, current);
    if (ended.status !== 'SUCCEEDED') throw new Error(`${scopeText(scope)}: ${ended.error}: ${ended.cause}`);
  };
  /** Runs a scope and whatever it starts, to the end. */
  const settle = async (scope: Scope, current?: Policy): Promise<void> => {
    await whole(scope, current);
    for (let next = hub.queue.shift(); next !== undefined; next = hub.queue.shift()) await whole(next, current);
  };
  return { run, settle };
}

/** As Lambda does it: JSON in, JSON out, an error by its name. */
async function answer(hub: Hub, call: Call): Promise<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(JSON.stringify(call.payload));
    const output = call.function.includes('Report')
      ? await report(payload, hub.reportServices)
      : await reconcileStage(payload, hub.reconcileServices);
    return { ...output };
  } catch (error) {
    if (error instanceof Error) throw new TaskFailed(error.name, error.message);
    throw error;
  }
}
