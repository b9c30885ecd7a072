/** The only place that prints: results go to stdout, everything else to stderr. */

import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { shown } from '#contracts/shown.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
/** Colours a text, or leaves it: meaning never hangs on colour alone. */
export type Paint = (style: Style, text: string) => string;

export interface Terminal {
  /** One line (or several) of the result. */
  result(text: string): void;
  /** Progress, hints, warnings and errors. */
  note(text: string): void;
  /** For what goes to stdout. */
  readonly paint: Paint;
  /** Whether a person sits there and can be asked. */
  readonly interactive: boolean;
  /** Only when interactive. */
  confirm(question: string): Promise<boolean>;
}

export const PLAIN: Paint = (_style, text) => text;

/** `styleText` knows NO_COLOR, FORCE_COLOR, dumb terminals and pipes by itself. */
export function processTerminal(options: { readonly color: boolean }): Terminal {
  return {
    result: (text) => void process.stdout.write(`${printable(text)}\n`),
    note: (text) => void process.stderr.write(`${printable(text)}\n`),
    paint: options.color ? (style, text) => styleText(style, text, { stream: process.stdout }) : PLAIN,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true && process.env['CI'] === undefined,
    confirm: askYesOrNo,
  };
}

/** Our own line breaks and colours stay; of whatever else is in a line only what may be shown. */
export function printable(text: string): string {
  const own = new RegExp(`(${String.fromCharCode(27)}\\[\\d+m|\\n)`);
  return text
    .split(own)
    .map((part, i) => (i % 2 === 1 ? part : shown(part)))
    .join('');
}

/** Ctrl-C at the question is Ctrl-C; an end of input (Ctrl-D) is a no. */
async function askYesOrNo(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
