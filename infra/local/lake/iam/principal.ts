/** Whether a statement of a resource policy means this caller, and how directly. */

import type { Caller } from '../caller.ts';
import { isAccountId, rootArn } from '../identity/arn.ts';
import type { Principals, Statement } from './document.ts';

/**
 * How a resource policy names a caller. `delegated` names its account: the account's own IAM then decides.
 * `session` and `user` names are enough by themselves; `role` and `anyone` stay limited by session policies and boundary.
 */
export type Naming = 'session' | 'user' | 'role' | 'service' | 'anyone' | 'delegated';

function nameAws(name: string, caller: Caller): Naming | undefined {
  if (name === '*') return 'anyone';
  if (name === caller.sessionArn) return 'session';
  if (name === caller.arn) return caller.kind === 'user' ? 'user' : caller.kind === 'root' ? 'delegated' : 'role';
  if (caller.account !== '' && (name === rootArn(caller.account) || (isAccountId(name) && name === caller.account)))
    return 'delegated';
  return undefined;
}

const ORDER: readonly Naming[] = ['session', 'user', 'service', 'role', 'anyone', 'delegated'];

function naming(principals: Principals, caller: Caller): Naming | undefined {
  const found = Object.entries(principals).flatMap(([type, names]): (Naming | undefined)[] => {
    if (type === '*') return ['anyone'];
    if (type === 'Service') return caller.kind === 'service' && names.includes(caller.arn) ? ['service'] : [];
    return type === 'AWS' ? names.map((name) => nameAws(name, caller)) : [];
  });
  return ORDER.find((each) => found.includes(each));
}

/** Undefined when the statement does not mean this caller. A statement without principal belongs to an identity. */
export function namesCaller(statement: Statement, caller: Caller): Naming | undefined {
  if (statement.principals !== undefined) return naming(statement.principals, caller);
  if (statement.notPrincipals === undefined) return undefined;
  const exempt = naming(statement.notPrincipals, caller);
  // Exempting the account alone does not exempt its roles.
  return exempt === undefined || exempt === 'delegated' ? 'anyone' : undefined;
}
