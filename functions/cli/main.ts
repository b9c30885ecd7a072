#!/usr/bin/env node
/** The `onramp` command: one process, one command, one exit code. */

import { CommanderError } from 'commander';
import { EXIT_CODES } from '#contracts/errors.ts';
import { exitCodeOf, failureLines } from './failure.ts';
import { createProgram, usageError } from './program.ts';
import { printable, processTerminal } from './terminal.ts';

async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT_CODES.done;
  const program = createProgram(
    () => processTerminal({ color: program.opts<{ color: boolean }>().color }),
    (done) => {
      code = done;
    },
  );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
    if (error === null) return EXIT_CODES.done;
    const lines = failureLines(error, { debug: args.includes('--debug') });
    process.stderr.write(`${printable(lines.join('\n'))}\n`);
    return exitCodeOf(error);
  }
}

process.on('SIGINT', () => {
  process.stderr.write('\ninterrupted\n');
  process.exit(EXIT_CODES.interrupted);
});
// `onramp plan | head` closes the pipe early: that is the reader's right and no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.done);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
