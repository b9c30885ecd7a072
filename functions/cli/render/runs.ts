/** Runs that a person has started, and what they left open. */

import type { StartedRun } from '#contracts/documents.ts';
import type { Paint, Style } from '../terminal.ts';

const STYLES: Readonly<Record<string, Style>> = { SUCCEEDED: 'green', RUNNING: 'yellow' };

/** A line for each run, its findings below it, and a last line for grep. */
export function renderRuns(runs: readonly StartedRun[], paint: Paint): string {
  const width = Math.max(0, ...runs.map(({ status }) => status.length));
  const lines = runs.flatMap(({ scope, status, findings }) => [
    `${paint(STYLES[status] ?? 'red', status.padEnd(width))}  ${scope}`,
    ...findings.flatMap(({ hop, resource, cause, message, remedy }) => [
      `  ! ${hop}: ${resource} (${cause})`,
      `      ${message}`,
      `      fix: ${remedy}`,
    ]),
  ]);
  const open = runs.reduce((sum, { findings }) => sum + findings.length, 0);
  const over = runs.filter(({ status }) => status !== 'RUNNING').length;
  const last = over === 0 ? `${runs.length} started` : `${runs.length} started, ${over} over, ${open} finding(s) open`;
  return [...lines, last].join('\n');
}
