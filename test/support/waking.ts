/** Events as they reach the hub: forwarded by our rules, routed by our handler with its lookups, and played to the end. */

import type { Policy } from '#contracts/policy.ts';
import type { Scope, Wake } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { onEvent, onEventServices } from '../../functions/handlers/on-event.ts';
import { forwarded } from '../../infra/constructs/patterns.ts';
import type { EventEnvelope } from '../../infra/local/lake/control-client.ts';
import { HUB, REGION } from '../../infra/local/scenes/places.ts';
import { hubRoleArn } from '../../infra/names.ts';
import { matchesPattern, type Pattern } from './event-pattern.ts';
import type { InProcess } from './in-process.ts';

const PATTERNS = Object.values(forwarded({ crawlers: true, workflows: true })).map(
  ({ detailType, ...rest }) => ({ ...rest, 'detail-type': detailType }) as Pattern,
);

const ENV = {
  NAMESPACE: 'onramp',
  POLICY_BUCKET: 'onramp-policies',
  LEDGER_TABLE: 'in memory',
  PUBLISH_MACHINE_ARN: 'publish',
  ONBOARD_MACHINE_ARN: 'onboard',
  SURVEY_MACHINE_ARN: 'survey',
  MEMBER_ROLE_PATH: '/onramp/',
  HANDLER_TIMEOUT: '30',
};

/** How many events are there, to be given to `woken`. */
export async function eventsSoFar(cloud: InProcess): Promise<number> {
  return (await cloud.stage.control.events()).length;
}

/** Scopes that the events after the first `seen` lead to, each once, in their order. */
export async function woken(cloud: InProcess, policy: Policy, seen: number): Promise<readonly Scope[]> {
  const events = (await cloud.stage.control.events()).slice(seen);
  return await routed(cloud, policy, events.filter(isForwarded));
}

/** The scopes of a new policy version. */
export async function wokenByPolicy(cloud: InProcess, policy: Policy): Promise<readonly Scope[]> {
  const detail = { hash: policy.hash };
  return await routed(cloud, policy, [
    ofHub(cloud, { source: 'onramp.hub', 'detail-type': 'Onramp Policy Changed', detail }),
  ]);
}

/** The scopes that surveys by the schedule start, as its rule sends it: those in which something is due. */
export async function wokenBySchedule(cloud: InProcess, policy: Policy): Promise<readonly Scope[]> {
  for (const survey of await surveys(cloud, policy)) {
    const ended = await cloud.run(survey, policy);
    if (ended.status !== 'SUCCEEDED') throw new Error(`${scopeText(survey)}: ${ended.error}: ${ended.cause}`);
  }
  return cloud.queue.splice(0);
}

/** What the schedule starts. */
export async function surveys(cloud: InProcess, policy: Policy): Promise<readonly Wake[]> {
  const resources = [`arn:aws:events:${REGION}:${HUB}:rule/onramp-schedule`];
  const type = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
  return await wokenBy(cloud, policy, [ofHub(cloud, { ...type, resources, detail: {} })]);
}

function ofHub(cloud: InProcess, parts: Readonly<Record<string, unknown>>): object {
  const time = new Date(cloud.clock.now()).toISOString();
  return { version: '0', id: 'by-hub-1', account: HUB, region: REGION, time, resources: [], ...parts };
}

/** Plays them and whatever they start, to the end. */
export async function play(cloud: InProcess, policy: Policy, scopes: readonly Scope[]): Promise<void> {
  for (const scope of scopes) await cloud.settle(scope, policy);
}

function isForwarded(event: EventEnvelope): boolean {
  return PATTERNS.some((pattern) => matchesPattern(pattern, event));
}

async function routed(cloud: InProcess, policy: Policy, events: readonly object[]): Promise<readonly Scope[]> {
  return (await wokenBy(cloud, policy, events)).filter((one) => one.half !== 'survey');
}

async function wokenBy(cloud: InProcess, policy: Policy, events: readonly object[]): Promise<readonly Wake[]> {
  const scopes = new Map<string, Wake>();
  const { lookUp } = await services(cloud, policy);
  for (const event of events)
    await onEvent(event, {
      handlerTimeoutSeconds: 30,
      now: cloud.clock.now,
      log: cloud.reconcileServices.log,
      policy: async () => policy,
      standing: () => cloud.ledger.standing(),
      lookUp,
      start: async ({ input }) => {
        scopes.set(scopeText(input.scope), input.scope);
        return 'started';
      },
    });
  return [...scopes.values()];
}

/** Looking up goes by the handler's own clients, with a session of the hub. */
async function services(cloud: InProcess, { namespace }: Policy) {
  const reconcile = hubRoleArn({ partition: 'aws', account: HUB, namespace, purpose: 'reconcile' });
  const session = await cloud.stage.control.credentials(reconcile);
  process.env['AWS_ACCESS_KEY_ID'] = session.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = session.secretAccessKey;
  process.env['AWS_SESSION_TOKEN'] = session.sessionToken;
  return onEventServices(ENV, REGION);
}
