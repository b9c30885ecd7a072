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
  /**
   * What `startLake({ switches })` can set: every fact only AWS can confirm, with its readings. `asked`: something has
   * depended on it since the start; had the others been flipped, all would have gone the same.
   */
  switches(): Promise<readonly (Switch & { readonly asked: boolean })[]>;
  reset(): Promise<void>;
  /** Keeps the lake as it is now, under the id answered with. Refused while faults or delays are set. */
  snapshot(): Promise<number>;
  /** Makes the lake what it was then; its clock goes on from there. */
  restore(snapshot: number): Promise<void>;
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

/** How a control is asked: by HTTP, or in the lake's own process. `body` is JSON. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: string) => Promise<{ ok: boolean; body: string }>;

function overHttp(url: string): Ask {
  return async (method, path, body) => {
    const answer = await fetch(`${url}/_lake/${path}`, { method, ...(body === undefined ? {} : { body }) });
    return { ok: answer.ok, body: await answer.text() };
  };
}

/** A client of the lake at that URL, or of one that is asked otherwise. */
export function createControlClient(lake: string | Ask): ControlClient {
  const ask = typeof lake === 'string' ? overHttp(lake) : lake;
  const call = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await ask(method, path, body === undefined ? undefined : JSON.stringify(body));
    const content = JSON.parse(answer.body) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`the lake refused ${path}: ${String(content['message'])}`);
    return content;
  };
  const post = (path: string, body: unknown = {}): Promise<Record<string, unknown>> => call('POST', path, body);
  return {
    journal: async (since = 0) => (await call('GET', `journal?since=${since}`))['entries'] as JournalEntry[],
    events: async (since = 0) => (await call('GET', `events?since=${since}`))['events'] as EventEnvelope[],
    switches: async () => (await call('GET', 'switches'))['switches'] as (Switch & { asked: boolean })[],
    reset: async () => void (await post('reset')),
    snapshot: async () => Number((await post('snapshots'))['id']),
    restore: async (id) => void (await post('snapshots/restore', { id })),
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
