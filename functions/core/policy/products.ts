/** What must hold within one product: an audience, Regions that fit, roles that can be proved. */

import { arnParts } from '#contracts/arn.ts';
import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { NOT_LITERAL } from '../role-patterns.ts';
import { accountNamed, accountRegions } from './accounts.ts';
import { audienceParts } from './audiences.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { reachesUnder } from './patterns.ts';

type ProductEntry = PolicyDocument['products'][string];
type JobRole = ProductEntry['consumers']['jobRoles'][number];

export function checkProducts(document: PolicyDocument): PolicyIssue[] {
  const products = Object.entries(document.products).flatMap(([name, entry]) => [
    ...checkRegions(document, name, entry),
    ...checkPermissions(name, entry),
    ...entry.consumers.jobRoles.flatMap((role, i) =>
      checkJobRole(document, ['products', name, 'consumers', 'jobRoles', i], role),
    ),
  ]);
  return [...checkProtectedPaths(document), ...products];
}

function checkProtectedPaths(document: PolicyDocument): PolicyIssue[] {
  return document.roleProof.protectedPaths.flatMap((path, i) => {
    const trouble = pathTrouble(path);
    return trouble === null ? [] : [invalid(['roleProof', 'protectedPaths', i], path, ...trouble)];
  });
}

/** What is wrong and what to write; null: it protects. */
function pathTrouble(path: string): readonly [message: string, instead: string] | null {
  const instead = 'write a path that only your platform may create roles under, e.g. /data-jobs/';
  if (path === '/') return ['every role lies under it, so it would prove nothing', instead];
  if (!NOT_LITERAL.test(path)) return null;
  return ['a protected path is written out: * ? and $ would mean paths that others may create roles under', instead];
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
  const audience = audienceParts(entry.audience).accounts.flatMap((consumer, i) => {
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

/** The very ARN that IAM gives the role, or it would never be found. */
function checkListed(document: PolicyDocument, at: PolicyPath, match: string): PolicyIssue[] {
  const partition = partitionOf(document.hub.region);
  const arn = arnParts(match);
  if (arn === null) {
    const instead = `write its whole ARN: arn:${partition}:iam::ACCOUNT:${match}`;
    return [invalid(at, match, 'a name without its account would mean every account of the audience', instead)];
  }
  if (arn.partition === partition) return [];
  const message = `not of the hub's AWS partition ${partition}`;
  return [invalid(at, match, message, `write arn:${partition}:iam::${arn.account}:${arn.resource}`)];
}

/** A role is never admitted by its name alone: the pattern must leave something to prove. */
function checkJobRole(document: PolicyDocument, path: PolicyPath, { match, proof }: JobRole): PolicyIssue[] {
  const at = [...path, 'match'];
  if (proof === 'listed' && NOT_LITERAL.test(match)) {
    return [
      invalid(at, match, 'a listed role is written out', 'write its ARN without * ? and $, or prove it by path or tag'),
    ];
  }
  if (match.includes('$')) {
    const message = 'to IAM a $ begins a variable, and means another role to every caller';
    return [invalid(at, match, message, 'write a pattern without $: * is any run of characters, ? is one')];
  }
  const isArn = match.startsWith('arn:');
  if (proof === 'listed') return checkListed(document, at, match);
  if (isArn) {
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
