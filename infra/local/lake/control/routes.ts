/** `/_lake/…`: what tests and the demo may do that no AWS caller could. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseFault } from '../faults/parse.ts';
import { readBody, sendJson } from '../http-io.ts';
import type { Lake } from '../lake.ts';
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
  'GET switches': () => ({ switches: SWITCHES }),
  'POST reset': (lake) => {
    lake.reset();
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
  return registered === undefined ? undefined : (owner, body) => registered(owner.world, body);
}

export async function handleControl(
  lake: Lake,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const name = url.pathname.slice('/_lake/'.length);
  const route = await find(lake, request.method ?? 'GET', name);
  if (route === undefined)
    return sendJson(response, 404, { message: `the lake has no control ${request.method} ${name}` });
  const raw = await readBody(request);
  try {
    const body: Body = raw.length === 0 ? {} : JSON.parse(raw.toString('utf8'));
    sendJson(response, 200, (await route(lake, body, url)) ?? {});
  } catch (error) {
    sendJson(response, 400, { message: error instanceof Error ? error.message : String(error) });
  }
}
