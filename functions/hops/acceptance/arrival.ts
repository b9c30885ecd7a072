/** After accepting: is every share that should be here visible? */

import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Expected, expectedProduct } from '#core/expected-shares.ts';
import { fingerprintOf } from '#core/fingerprints.ts';
import { modeIn } from '#core/policy.ts';
import { accountWithId } from '#core/policy-index.ts';
import { publishScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import type { Arrival, Patience, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { scopesOfSource } from '../arrivals.ts';
import { shareState } from './assess.ts';
import type { AcceptanceObservation, Arriving } from './observe.ts';

/** A share that was missing before has been told of, and its arrival starts a run: it holds this one up no longer. */
const TOLD_WITHIN_MS = 60_000;

type Asked = Question<OnboardScope>;

/** What is still missing when its time is over is a finding; the rest goes on. */
export async function judgeArrival(
  read: Reads,
  observed: AcceptanceObservation,
  question: Asked,
  patience: Patience,
): Promise<Arrival> {
  const records = await read.findings(question.scope);
  const open = records.filter(({ state, finding }) => state === 'open' && finding.hop === 'acceptance');
  const told = new Set(open.map(({ finding }) => finding.product));
  const until = ({ product }: Expected) =>
    patience.startedAt + Math.min(patience.within, told.has(product) ? TOLD_WITHIN_MS : Number.POSITIVE_INFINITY);
  const missing = observed.arriving.flatMap((arriving) => notArrived(question, arriving));
  if (missing.length === 0) return { arrival: 'visible', news: false };
  if (missing.every((expected) => question.now >= until(expected))) return { arrival: 'gave-up', news: false };
  return { arrival: 'waiting', news: await hasNews(read, observed, question, missing) };
}

/** What is expected and not visible; all of a Region whose shares can't be listed. */
function notArrived({ policy, scope: { account } }: Asked, { products, sources, seen }: Arriving): readonly Expected[] {
  const all = [
    ...products.map(({ product, snapshot }) => expectedProduct(account, product, snapshot)),
    ...sources.map(({ expected }) => expected),
  ];
  if (!seen.known) return all;
  return all.filter((expected) => {
    const state = shareState(expected, { account, all }, seen.value);
    return (state === 'waiting' || state === 'acceptable') && isActedOn(policy, account, expected);
  });
}

/** In report mode nothing is accepted, so there is nothing to wait for. */
function isActedOn(policy: Policy, account: string, expected: Expected): boolean {
  const product = policy.products.find(({ name }) => name === expected.product);
  if (product !== undefined) return modeIn(policy, product, account) === 'enforce';
  return (accountWithId(policy, account)?.mode ?? policy.mode) === 'enforce';
}

/** Whether something arrived differs from what the last finished run saw, and this run has done nothing for it yet. */
async function hasNews(
  read: Reads,
  { arrivals }: AcceptanceObservation,
  { policy, scope, entries, execution }: Asked,
  missing: readonly Expected[],
): Promise<boolean> {
  const { account, region } = scope;
  const record = await read.consumer(account, region);
  const isNew = async (producer: ReturnType<typeof publishScope>) => {
    const snapshot = await read.snapshot(producer);
    const fingerprint = snapshot === null ? null : fingerprintOf(policy, account, snapshot);
    return fingerprint !== null && record?.fingerprints[scopeText(producer)] !== fingerprint;
  };
  const any = async (scopes: readonly ReturnType<typeof publishScope>[]) =>
    (await Promise.all(scopes.map(isNew))).includes(true);
  const done = entries.filter((e) => e.execution === execution && (e.kind === 'grant' || e.kind === 'link'));
  const open = arrivals.products.filter(
    ({ product: { name } }) =>
      !missing.some(({ product }) => product === name) && !done.some((entry) => entry.products.includes(name)),
  );
  if (await any(open.map(({ product }) => publishScope(product)))) return true;
  if (done.some((entry) => entry.products.length === 0)) return false;
  const arrived = arrivals.sources.filter(({ expected }) => expected.shared && !missing.includes(expected));
  return any(arrived.flatMap(scopesOfSource));
}
