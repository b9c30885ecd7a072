/** The demo's outcome for a person: rendered from the same document that `--json` prints. */

import { styleText } from 'node:util';
import type { SceneResult } from '../scenes/scene.ts';
import type { Demo } from './play.ts';

/** Columns padded with spaces: made for terminals, copying and grep. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function renderDemo(document: Demo['document'], { keep = false } = {}): string {
  const scenes = document.scenes.map(renderScene).join('\n');
  const verdict = document.ok ? good('All expectations held.') : bad('Not every expectation held.');
  const next = keep ? '' : 'Next: npm run demo -- --keep, or README.md, "Deploying for real".\n';
  return `${scenes}\n${verdict}\n${next}`;
}

function renderScene(scene: SceneResult): string {
  const access = scene.access.map((row) => [row.principal, row.table, row.before, row.after, row.hops]);
  const head = ['principal', 'table', 'before', 'after', 'by which hops'];
  return [
    `\n== ${scene.name} ==`,
    '',
    'Who reads what (by reading, local cloud)',
    columns([head, ...access]),
    '',
    ...(scene.findings.length > 0
      ? ['Findings told on the way', ...scene.findings.map((f) => `  ${f.hop}: ${f.message}\n    ${f.remedy}`), '']
      : []),
    `AWS calls in the members' accounts: ${scene.calls.read} reads, ${scene.calls.write} writes`,
    callTable(scene.calls.byService),
    '',
    ...(scene.eventToReadableMs === null ? [] : [`Event to readable: ${scene.eventToReadableMs} ms`, '']),
    'Expected',
    ...scene.expectations.map(
      (e) =>
        `  ${e.held ? good('held') : bad('FAILED')}  ${e.text}${e.saw === undefined ? '' : `\n          saw: ${e.saw}`}`,
    ),
    '',
  ].join('\n');
}

/** By service and kind; what was written by name, since those are few and matter. */
function callTable(byService: SceneResult['calls']['byService']): string {
  const rows = Object.entries(byService).map(([service, { read, write, written }]) => [
    `  ${service}`,
    String(read),
    String(write),
    Object.entries(written)
      .map(([operation, count]) => (count === 1 ? operation : `${operation} ×${count}`))
      .join(', '),
  ]);
  return columns([['  service', 'reads', 'writes', 'written'], ...rows]);
}

function good(text: string): string {
  return styleText('green', text, { stream: process.stdout });
}

function bad(text: string): string {
  return styleText('red', text, { stream: process.stdout });
}
