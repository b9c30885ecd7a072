/** The plan as a person reads it, out of the very document that `--json` prints. */

import type { PlanDocument } from '#contracts/documents.ts';
import { sortedSet } from '#core/collections.ts';
import type { Paint, Style } from '../terminal.ts';
import { accountKnown, scopeTitle } from './accounts.ts';
import { hopsSection } from './hops.ts';

type Scope = PlanDocument['scopes'][number];
type PlannedChange = Scope['changes'][number];
type Finding = Scope['findings'][number];

export interface RenderOptions {
  /** Account ids and their names in the policy. */
  readonly names: ReadonlyMap<string, string>;
  /** Also every hop of every scope, with what it went by. */
  readonly all?: boolean | undefined;
  readonly paint: Paint;
}

export interface PlanCounts {
  readonly add: number;
  readonly change: number;
  readonly withdraw: number;
  readonly widens: number;
  readonly narrows: number;
  readonly broken: number;
  readonly unknown: number;
  readonly waiting: number;
}

/** Sections in the order of urgency; what holds is hidden; the last line is for grep. */
export function renderPlan(planned: PlanDocument, options: RenderOptions): string {
  const document = eachOnce(planned);
  const sections = [
    findingsSection('Does not hold', 'broken', document, options),
    findingsSection('Unknown', 'unknown', document, options),
    findingsSection('Waiting', 'waiting', document, options),
    changesSection(document, options),
    foreignSection(document, options),
    options.all ? hopsSection(planned, options) : [],
  ];
  const looked = `Policy ${document.policy.slice(0, 12)}: ${counted(document.scopes.length, 'scope')} looked at, by permissions.`;
  const body = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return [looked, ...body, lastLines(document)].join('\n\n');
}

export function countPlan(document: PlanDocument): PlanCounts {
  const { scopes } = eachOnce(document);
  const changes = scopes.flatMap((scope) => scope.changes);
  const findings = scopes.flatMap((scope) => scope.findings);
  const counted = Object.groupBy(changes, ({ operation }) => operation);
  const ofState = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  return {
    add: counted.add?.length ?? 0,
    change: counted.change?.length ?? 0,
    withdraw: counted.remove?.length ?? 0,
    widens: changes.filter((change) => change.effect === 'widens').length,
    narrows: changes.filter((change) => change.effect === 'narrows').length,
    broken: ofState('broken'),
    unknown: ofState('unknown'),
    waiting: ofState('waiting'),
  };
}

/**
 * Scopes that share a document (settings, a bucket's policy) plan the same write of it, and the first run does it for
 * all: it is shown where it first comes, with the products of all, and counted once.
 */
function eachOnce(document: PlanDocument): PlanDocument {
  const products = new Map<string, Set<string>>();
  const first = document.scopes.map((scope) => ({
    ...scope,
    changes: scope.changes.filter((change) => {
      const key = identity(scope, change);
      const wanting = products.get(key);
      products.set(key, new Set([...(wanting ?? []), ...change.products]));
      return wanting === undefined;
    }),
  }));
  const scopes = first.map((scope) => ({
    ...scope,
    changes: scope.changes.map((change) => ({
      ...change,
      products: [...(products.get(identity(scope, change)) ?? [])].sort(),
    })),
  }));
  return { ...document, scopes };
}

function identity({ mode }: Scope, { kind, account, region, text }: PlannedChange): string {
  return [mode, kind, account, region, text].join('\n');
}

function findingsSection(
  title: string,
  state: Finding['state'],
  { scopes }: PlanDocument,
  options: RenderOptions,
): string[] {
  const found = scopes.flatMap((scope) => scope.findings).filter((finding) => finding.state === state);
  if (found.length === 0) return [];
  const style = state === 'broken' ? 'red' : 'yellow';
  return [
    heading(`${title} (${found.length})`, options),
    ...found.flatMap((finding) => findingLines(finding, style, options)),
  ];
}

const FINDING_SYMBOLS: Readonly<Record<Finding['state'], string>> = { broken: '!', unknown: '?', waiting: '.' };

function findingLines(finding: Finding, style: Style, { paint, names }: RenderOptions): string[] {
  const symbol = paint(style, FINDING_SYMBOLS[finding.state]);
  const place = `${accountKnown(finding.account, names)}, ${finding.region}`;
  const aws = finding.aws ? [`      AWS: ${finding.aws.code}: ${finding.aws.message}`] : [];
  const who = finding.principal === null ? [] : [`      for: ${finding.principal}`];
  return [
    `  ${symbol} ${finding.hop} of ${place}: ${finding.resource} (${finding.cause})`,
    `      ${finding.message}`,
    ...who,
    ...aws,
    `      fix: ${finding.remedy}`,
  ];
}

function changesSection({ scopes }: PlanDocument, options: RenderOptions): string[] {
  return (['enforce', 'report'] as const).flatMap((mode) => {
    const acting = scopes.filter((scope) => scope.mode === mode && scope.changes.length > 0);
    if (acting.length === 0) return [];
    const count = acting.reduce((sum, scope) => sum + scope.changes.length, 0);
    const title = mode === 'enforce' ? `Will change (${count})` : `Would change, but the mode is report (${count})`;
    return [heading(title, options), ...acting.flatMap((scope) => scopeLines(scope, options))];
  });
}

function scopeLines(scope: Scope, options: RenderOptions): string[] {
  const width = Math.max(...scope.changes.map((change) => change.hop.length));
  return [
    `  ${scopeTitle(scope.scope, options)}`,
    ...scope.changes.flatMap((change) => [
      `    ${changeLine(change, { scope, width }, options)}`,
      ...(change.why ?? []).map((why) => `      ${' '.repeat(width)}  ${why}`),
    ]),
  ];
}

function changeLine(
  change: PlannedChange,
  { scope, width }: { scope: Scope; width: number },
  { paint, names }: RenderOptions,
): string {
  const symbol = paint(STYLES[change.operation], SYMBOLS[change.operation]);
  // The heading names the scope's own account; a bucket may belong to another.
  const where = scope.scope.includes(change.account) ? '' : ` (in ${accountKnown(change.account, names)})`;
  const products = change.products.length > 0 ? `, for ${change.products.join(', ')}` : '';
  const effect = change.effect === 'neutral' ? '' : paint('bold', `   ${change.effect} access`);
  return `${symbol} ${change.hop.padEnd(width)}  ${change.text}${where}${products}${effect}`;
}

function foreignSection({ scopes }: PlanDocument, options: RenderOptions): string[] {
  const foreign = sortedSet(scopes.flatMap((scope) => scope.foreign));
  if (foreign.length === 0) return [];
  return [heading(`Not ours, left alone (${foreign.length})`, options), ...foreign.map((text) => `  = ${text}`)];
}

/** What a run would do, then what it can't: both for grep. */
function lastLines(document: PlanDocument): string {
  const counts = countPlan(document);
  const changes = counts.add + counts.change + counts.withdraw;
  const troubles = counts.broken + counts.unknown + counts.waiting;
  const found = `${counts.broken} broken, ${counts.unknown} unknown, ${counts.waiting} waiting`;
  if (changes === 0 && troubles === 0) return 'No changes. Everything the policy names was looked at and holds.';
  const first =
    changes === 0
      ? 'No changes'
      : `Plan: ${counts.add} to add, ${counts.change} to change, ${counts.withdraw} to withdraw`;
  return `${first}; ${found}. ${counts.widens} ${counts.widens === 1 ? 'widens' : 'widen'} access, ${counts.narrows} ${counts.narrows === 1 ? 'narrows' : 'narrow'} it.`;
}

/** `+` brings something, `-` takes something away, `~` changes what is there. */
const SYMBOLS = { add: '+', change: '~', remove: '-' } as const;
const STYLES: Readonly<Record<PlannedChange['operation'], Style>> = { add: 'green', change: 'yellow', remove: 'red' };

function heading(text: string, { paint }: RenderOptions): string {
  return paint('bold', text);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
