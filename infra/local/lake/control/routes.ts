/** `/_lake/…`: what tests and the demo may do that no AWS caller could. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseFault } from '../faults/parse.ts';
import { jsonAnswer, readBody, send } from '../http-io.ts';
import type { Lake } from '../lake.ts';
import type { WireAnswer } from '../protocol/answer.ts';
import type { Input } from '../service.ts';
import { restoreSnapshot, takeSnapshot } from '../snapshot.ts';
import { SWITCHES } from '../switches.ts';

type Body = Readonly<Record<string, unknown>>;
type Route = (lake: Lake, body: Body, url: URL) => unknown;

const text = (body: Body, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`${name} must be a text`);
  return value;
};

const number = (body: Body, name: string): number => {
  const value = body[name];
  if (typeof value !== 'number') throw new Error(`${name} must be a number`);
  return value;
};

function credentials(lake: Lake, body: Body): unknown {
  const session = typeof body['sessionName'] === 'string' ? { sessionName: body['sessionName'] } : {};
  const seconds = typeof body['seconds'] === 'number' ? { expiresAt: lake.world.now() + body['seconds'] * 1000 } : {};
  const policies = Array.isArray(body['sessionPolicies'])
    ? { sessionPolicies: body['sessionPolicies'] as string[] }
    : {};
  const tags = typeof body['tags'] === 'object' ? { tags: body['tags'] as Record<string, string> } : {};
  return lake.world.credentials.issueCredentials(text(body, 'principal'), {
    ...session,
    ...seconds,
    ...policies,
    ...tags,
  });
}

function moveClock(lake: Lake, body: Body): unknown {
  lake.world.moveClock(number(body, 'ms'));
  lake.world.faults.releaseEvents(lake.deliver);
  return { now: lake.world.now() };
}

const ROUTES: Readonly<Record<string, Route>> = {
  'GET health': () => ({ ok: true }),
  'GET journal': (lake, _body, url) => ({ entries: lake.journal.since(Number(url.searchParams.get('since') ?? 0)) }),
  'GET events': (lake, _body, url) => ({ events: lake.events.slice(Number(url.searchParams.get('since') ?? 0)) }),
  'GET switches': ({ world }) => ({
    switches: SWITCHES.map((each) => ({ ...each, asked: world.asked.has(each.name) })),
  }),
  'POST reset': (lake) => {
    lake.reset();
    return {};
  },
  'POST snapshots': (lake) => ({ id: lake.snapshots.push(takeSnapshot(lake)) - 1 }),
  'POST snapshots/restore': (lake, body) => {
    const snapshot = lake.snapshots[number(body, 'id')];
    if (snapshot === undefined) throw new Error(`there is no snapshot ${body['id']}`);
    restoreSnapshot(lake, snapshot);
    return {};
  },
  'POST credentials': credentials,
  'POST clock': moveClock,
  'POST events/release': (lake) => {
    lake.world.faults.releaseEvents(lake.deliver, true);
    return {};
  },
  'POST faults': (lake, body) => ({ id: lake.world.faults.add(parseFault(body)) }),
  'POST faults/remove': (lake, body) => {
    lake.world.faults.remove(number(body, 'id'));
    return {};
  },
  'POST faults/clear': (lake) => {
    lake.world.faults.clear();
    return {};
  },
  'POST visibility': (lake, body) => {
    lake.world.visibility.delay(text(body, 'service'), text(body, 'kind'), {
      ...(typeof body['reads'] === 'number' ? { reads: body['reads'] } : {}),
      ...(typeof body['ms'] === 'number' ? { ms: body['ms'] } : {}),
    });
    return {};
  },
  'POST accounts': (lake, body) => {
    lake.world.accounts.add(text(body, 'account'));
    return {};
  },
};

async function find(lake: Lake, method: string, name: string): Promise<Route | undefined> {
  const own = ROUTES[`${method} ${name}`];
  if (own !== undefined || method !== 'POST') return own;
  const [service = '', control = ''] = name.split('/');
  const module = await lake.services.get(service)?.();
  const registered = module?.controls?.[control];
  // A control checks its body itself: it is a tool of tests, and no model describes it.
  return registered === undefined ? undefined : (owner, body) => registered(owner.world, body as Input);
}

/** What the control endpoint answers, to whoever asks and however; `body` is JSON, or empty. */
export async function control(lake: Lake, method: string, url: URL, body: string): Promise<WireAnswer> {
  const name = url.pathname.slice('/_lake/'.length);
  const route = await find(lake, method, name);
  if (route === undefined) return jsonAnswer(404, { message: `the lake has no control ${method} ${name}` });
  try {
    const given: Body = body === '' ? {} : JSON.parse(body);
    return jsonAnswer(200, (await route(lake, given, url)) ?? {});
  } catch (error) {
    return jsonAnswer(400, { message: error instanceof Error ? error.message : String(error) });
  }
}

export async function handleControl(
  lake: Lake,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const body = (await readBody(request)).toString('utf8');
  send(response, await control(lake, request.method ?? 'GET', url, body));
}
