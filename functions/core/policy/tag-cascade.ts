/** Grants by tag taken together: what an account may pass on, and how many expressions one principal can have. */

import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { accountId, accountNamed } from './accounts.ts';
import { audienceParts, isAudience, mayHave } from './audiences.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { principalArn } from './names.ts';
import { resolveValues, tablePermissions } from './resolve-tags.ts';
import { catalogAccounts } from './tag-grants.ts';

type Grant = NonNullable<PolicyDocument['tags']>['grants'][number];

/** Expressions per principal, for databases and for tables each. */
const MOST_EXPRESSIONS = 50;

export function checkTagCascade(document: PolicyDocument): PolicyIssue[] {
  return [...checkPassedOn(document), ...checkCount(document)];
}

/**
 * A principal of another account is granted by that account, which can pass on only the very expression it was granted,
 * and no more of it than it has.
 */
function checkPassedOn(document: PolicyDocument): PolicyIssue[] {
  const owners = catalogAccounts(document);
  const grants = document.tags?.grants ?? [];
  return grants.flatMap((grant, i) => {
    const { to } = grant;
    if (isAudience(to) || owners.has(to.account)) return [];
    const sources = grants.filter((other) => isAudience(other.to) && mayHave(document, other.to, to.account));
    return lacks(grant, sources).map(({ on, permissions }) =>
      lackIssue(['tags', 'grants', i], grant, { on, permissions }),
    );
  });
}

interface Lack {
  readonly on: 'database' | 'tables' | 'associate';
  readonly permissions: readonly string[];
}

function lacks(grant: Grant, sources: readonly Grant[]): Lack[] {
  const same = sources.filter((source) => expression(source) === expression(grant));
  const from = { database: same, tables: same, associate: sources };
  return (['database', 'tables', 'associate'] as const).flatMap((on) => {
    const held = new Set(from[on].flatMap((source) => permissionsOf(source, on)));
    const permissions = permissionsOf(grant, on).filter(
      (one) => !held.has(one) && !(on === 'tables' && held.has('ALL')),
    );
    return permissions.length === 0 ? [] : [{ on, permissions }];
  });
}

function permissionsOf(grant: Grant, on: Lack['on']): readonly string[] {
  if (on === 'tables') return tablePermissions(grant.tables ?? []);
  const said = grant[on] ?? [];
  return on === 'associate' ? said.map((key) => key.toLowerCase()) : said;
}

function lackIssue(path: PolicyPath, { to, where }: Grant, { on, permissions }: Lack): PolicyIssue {
  const account = isAudience(to) ? '' : to.account;
  const list = permissions.join(', ');
  const by = on === 'associate' ? '' : ` by the same where`;
  const message = `${account} itself is not granted ${list}${by}, so it can't pass it on`;
  const instead = `add { to: { accounts: [${account}] }, where: ${whereText(where)}, ${on}: [${list}] }`;
  return invalid([...path, on], permissions, message, instead);
}

function whereText(where: Grant['where']): string {
  const keys = Object.entries(where).map(([key, values]) => `${key}: [${values.join(', ')}]`);
  return `{ ${keys.join(', ')} }`;
}

function expression({ where }: Grant): string {
  return JSON.stringify(resolveValues(where));
}

function checkCount(document: PolicyDocument): PolicyIssue[] {
  const seen = new Map<string, Set<string>>();
  return (document.tags?.grants ?? []).flatMap((grant, i) =>
    (['database', 'tables'] as const).flatMap((on) =>
      (grant[on] ?? []).length === 0
        ? []
        : receivers(document, grant).flatMap((receiver) => {
            const expressions = seen.get(`${on} ${receiver}`) ?? new Set<string>();
            seen.set(`${on} ${receiver}`, expressions);
            const before = expressions.size;
            expressions.add(expression(grant));
            if (before !== MOST_EXPRESSIONS || expressions.size === before) return [];
            const message = `expression ${expressions.size} of ${receiver}, and Lake Formation takes ${MOST_EXPRESSIONS}`;
            return [
              invalid(['tags', 'grants', i, 'where'], grant.where, message, 'give what is meant one value of its own'),
            ];
          }),
    ),
  );
}

function receivers(document: PolicyDocument, { to }: Grant): readonly string[] {
  if (isAudience(to)) return [...audienceParts(to).accounts, ...audienceParts(to).parts];
  const entry = accountNamed(document, to.account);
  if (entry === undefined) return [];
  return [principalArn(to.principal, accountId(entry), partitionOf(document.hub.region))];
}
