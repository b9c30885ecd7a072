/** `onramp confirm-withdrawal HASH`: a person lets exactly these withdrawals pass the brake, once, and starts the run that makes them. */

import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { chunks } from '#core/collections.ts';
import { scopesOf } from '#core/scopes.ts';
import { type Starter, scopeText, startByHand } from '#core/start.ts';
import type { Terminal } from '../terminal.ts';

export interface ConfirmOptions {
  readonly hash: string;
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly start: Starter;
  /** ARN of who confirms, for the record. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Findings of so many scopes are asked for at once. */
const AT_ONCE = 20;

export async function confirmWithdrawal(options: ConfirmOptions, terminal: Terminal): Promise<number> {
  const { hash, ledger, by, now, start } = options;
  if (!/^[0-9a-f]{16}$/.test(hash)) {
    throw new LakeError('UsageInvalid', {
      message: `"${hash}" is no hash of a withdrawal`,
      remedy: 'copy the 16 letters and digits from the finding brake-pulled',
    });
  }
  await ledger.confirm(hash, { by, at: now });
  const asking = await scopesAsking(options);
  for (const scope of asking) await start(startByHand(scope, `${hash}-${now}`));
  const next =
    asking.length === 0
      ? 'no run has asked for it yet: the next one of its scope does it'
      : `started: ${asking.map(scopeText).join(', ')}`;
  terminal.result(`withdrawal ${hash} confirmed by ${by}, once, within a day; ${next}`);
  return EXIT_CODES.done;
}

/** The scopes whose runs stopped before these withdrawals, what the policy names no longer included (law 13). */
async function scopesAsking({ hash, policy, ledger }: ConfirmOptions): Promise<readonly Scope[]> {
  const scopes = scopesOf(policy, await ledger.standing());
  const asking: Scope[] = [];
  for (const some of chunks(scopes, AT_ONCE)) {
    const records = await Promise.all(some.map((scope) => ledger.findings(scopeText(scope))));
    const isAsking = (of: (typeof records)[number] = []) =>
      of.some(({ state, finding }) => state === 'open' && finding.resource === `withdrawal ${hash}`);
    asking.push(...some.filter((_, nth) => isAsking(records[nth])));
  }
  return asking;
}
