/** What must hold within one product: an audience, Regions that fit, roles that can be proved. */

import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { accountNamed, accountRegions } from './accounts.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { isPattern, reachesUnder } from './patterns.ts';

type ProductEntry = PolicyDocument['products'][string];
type JobRole = ProductEntry['consumers']['jobRoles'][number];

export function checkProducts(document: PolicyDocument): PolicyIssue[] {
  const products = Object.entries(document.products).flatMap(([name, entry]) => [
    ...checkAudience(name, entry),
    ...checkRegions(document, name, entry),
    ...checkPermissions(name, entry),
    ...entry.consumers.jobRoles.flatMap((role, i) =>
      checkJobRole(document, ['products', name, 'consumers', 'jobRoles', i], role),
    ),
  ]);
  return [...checkProtectedPaths(document), ...products];
}

function checkProtectedPaths(document: PolicyDocument): PolicyIssue[] {
  return document.roleProof.protectedPaths.flatMap((path, i) =>
    path === '/'
      ? [
          invalid(
            ['roleProof', 'protectedPaths', i],
            path,
            'every role lies under it, so it would prove nothing',
            'write a path that only your platform may create roles under, e.g. /data-jobs/',
          ),
        ]
      : [],
  );
}

function checkAudience(name: string, { audience }: ProductEntry): PolicyIssue[] {
  const { accounts, organizationalUnits, organization } = audience;
  if (accounts !== undefined || organizationalUnits !== undefined || organization !== undefined) return [];
  return [invalid(['products', name, 'audience'], audience, 'the product is for nobody', 'write { accounts: [NAME] }')];
}

function checkPermissions(name: string, { consumers }: ProductEntry): PolicyIssue[] {
  if (consumers.permissions.length > 0) return [];
  const path = ['products', name, 'consumers', 'permissions'];
  return [invalid(path, consumers.permissions, 'nothing would be granted', 'write [SELECT, DESCRIBE] or leave it out')];
}

function checkRegions(document: PolicyDocument, name: string, entry: ProductEntry): PolicyIssue[] {
  const region = entry.region ?? document.hub.region;
  const own = entry.region === undefined ? ['products', name, 'account'] : ['products', name, 'region'];
  const found = entry.region ?? entry.account;
  const issues: PolicyIssue[] = [];
  if (partitionOf(region) !== partitionOf(document.hub.region)) {
    const message = `another AWS partition than the hub's Region ${document.hub.region}`;
    issues.push(invalid(own, found, message, 'write a Region of the same partition; run another hub for the other'));
  }
  const regions = accountRegions(accountNamed(document, entry.account));
  if (regions !== undefined && !regions.includes(region)) {
    issues.push(
      invalid(
        own,
        found,
        `the product is in ${region}, and ${entry.account} takes part elsewhere`,
        writeRegion(regions, region, entry.account),
      ),
    );
  }
  const audience = (entry.audience.accounts ?? []).flatMap((consumer, i) => {
    const theirs = accountRegions(accountNamed(document, consumer));
    if (theirs === undefined || theirs.includes(region)) return [];
    const message = `the product is in ${region}, and ${consumer} takes part elsewhere`;
    return [
      invalid(['products', name, 'audience', 'accounts', i], consumer, message, writeRegion(theirs, region, consumer)),
    ];
  });
  return [...issues, ...audience];
}

function writeRegion(regions: readonly string[], region: string, account: string): string {
  return `add ${region} to accounts.${account}.regions (now ${regions.join(', ') || 'none'})`;
}

/** A role is never admitted by its name alone: the pattern must leave something to prove. */
function checkJobRole(document: PolicyDocument, path: PolicyPath, { match, proof }: JobRole): PolicyIssue[] {
  const at = [...path, 'match'];
  if (proof === 'listed' && isPattern(match)) {
    return [
      invalid(at, match, 'a listed role is written out', 'write its ARN without * and ?, or prove it by path or tag'),
    ];
  }
  const isArn = match.startsWith('arn:');
  if (proof === 'listed' && !isArn) {
    const instead = `write its whole ARN: arn:aws:iam::ACCOUNT:${match}`;
    return [invalid(at, match, 'a name without its account would mean every account of the audience', instead)];
  }
  if (proof !== 'listed' && isArn) {
    return [invalid(at, match, 'an ARN is no pattern', 'write role/ with path and name, or proof: listed')];
  }
  if (proof !== 'path') return [];
  const paths = document.roleProof.protectedPaths;
  if (paths.length === 0) {
    return [
      invalid(
        [...path, 'proof'],
        proof,
        'no path is protected',
        'name one under roleProof.protectedPaths, or write tag or listed',
      ),
    ];
  }
  if (paths.some((protectedPath) => reachesUnder(match, `role${protectedPath}`))) return [];
  const example = `role${paths[0] ?? '/'}${match.split('/').at(-1) ?? '*'}`;
  return [
    invalid(at, match, `no role under a protected path (${paths.join(', ')}) can match`, `write e.g. ${example}`),
  ];
}
