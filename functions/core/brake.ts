/** Law 10, as far as all brakes have it in common: how much passes without a person, and what a person is asked. Pure. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Change } from './change.ts';
import { finding } from './findings.ts';

/** The cause of every finding that says so. */
export const BRAKE_PULLED = 'brake-pulled';

/** A person looked at what was to go then: a week later the same list may be the work of another mistake. */
export const CONFIRMED_FOR_MS = 24 * 60 * 60_000;

/** How much may go at once where so much of ours stands: the larger of a number and a share of it. */
export function mostAtOnce({ limits }: Policy, standing: number): number {
  const { atMost, percent } = limits.withdraw;
  return Math.max(atMost, Math.floor((standing * percent) / 100));
}

/** For how long what follows from a departure is taken for that. */
export const DEPARTED_FOR_MS = 24 * 60 * 60_000;

/**
 * What an account loses because it is in none of a product's parts any longer: that was told by the organization itself,
 * counted then, and held if it was too much. Of a product that the policy has changed or no longer has it says nothing.
 */
export function followsDeparture(
  { departed, products }: Policy,
  { account, products: names }: Pick<Change, 'account' | 'products'>,
  now: number,
): boolean {
  const recent = departed.filter((one) => one.account === account && now - one.at < DEPARTED_FOR_MS);
  if (recent.length === 0 || names.length === 0) return false;
  return names.every((name) => {
    const product = products.find((one) => one.name === name);
    if (product === undefined || product.account === account) return false;
    const isOfIt = recent.some(({ part }) => part !== undefined && product.parts.includes(part));
    return isOfIt && !product.audience.includes(account);
  });
}

export interface Held {
  /** What a person confirms. */
  readonly hash: string;
  readonly message: string;
  /** For how long, and for what, a confirmation holds. */
  readonly holds: string;
}

/** The finding on what a brake holds, with the two ways out. */
export function brakePulled(
  { hop, account, region }: Pick<Finding, 'hop' | 'account' | 'region'>,
  { hash, message, holds }: Held,
): Finding {
  return finding({
    hop,
    state: 'broken',
    cause: BRAKE_PULLED,
    account,
    region,
    resource: `withdrawal ${hash}`,
    message,
    remedy: `Look at it with \`onramp plan\`. If it is meant: onramp confirm-withdrawal ${hash} (it holds ${holds}). If not, put back into the policy what was taken out.`,
  });
}

/** Whether a finding says that a brake holds something. */
export function isBrakePulled({ cause }: Finding): boolean {
  return cause === BRAKE_PULLED;
}
