/** Rules that can be acted on: in a catalog that has the tags, and asking of a thing what such a thing has. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { checkLocation } from './data-locations.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { twinIssue, twins } from './tag-keys.ts';

type Rule = NonNullable<PolicyDocument['tags']>['rules'][number];

/** A thing carries no more, whatever rules say. */
const MOST_ON_ONE = 50;

export function checkTagRules(document: PolicyDocument): PolicyIssue[] {
  return (document.tags?.rules ?? []).flatMap((rule, i) => {
    const path = ['tags', 'rules', i];
    const { prefix } = rule.match;
    return [
      ...checkCatalog(document, path, rule),
      ...checkConditions(path, rule),
      ...(prefix === undefined ? [] : checkLocation([...path, 'match', 'prefix'], prefix)),
      ...checkAssign([...path, 'assign'], rule.assign),
    ];
  });
}

function checkCatalog(document: PolicyDocument, path: PolicyPath, { match }: Rule): PolicyIssue[] {
  const { hub, tags } = document;
  const region = match.region ?? hub.region;
  const catalogs = tags?.in ?? [];
  if (catalogs.some((one) => one.account === match.account && (one.region ?? hub.region) === region)) return [];
  const key = match.region === undefined ? 'account' : 'region';
  const instead = `add { account: ${match.account}, region: ${region} } to tags.in`;
  const message = `the catalog of ${match.account} in ${region} has none of these tags`;
  return [invalid([...path, 'match', key], match[key], message, instead)];
}

const OF_TABLES = ['table', 'crawler', 'workflow', 'prefix', 'parameters', 'classification'] as const;

function checkConditions(path: PolicyPath, { match, on }: Rule): PolicyIssue[] {
  const issues: PolicyIssue[] = [];
  if (on === 'columns' && match.column === undefined) {
    issues.push(invalid([...path, 'match'], match, 'on: columns, and no column', 'write column: NAME, or on: tables'));
  }
  if (on !== 'columns' && match.column !== undefined) {
    const message = `a condition on columns, and on: ${on}`;
    issues.push(invalid([...path, 'match', 'column'], match.column, message, 'write on: columns, or leave it out'));
  }
  if (on !== 'database') return issues;
  const asked = OF_TABLES.filter((key) => match[key] !== undefined);
  return [
    ...issues,
    ...asked.map((key) =>
      invalid(
        [...path, 'match', key],
        match[key],
        'a condition on tables, and on: database',
        'write on: tables, or leave it out',
      ),
    ),
  ];
}

function checkAssign(path: PolicyPath, assign: Rule['assign']): PolicyIssue[] {
  const keys = Object.keys(assign);
  const issues = twins(keys).map(({ twin, first }) => twinIssue([...path, twin], twin, first));
  if (keys.length === 0) issues.push(invalid(path, assign, 'nothing would be assigned', 'write { KEY: VALUE }'));
  if (keys.length > MOST_ON_ONE) {
    const message = `${keys.length} keys, and a thing carries ${MOST_ON_ONE} at most`;
    issues.push(invalid(path, assign, message, 'leave some out'));
  }
  return issues;
}
