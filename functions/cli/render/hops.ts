/** Every hop of every scope: whether it holds, and what AWS was asked to know it. */

import type { PlanDocument } from '#contracts/documents.ts';
import type { Evidence, HopState } from '#contracts/evidence.ts';
import type { Paint, Style } from '../terminal.ts';
import { accountKnown, type Names, scopeTitle } from './accounts.ts';

interface Options {
  readonly names: Names;
  readonly paint: Paint;
}

const SYMBOLS: Readonly<Record<HopState['state'], readonly [string, Style]>> = {
  holds: ['=', 'green'],
  due: ['~', 'yellow'],
  broken: ['!', 'red'],
  unknown: ['?', 'yellow'],
  waiting: ['.', 'yellow'],
  skipped: ['o', 'yellow'],
};
const WORDS: Readonly<Record<HopState['state'], string>> = {
  holds: 'holds',
  due: 'has changes to make',
  broken: 'does not hold',
  unknown: 'is not known',
  waiting: 'waits for the other half',
  skipped: 'not judged: an earlier hop does not hold',
};

export function hopsSection({ scopes }: PlanDocument, options: Options): string[] {
  const told = scopes.filter(({ hops }) => hops.length > 0);
  if (told.length === 0) return [];
  return [
    options.paint('bold', 'Every hop'),
    ...told.flatMap(({ scope, hops }) => [`  ${scopeTitle(scope, options)}`, ...hopLines(scope, hops, options)]),
  ];
}

function hopLines(scope: string, hops: readonly HopState[], options: Options): string[] {
  const width = Math.max(...hops.map(({ hop }) => hop.length));
  return hops.flatMap(({ hop, state, evidence }) => {
    const [symbol, style] = SYMBOLS[state];
    return [
      `    ${options.paint(style, symbol)} ${hop.padEnd(width)}  ${WORDS[state]}`,
      ...evidence.flatMap((one) => evidenceLines(scope, one, options).map((line) => `      ${line}`)),
    ];
  });
}

/** What was asked, then what of the answer matters. */
function evidenceLines(scope: string, evidence: Evidence, { names, paint }: Options): string[] {
  const { calls, about, account, region, unknown, shows = [] } = evidence;
  // The heading names the scope's own account and Region.
  const where = scope.includes(`${account} ${region}`) ? '' : ` in ${accountKnown(account, names)}, ${region}`;
  const asked = `${calls.join(', ')}${about === '' ? '' : ` of ${about}`}${where}`;
  if (unknown !== undefined) return [`${asked}: ${paint('yellow', `not told: ${unknown}`)}`];
  return [asked, ...shows.map((line) => `  ${line}`)];
}
