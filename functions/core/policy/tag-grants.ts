/** Grants by tag: to whom Lake Formation can grant, what it can grant, and on expressions it takes. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { audienceParts, isAudience } from './audiences.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { nearest } from './nearest.ts';
import { checkPrincipal } from './principals.ts';
import { resolveValues } from './resolve-tags.ts';
import { twinIssue, twins } from './tag-keys.ts';

type Grant = NonNullable<PolicyDocument['tags']>['grants'][number];

const ON_DATABASES = ['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'] as const;
const ON_TABLES = ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'] as const;
/** What no other account can be granted on a database. */
const NEVER_ABROAD: readonly string[] = ['ALL', 'DROP'];
/** Bytes of an expression, as it is sent. A longer one would have to be saved under a name first. */
const LONGEST_EXPRESSION = 900;
const MOST_VALUES = 50;

export function checkTagGrants(document: PolicyDocument): PolicyIssue[] {
  return (document.tags?.grants ?? []).flatMap((grant, i) => {
    const path = ['tags', 'grants', i];
    return [
      ...checkTo(document, path, grant),
      ...checkPermissions(path, 'database', grant, ON_DATABASES),
      ...checkPermissions(path, 'tables', grant, ON_TABLES),
      ...checkAbroad(document, path, grant),
      ...checkWhere(path, grant),
      ...checkSomething(path, grant),
    ];
  });
}

/** Accounts, by name, whose catalogs have the tags. */
export function catalogAccounts({ tags }: PolicyDocument): ReadonlySet<string> {
  return new Set((tags?.in ?? []).map(({ account }) => account));
}

function checkTo(document: PolicyDocument, path: PolicyPath, { to }: Grant): PolicyIssue[] {
  const at = [...path, 'to'];
  if (!isAudience(to)) {
    const { account, principal } = to;
    return checkPrincipal(document, { path: [...at, 'principal'], principal, account, others: false });
  }
  const owners = catalogAccounts(document);
  return audienceParts(to).accounts.flatMap((name, j) =>
    owners.size === 1 && owners.has(name)
      ? [invalid([...at, 'accounts', j], name, 'the tags are its own', `write { account: ${name}, principal: … }`)]
      : [],
  );
}

function checkPermissions(
  path: PolicyPath,
  on: 'database' | 'tables',
  grant: Grant,
  known: readonly string[],
): PolicyIssue[] {
  return (grant[on] ?? []).flatMap((permission, i) => {
    if (known.includes(permission)) return [];
    const at = [...path, on, i];
    if (on === 'database' && (ON_TABLES as readonly string[]).includes(permission)) {
      return [invalid(at, permission, 'a permission on tables, not on databases', `write it under tables`)];
    }
    if (on === 'tables' && (ON_DATABASES as readonly string[]).includes(permission)) {
      return [invalid(at, permission, 'a permission on databases, not on tables', `write it under database`)];
    }
    const near = nearest(permission, known);
    const all = known.join(', ');
    const instead = near === null ? `write one of ${all}` : `did you mean ${near}? (one of ${all})`;
    return [invalid(at, permission, 'no such permission', instead)];
  });
}

function checkAbroad(document: PolicyDocument, path: PolicyPath, { to, database }: Grant): PolicyIssue[] {
  if (!isAudience(to) && catalogAccounts(document).has(to.account)) return [];
  return (database ?? []).flatMap((permission, i) => {
    if (!NEVER_ABROAD.includes(permission)) return [];
    const rest = ON_DATABASES.filter((one) => !NEVER_ABROAD.includes(one)).join(', ');
    const message = 'Lake Formation grants it to no other account on a database';
    return [invalid([...path, 'database', i], permission, message, `write some of ${rest}`)];
  });
}

function checkWhere(path: PolicyPath, { where, database, tables }: Grant): PolicyIssue[] {
  const at = [...path, 'where'];
  const keys = Object.keys(where);
  const issues = twins(keys).map(({ twin, first }) => twinIssue([...at, twin], twin, first));
  if (keys.length === 0 && (database ?? tables) !== undefined) {
    issues.push(invalid(at, where, 'no tag, so it would be about nothing', 'write { KEY: [VALUE] }'));
  }
  for (const [key, values] of Object.entries(where)) {
    if (values.length <= MOST_VALUES) continue;
    const message = `${values.length} values, and an expression has ${MOST_VALUES} of a key at most`;
    issues.push(invalid([...at, key], key, message, 'give what is meant one value of its own'));
  }
  const { length } = expressionBytes(where);
  if (length > LONGEST_EXPRESSION) {
    const message = `${length} bytes as Lake Formation is sent it, and it takes ${LONGEST_EXPRESSION}`;
    issues.push(invalid(at, where, message, 'give what is meant one value of its own'));
  }
  return issues;
}

function expressionBytes(where: Grant['where']): Uint8Array {
  const expression = resolveValues(where).map(({ key, values }) => ({ TagKey: key, TagValues: values }));
  return new TextEncoder().encode(JSON.stringify(expression));
}

function checkSomething(path: PolicyPath, { database, tables, associate, to }: Grant): PolicyIssue[] {
  if ((database ?? tables ?? associate) !== undefined) return [];
  return [invalid(path, to, 'nothing would be granted', 'write database, tables or associate')];
}
