/** What of a catalog's resource policy IAM has to hear about what an operation touches. */

import { arnParts } from '../identity/arn.ts';
import type { Call } from '../service.ts';
import { catalogOf } from './state.ts';

/**
 * At home all of it counts. In another account's catalog only what it denies does: sharing without Lake Formation,
 * by that policy alone, is not imitated, and its allowances would stand in for the caller's own rights.
 */
export function catalogPolicy(call: Call, resource: string): string | undefined {
  // The ARN says whose catalog it is: a link's target lies in another one than the link.
  const owner = arnParts(resource);
  const account = owner.account || call.account;
  const text = catalogOf(call.world.glue, account, owner.region || call.region).policy?.text;
  return text === undefined || account === call.account ? text : denialsOf(text);
}

function denialsOf(text: string): string | undefined {
  const document: { readonly Statement?: unknown } = JSON.parse(text);
  const statements: unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const denials = statements.filter(isDenial);
  return denials.length === 0 ? undefined : JSON.stringify({ ...document, Statement: denials });
}

function isDenial(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'Effect' in statement && statement.Effect === 'Deny';
}
