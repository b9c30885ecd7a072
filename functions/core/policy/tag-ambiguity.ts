/** Rules between which nothing decides: equally specific, about one thing, and of two minds about a key. */

import type { PolicyDocument, TagRule } from '#contracts/policy.ts';
import { sameAccountRegion } from '../account-region.ts';
import { firstDifference, specificity } from '../tags/specificity.ts';
import { accountNamed, resolveAccounts } from './accounts.ts';
import { invalid, type PolicyIssue } from './issue.ts';
import { patternsMeet } from './patterns.ts';
import { resolveRule } from './resolve-tags.ts';

/** Each rule is told of the first before it that it contends with; mending that may mend more. */
export function checkAmbiguity(document: PolicyDocument): PolicyIssue[] {
  const { tags } = document;
  if (tags === undefined) return [];
  const accounts = resolveAccounts(document);
  const before = new Map<string, TagRule[]>();
  return tags.rules.flatMap((entry, index) => {
    if (accountNamed(document, entry.match.account) === undefined) return [];
    const rule = resolveRule(document, { rule: entry, index, accounts });
    // Only rules of one group can be equally specific.
    const group = [rule.account, rule.region, rule.on, ...specificity(rule)].join(' ');
    const rivals = before.get(group) ?? [];
    before.set(group, rivals);
    const rival = rivals.find((other) => contended(rule, other) !== undefined);
    const key = rival === undefined ? undefined : contended(rule, rival);
    rivals.push(rule);
    if (rival === undefined || key === undefined) return [];
    const written = Object.keys(entry.assign).find((one) => one.toLowerCase() === key) ?? key;
    const message = `tags.rules[${rival.index}] is as specific, may match the same ${rule.on} and says ${rival.assign[key]}`;
    return [invalid(['tags', 'rules', index, 'assign', written], entry.assign[written], message, HOW)];
  });
}

const HOW =
  'write the same value in both, or name in one of them what both match (table, prefix, parameters…), so that it is the more specific';

/** The first key on which nothing decides between two rules; undefined when something does. */
export function contended(left: TagRule, right: TagRule): string | undefined {
  const differ = (key: string) => Object.hasOwn(right.assign, key) && left.assign[key] !== right.assign[key];
  const key = Object.keys(left.assign).find(differ);
  return key !== undefined && firstDifference(left, right) === null && mayMeet(left, right) ? key : undefined;
}

/**
 * Whether one thing may fit both. Two crawlers or workflows by different names are taken to fill different tables: where
 * they fill the same one, the run says so.
 */
function mayMeet(left: TagRule, right: TagRule): boolean {
  if (!sameAccountRegion(left)(right) || left.on !== right.on) return false;
  const names = ['database', 'table', 'column', 'classification', 'crawler', 'workflow'] as const;
  return (
    names.every((name) => meet(left[name], right[name])) &&
    prefixesMeet(left.prefix, right.prefix) &&
    parametersMeet(left, right)
  );
}

function meet(left: string | null, right: string | null): boolean {
  return left === null || right === null || patternsMeet(left, right);
}

function prefixesMeet(left: TagRule['prefix'], right: TagRule['prefix']): boolean {
  if (left === null || right === null) return true;
  const [a, b] = [`${left.bucket}/${left.prefix}`, `${right.bucket}/${right.prefix}`];
  return a.startsWith(b) || b.startsWith(a);
}

/** A parameter has one value; the classification is one of them. */
function parametersMeet(left: TagRule, right: TagRule): boolean {
  const shared = Object.keys(left.parameters).filter((name) => Object.hasOwn(right.parameters, name));
  const classifications = ({ parameters }: TagRule) =>
    Object.hasOwn(parameters, 'classification') ? (parameters['classification'] ?? '').toLowerCase() : null;
  return (
    shared.every((name) => meet(left.parameters[name] ?? null, right.parameters[name] ?? null)) &&
    meet(left.classification, classifications(right)) &&
    meet(right.classification, classifications(left))
  );
}
