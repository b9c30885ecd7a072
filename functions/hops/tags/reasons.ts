/** Which rule gave which tag, and why not the other: in words. */

import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { TagRule } from '#contracts/policy.ts';
import { unique } from '#core/collections.ts';
import { isPattern } from '#core/policy/patterns.ts';
import { type Dimension, firstDifference } from '#core/tags/specificity.ts';
import type { DesiredTag, DesiredTags } from '#core/tags/types.ts';

/**
 * Per key of one thing: `tags.rules[2], over tags.rules[1] (product): it names the table, the other a pattern of it`.
 * Keys that are left as they are say why, too.
 */
export function explain(desired: DesiredTags, rules: readonly TagRule[]): Readonly<Record<string, string>> {
  const byIndex = (index: number) => rules.find((rule) => rule.index === index);
  const given = Object.entries(desired.tags).map(([key, tag]) => [key, givenText(key, tag, byIndex)] as const);
  const left = desired.undecided.map((key) => [key, leftText(desired.disputed?.[key])] as const);
  return Object.fromEntries([...given, ...left]);
}

/** Assignments with the reasons of what they set; columns written together may have several. */
export function withReasons(
  changes: readonly AssignTags[],
  desired: readonly DesiredTags[],
  rules: readonly TagRule[],
): readonly AssignTags[] {
  const things = new Map(desired.map((thing) => [thingText(thing.table, thing.column), thing]));
  return changes.map((change) => {
    const columns = change.columns.length === 0 ? [null] : change.columns;
    const reasons = columns.flatMap((column) => {
      const thing = things.get(thingText(change.table, column));
      return thing === undefined ? [] : [explain(thing, rules)];
    });
    const why = Object.keys(change.tags).map((key) => {
      const each = reasons.flatMap((reason) => reason[key] ?? []);
      return [key, unique(each).join('; ')] as const;
    });
    return { ...change, why: Object.fromEntries(why) };
  });
}

function thingText(table: string | null, column: string | null): string {
  return JSON.stringify([table, column]);
}

type Find = (index: number) => TagRule | undefined;

function givenText(key: string, { value, rule, over }: DesiredTag, find: Find): string {
  const winner = find(rule);
  if (winner === undefined) return name(rule);
  const losers = over.flatMap((index) => {
    const loser = find(index);
    if (loser === undefined) return [];
    const said = loser.assign[key] === value ? 'which says the same' : `(${loser.assign[key]})`;
    return [`over ${name(index)} ${said}: ${reason(winner, loser)}`];
  });
  return [losers.length === 0 ? `${name(rule)} (${conditions(winner)})` : name(rule), ...losers].join('; ');
}

function leftText(disputed: readonly number[] | undefined): string {
  if (disputed !== undefined) {
    return `left as it is: ${disputed.map(name).join(' and ')} are equally specific and disagree`;
  }
  return 'left as it is: a rule by crawler or workflow may be about it, and what would tell could not be read or is not there';
}

/** As validation writes places of the policy. */
function name(index: number): string {
  return `tags.rules[${index}]`;
}

function reason(winner: TagRule, loser: TagRule): string {
  const dimension = firstDifference(winner, loser);
  if (dimension === null)
    return winner.apply === loser.apply ? 'both are as specific' : 'both are as specific, and it enforces';
  if (dimension === 'prefix')
    return loser.prefix === null ? 'it names a prefix, the other none' : 'its prefix is the longer';
  if (dimension === 'parameters') {
    const more = Object.keys(winner.parameters).length > Object.keys(loser.parameters).length;
    return more ? 'it asks for more parameters' : 'it is more exact about parameters';
  }
  return named(dimension, winner[dimension] ?? '', loser[dimension]);
}

function named(dimension: Dimension, winner: string, loser: string | null): string {
  const has = isPattern(winner) ? `gives a pattern of the ${dimension}` : `names the ${dimension}`;
  if (loser === null) return `it ${has}, the other says nothing of it`;
  if (isPattern(winner)) return `its pattern of the ${dimension} has more characters of its own`;
  return `it ${has}, the other a pattern of it`;
}

/** `database kthr01, table workflow_*` */
function conditions(rule: TagRule): string {
  const { prefix, parameters } = rule;
  const names = (['database', 'table', 'column', 'crawler', 'workflow', 'classification'] as const).flatMap((key) =>
    rule[key] === null ? [] : [`${key} ${rule[key]}`],
  );
  const rest = Object.entries(parameters).map(([key, value]) => `parameter ${key} ${value}`);
  const under = prefix === null ? [] : [`prefix s3://${prefix.bucket}/${prefix.prefix}`];
  const all = [...names, ...under, ...rest];
  return all.length === 0 ? `all of ${rule.account}` : all.join(', ');
}
