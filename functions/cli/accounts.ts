/** Accounts as people call them. */

import { isAccountId } from '#contracts/arn.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Policy, PolicyAccount } from '#contracts/policy.ts';
import { nearest } from '#core/policy/nearest.ts';

/** An account of the policy by its name or its id. */
export function accountCalled(policy: Policy, called: string): PolicyAccount {
  const account = policy.accounts.find((one) => isCalled(one, called));
  if (account !== undefined) return account;
  // Accounts of the organization need no name in the policy.
  const isOpen = policy.products.some(({ parts }) => parts.length > 0);
  if (isOpen && isAccountId(called)) return { name: called, id: called };
  const names = policy.accounts.map(({ name }) => name);
  const near = nearest(called, names);
  throw new LakeError('UsageInvalid', {
    message: `the policy has no account "${called}"`,
    remedy: near === null ? `use one of ${names.join(', ')}` : `did you mean ${near}? (one of ${names.join(', ')})`,
  });
}

/** Twelve digits are only ever an id: names in the organization are chosen by others. */
export function isCalled({ name, id }: PolicyAccount, called: string): boolean {
  return isAccountId(called) ? id === called : name === called;
}

/** Always id and name: ids are what AWS shows, names are what people know. */
export function accountText({ id, name }: Pick<PolicyAccount, 'id' | 'name'>): string {
  return `${id} ${name}`;
}
