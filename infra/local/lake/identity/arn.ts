/** ARNs, taken apart. */

import type { Caller } from '../caller.ts';

export interface PrincipalParts {
  readonly kind: Caller['kind'];
  /** Empty for a service. */
  readonly account: string;
  /** Without path. */
  readonly name: string;
}

/** The fields of any ARN; what it lacks is empty. */
export function arnParts(arn: string): { service: string; region: string; account: string; resource: string } {
  const [, , service = '', region = '', account = '', ...resource] = arn.split(':');
  return { service, region, account, resource: resource.join(':') };
}

/** Whether the text is twelve digits. */
export const isAccountId = (text: string): boolean => /^\d{12}$/.test(text);

/** The ARN of the account's root. */
export const rootArn = (account: string): string => `arn:aws:iam::${account}:root`;

/** Throws on what is no role, user or root ARN and no service name. */
export function parsePrincipalArn(principal: string): PrincipalParts {
  if (/^[\w-]+(\.[\w-]+)*\.amazonaws\.com$/.test(principal)) return { kind: 'service', account: '', name: principal };
  const found = /^arn:aws:iam::(\d{12}):(?:(root)|(role|user)\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]+))$/.exec(principal);
  if (found === null) throw new Error(`not the ARN of a role, user or root, nor a service name: ${principal}`);
  const [, account = '', root, kind, name = ''] = found;
  if (root !== undefined) return { kind: 'root', account, name: 'root' };
  return { kind: kind === 'user' ? 'user' : 'role', account, name };
}
