/** docs/benchmarks.md: a section for each thing measured, with machine, date and load; a new measurement replaces it. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The budget, where there is one. */
  readonly atMost?: number | undefined;
}

const FILE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

const HEAD = `# Benchmarks

Written by \`npm run bench\`; \`npm run bench -- demo bundles\` measures some sections again. Ratio is measured ÷ budget: up
to 1.00 keeps it. A machine that is busy with other things gives worse figures: look at the load (the measurement's own is about 2).
`;

/** The machine, the date, and how busy it is before the measurement. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const load = loadavg()[0]?.toFixed(2);
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `${cpus().length} × ${first?.model.trim()}, ${memory} GB, ${process.platform}, Node ${process.version}; ${date} UTC; load ${load}`;
}

/** @returns the section's text. */
export function putSection(name: string, on: string, rows: readonly Row[]): string {
  const text = `## ${name}\n\n${on} before, ${loadavg()[0]?.toFixed(2)} after\n\n${table(rows)}\n`;
  const sections = readSections();
  sections.set(name, text);
  writeFileSync(FILE, [HEAD, ...sections.values()].join('\n'));
  return `${text}\n`;
}

function readSections(): Map<string, string> {
  if (!existsSync(FILE)) return new Map();
  const [, ...parts] = readFileSync(FILE, 'utf8').split(/^## /m);
  return new Map(parts.map((part) => [part.split('\n')[0] ?? '', `## ${part.trimEnd()}\n`]));
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, measured, unit, atMost }) => {
    const ratio = atMost === undefined || atMost === 0 ? '' : (measured / atMost).toFixed(2);
    const budget = atMost === undefined ? '' : `${atMost} ${unit}`;
    return `| ${what} | ${rounded(measured)} ${unit} | ${budget} | ${ratio} |`;
  });
  return ['| what | measured | budget | ratio |', '|---|---|---|---|', ...lines].join('\n');
}

/** Three figures are as many as such a measurement has. */
function rounded(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
