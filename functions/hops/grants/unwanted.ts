/** Backwards: grants of ours to principals of a consumer that nothing of the policy wants any longer. */

import type { RevokeChange } from '#changes/revoke/change.ts';
import { withdrawals } from '#changes/revoke/withdrawals.ts';
import { arnParts } from '#contracts/arn.ts';
import type { Grant, LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import { DEFAULT_DATABASE, desiredGrants, type ReadyProduct } from '#core/consumer-grants.ts';
import { grantsSent } from '#core/ownership.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { type LinkReader, linkGrants } from './by-tag.ts';

export interface UnwantedGrantsQuestion {
  readonly account: string;
  /** Of the links and of `default`. */
  readonly region: string;
  /** Whose grants are judged: that Region, or one where targets of its links are. */
  readonly where: string;
  /** Products whose needs are known. Who can't be told to be admitted counts as admitted: unknown takes nothing (law 6). */
  readonly decided: readonly ReadyProduct[];
  /** The others of this run: what they may want is left alone, whoever it was granted for. */
  readonly undecided: readonly Product[];
  /** Products for the account in other Regions only: another run links them, and judges grants on their targets. */
  readonly elsewhere: readonly Product[];
  /** Principals that read links here by tag. */
  readonly readers: readonly LinkReader[];
  /** Principals that may read any link here by tag: what reaches them is not known just now. */
  readonly silent: ReadonlySet<string>;
  /** Our own roles, which no product grants anything. */
  readonly ourselves: readonly string[];
  /** Ours in the account, where they are judged. */
  readonly entries: readonly Entry[];
  readonly listed: readonly ListedGrant[];
}

/** Revocations of what we granted and the policy no longer wants. */
export function unwantedGrants(question: UnwantedGrantsQuestion): readonly RevokeChange[] {
  const { account, region, where, decided, undecided, entries, listed } = question;
  const desired = [...desiredGrants(account, region, where, decided), ...readByTag(question)];
  const names = new Set(undecided.map(({ name }) => name));
  const inScope = (grant: Grant) => isJudged(question, grant);
  const isNobodys = ({ resource }: Grant) =>
    resource.type === 'database' && resource.catalog === account && resource.database === DEFAULT_DATABASE;
  const at = { hop: 'grants' as const, account, region: where };
  return withdrawals({ ...at, entries, desired, undecided: names, inScope, isNobodys, listed });
}

/** What the ledger says stands where it is judged; whether it does, AWS says. */
export function judgedGrants(question: Omit<UnwantedGrantsQuestion, 'listed'>): readonly Grant[] {
  return grantsSent(question.entries).filter((grant) => isJudged(question, grant));
}

function readByTag({ account, region, where, readers }: UnwantedGrantsQuestion): readonly DesiredGrant[] {
  return where === region ? linkGrants(account, readers) : [];
}

/** Grants by name to this account's principals; grants by tag, on places, and to other accounts are judged elsewhere. */
function isJudged(question: Omit<UnwantedGrantsQuestion, 'listed'>, { principal, resource }: Grant): boolean {
  const { account, region, where, undecided, elsewhere, silent, ourselves } = question;
  if (!('database' in resource) || resource.type === 'columns') return false;
  if (arnParts(principal)?.account !== account || ourselves.includes(principal)) return false;
  if ([...undecided, ...elsewhere].some((product) => isTarget(where, product, resource))) return false;
  if (resource.catalog !== account) return true;
  // Elsewhere this account's databases are the links of another run.
  if (where !== region || silent.has(principal)) return false;
  return !undecided.some(({ link }) => resource.database === link || resource.database === DEFAULT_DATABASE);
}

type OfDatabase = Extract<LakeResource, { database: string }>;

function isTarget(where: string, product: Product, { catalog, database }: OfDatabase): boolean {
  return where === product.region && catalog === product.account && database === product.database;
}
