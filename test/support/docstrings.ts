/** `node test/support/docstrings.ts`: exported functions of the rooms that others build on, and which say what comes back. */

import { globSync, readFileSync } from 'node:fs';

const ROOMS = ['engine', 'hops', 'changes', 'core', 'aws'] as const;
type Room = (typeof ROOMS)[number];

export interface Exported {
  readonly room: Room;
  /** `functions/core/sids.ts sidFor` */
  readonly name: string;
  /** `docstring`; `name`: a name of which CONTRIBUTING.md says what comes back; null: neither. */
  readonly saidBy: 'docstring' | 'name' | null;
}

/** What is true of every function of such a name: a guard, an issue list, a hop's observation and assessment. */
const CONVENTIONS = [
  /^is[A-Z]\w*\([^)]*\): (boolean|\w+ is )/,
  /^check[A-Z]\w*\([\s\S]*?\): PolicyIssue\[\]/,
  /^assess[A-Z]\w*\([\s\S]*?\): Assessment/,
  /^observe[A-Z]\w*\([\s\S]*?\): Promise</,
];

export function exportedFunctions(): readonly Exported[] {
  return ROOMS.flatMap((room) =>
    globSync(`functions/${room}/**/*.ts`)
      .sort()
      .flatMap((file) => inFile(room, file)),
  );
}

function inFile(room: Room, file: string): readonly Exported[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/(\*\/\n)?^export (?:async )?function\*? (\w+)(?:<[^\n]*?>)?(?=\()/gm)].map((match) => {
    const [whole, docstring, name = ''] = match;
    const signature = name + source.slice(match.index + whole.length).split('{\n', 1)[0];
    const conventional = CONVENTIONS.some((one) => one.test(signature));
    const saidBy = docstring !== undefined ? 'docstring' : conventional ? 'name' : null;
    return { room, name: `${file} ${name}`, saidBy };
  });
}

if (import.meta.main) {
  const all = exportedFunctions();
  for (const room of ROOMS) {
    const here = all.filter((one) => one.room === room);
    const by = (what: Exported['saidBy']) => here.filter(({ saidBy }) => saidBy === what);
    const counts = `${here.length} exported, ${by('docstring').length} by docstring, ${by('name').length} by name`;
    process.stdout.write(`${room.padEnd(8)} ${counts}, ${by(null).length} silent\n`);
    for (const { name } of by(null)) process.stdout.write(`  ${name}\n`);
  }
}
