/** What of a catalog's resource policy IAM has to hear about an operation. */

import type { Call } from '../service.ts';
import type { Named } from './arns.ts';
import { catalogOf } from './state.ts';

/**
 * At home all of it counts. In another account's catalog only what it denies does: sharing without Lake Formation,
 * by that policy alone, is not imitated, and its allowances would stand in for the caller's own rights.
 */
export function catalogPolicy(call: Call, input: Named): string | undefined {
  const account = input.CatalogId ?? call.account;
  const text = catalogOf(call.world.glue, account, call.region).policy?.text;
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
