/** `onramp run WHAT`: starts the runs of a product, an account or everything by hand; `--wait` stays until they are over. */

import type { RunsDocument, StartedRun } from '#contracts/documents.ts';
import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { chunks } from '#core/collections.ts';
import { nearest } from '#core/policy/nearest.ts';
import { scopesOf } from '#core/scopes.ts';
import { consumersOf, publishScope } from '#core/selectors.ts';
import { type MachineStart, type Starter, scopeText, startByHand } from '#core/start.ts';
import { isCalled } from '../accounts.ts';
import { renderRuns } from '../render/runs.ts';
import type { Terminal } from '../terminal.ts';

export interface RunOptions {
  /** A product's name, an account's name or id, or `everything`. */
  readonly what: string;
  readonly wait?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly start: Starter;
  /** How an execution stands: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`. */
  statusOf(start: MachineStart): Promise<string>;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Starts and questions sent side by side. */
const AT_ONCE = 10;
const POLL_MS = 2000;
/** States of an execution that is not over. */
const UNDER_WAY = ['RUNNING', 'PENDING_REDRIVE'];

export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const scopes = await scopesOfWhat(options);
  const runs = options.wait ? await playedOut(options, scopes, terminal) : await started(options, scopes);
  const document: RunsDocument = { schema: 'onramp.run/1', runs: [...runs] };
  terminal.result(options.json ? JSON.stringify(document, null, 2) : renderRuns(runs, terminal.paint));
  return runs.some(({ status }) => status !== 'SUCCEEDED' && !UNDER_WAY.includes(status))
    ? EXIT_CODES.broke
    : EXIT_CODES.done;
}

/** Producers first. What the policy names no longer is meant, too, where something of ours stands (law 13). */
async function scopesOfWhat({ what, policy, ledger }: RunOptions): Promise<readonly Scope[]> {
  const product = policy.products.find(({ name }) => name === what);
  if (product !== undefined) return [publishScope(product), ...consumersOf(policy, product)];
  const all = scopesOf(policy, await ledger.standing());
  if (what === 'everything') return all;
  const named = policy.accounts.find((one) => isCalled(one, what))?.id ?? what;
  const here = all.filter(({ account }) => account === named);
  if (here.length > 0) return here;
  const names = [...policy.products, ...policy.accounts].map(({ name }) => name);
  const near = nearest(what, names);
  throw new LakeError('UsageInvalid', {
    message: `the policy has nothing to look at called "${what}"`,
    remedy: near === null ? 'name a product, an account by name or id, or write everything' : `did you mean ${near}?`,
  });
}

/** A consumer goes by what its producers have told: they are waited for first. */
async function playedOut(
  options: RunOptions,
  scopes: readonly Scope[],
  terminal: Terminal,
): Promise<readonly StartedRun[]> {
  const runs: StartedRun[] = [];
  for (const half of ['publish', 'onboard'] as const) {
    const here = scopes.filter((scope) => scope.half === half);
    await inTurns(here, async (scope) => {
      runs.push(await ended(options, await startOne(options, scope), terminal));
    });
  }
  return runs;
}

async function started(options: RunOptions, scopes: readonly Scope[]): Promise<readonly StartedRun[]> {
  const runs: StartedRun[] = [];
  await inTurns(scopes, async (scope) => {
    const { execution } = await startOne(options, scope);
    runs.push({ scope: scopeText(scope), execution: execution.name, status: 'RUNNING', findings: [] });
  });
  return runs;
}

interface Playing {
  readonly scope: Scope;
  readonly execution: MachineStart;
}

async function startOne({ start, now }: RunOptions, scope: Scope): Promise<Playing> {
  const execution = startByHand(scope, String(now()));
  await start(execution);
  return { scope, execution };
}

async function ended(
  { statusOf, ledger, sleep }: RunOptions,
  { scope, execution }: Playing,
  terminal: Terminal,
): Promise<StartedRun> {
  const text = scopeText(scope);
  terminal.note(`${text}: started`);
  let status = await statusOf(execution);
  while (UNDER_WAY.includes(status)) {
    await sleep(POLL_MS);
    status = await statusOf(execution);
  }
  terminal.note(`${text}: ${status}`);
  const records = await ledger.findings(text);
  const findings = records.flatMap(({ state, finding }) => (state === 'open' ? [finding] : []));
  return { scope: text, execution: execution.name, status, findings };
}

async function inTurns<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  for (const some of chunks(all, AT_ONCE)) await Promise.all(some.map(each));
}
