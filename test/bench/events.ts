/** What an event costs on-event under a policy of 10,000 accounts and 50 products for all of them: CPU, cold and warm. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Policy } from '#contracts/policy.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { route } from '#core/events/route.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';
import { accountId, largeDocument } from './large-policy.ts';
import { cpuOf, median } from './numbers.ts';
import type { Row } from './report.ts';

const ACCOUNTS = 10_000;
const PRODUCTS = 50;
const RUNS = 9;
const EVENTS = fileURLToPath(new URL('../fixtures/events/', import.meta.url));

export async function benchEvents(): Promise<readonly Row[]> {
  const document = largeDocument({ accounts: ACCOUNTS, products: PRODUCTS });
  const text = JSON.stringify({ hash: policyHash(document), document });
  let policy: Policy | null = null;
  const stored: { readonly hash: string; readonly document: unknown }[] = [];
  const parse = cpuOf(() => stored.push(JSON.parse(text)));
  const shape = cpuOf(() => stored.map(parseStoredPolicy));
  const resolve = cpuOf(() => {
    policy = resolvePolicy(document, 'hash');
  });
  if (policy === null) throw new Error('no policy');
  const of = `${ACCOUNTS.toLocaleString('en')} accounts × ${PRODUCTS} products`;
  return [
    { what: `${of}: reading the stored policy as JSON, CPU`, measured: parse, unit: 'ms' },
    { what: 'the same, its shape, CPU', measured: shape, unit: 'ms' },
    { what: 'the same, resolving it (cold), CPU', measured: resolve, unit: 'ms', atMost: 1000 },
    ...routes(policy),
  ];
}

/** Every recorded event that has a route, by type. */
function routes(policy: Policy): readonly Row[] {
  const events = readdirSync(EVENTS).map((name) => ({ name: name.replace('.json', ''), event: recorded(name) }));
  const cold = cpuOf(() => {
    for (const { event } of events) outcome(event, policy);
  });
  const warm = events.map(({ name, event }) => {
    const measured = median(Array.from({ length: RUNS }, () => cpuOf(() => outcome(event, policy))));
    return { what: `${name}, ${outcome(event, policy)}, warm, CPU`, measured, unit: 'ms', atMost: 20 };
  });
  return [{ what: 'every recorded event once (cold), CPU', measured: cold, unit: 'ms', atMost: 1000 }, ...warm];
}

/** As recorded, of a consumer and a database that this policy has. */
function recorded(name: string): unknown {
  const text = readFileSync(`${EVENTS}${name}`, 'utf8');
  return JSON.parse(text.replaceAll('222222222222', accountId(0)).replaceAll('cur_org', 'lake_0'));
}

/** In words: how many scopes, or why none. */
function outcome(event: unknown, policy: Policy): string {
  try {
    const found = route(event, policy);
    return found.kind === 'ignore' ? 'ignored' : `${found.scopes.length} scopes`;
  } catch {
    return 'refused';
  }
}
