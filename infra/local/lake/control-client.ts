/** A typed client of the control endpoint. Tests, the demo and the product's tools import this and `start.ts` only. */

import type { EventEnvelope } from './events.ts';
import type { FaultRule } from './faults/rules.ts';
import type { JournalEntry } from './journal.ts';
import type { Switch } from './switches.ts';

export type { EventEnvelope } from './events.ts';
export type { FaultRule } from './faults/rules.ts';
export type { JournalEntry } from './journal.ts';

interface ControlCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

interface CredentialOptions {
  readonly sessionName?: string;
  readonly seconds?: number;
  readonly sessionPolicies?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ControlClient {
  journal(since?: number): Promise<readonly JournalEntry[]>;
  events(since?: number): Promise<readonly EventEnvelope[]>;
  /** What `startLake({ switches })` can set: every fact only AWS can confirm, with its readings. */
  switches(): Promise<readonly Switch[]>;
  reset(): Promise<void>;
  /** Credentials of a role, user or root ARN, or a service principal, without any trust policy being asked. */
  credentials(principal: string, options?: CredentialOptions): Promise<ControlCredentials>;
  moveClock(ms: number): Promise<void>;
  /** Answers with the rule's id. */
  fault(rule: FaultRule): Promise<number>;
  removeFault(id: number): Promise<void>;
  clearFaults(): Promise<void>;
  delay(service: string, kind: string, delay: { readonly reads?: number; readonly ms?: number }): Promise<void>;
  /** Delivers every event still held back. */
  releaseEvents(): Promise<void>;
  addAccount(account: string): Promise<void>;
  /** A service's own control: `set('glue', 'crawler-run', {…})`. */
  set(service: string, control: string, body: unknown): Promise<unknown>;
}

async function call(
  url: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/_lake/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`the lake refused ${path}: ${String(content['message'])}`);
  return content;
}

export function createControlClient(url: string): ControlClient {
  const post = (path: string, body: unknown = {}): Promise<Record<string, unknown>> => call(url, 'POST', path, body);
  return {
    journal: async (since = 0) => (await call(url, 'GET', `journal?since=${since}`))['entries'] as JournalEntry[],
    events: async (since = 0) => (await call(url, 'GET', `events?since=${since}`))['events'] as EventEnvelope[],
    switches: async () => (await call(url, 'GET', 'switches'))['switches'] as Switch[],
    reset: async () => void (await post('reset')),
    async credentials(principal, options = {}) {
      const issued = await post('credentials', { principal, ...options });
      return { ...issued, expiration: new Date(String(issued['expiration'])) } as unknown as ControlCredentials;
    },
    moveClock: async (ms) => void (await post('clock', { ms })),
    fault: async (rule) => Number((await post('faults', rule))['id']),
    removeFault: async (id) => void (await post('faults/remove', { id })),
    clearFaults: async () => void (await post('faults/clear')),
    delay: async (service, kind, delay) => void (await post('visibility', { service, kind, ...delay })),
    releaseEvents: async () => void (await post('events/release')),
    addAccount: async (account) => void (await post('accounts', { account })),
    set: (service, control, body) => post(`${service}/${control}`, body),
  };
}
