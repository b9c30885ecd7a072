/** The commands of docs/lake.md, run as a new user would, with the AWS CLI: what the page prints is what they print. */

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { awsPython, bareEnvironment } from '../../../support/aws-python.ts';

const run = promisify(execFile);
const page = readFileSync(new URL('../../../../docs/lake.md', import.meta.url), 'utf8');

/** What a reader has put into the shell before the commands. */
const preparation = fences('sh').filter((block) => /^\w+\(\) \{$|^export /m.test(block));
const commands = fences('console').flatMap(commandsOf);

function fences(language: string): string[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, is]) => is === language)
    .map(([, , text]) => `${text}`);
}

/** `$ command`, its further lines indented, then what it prints. */
function commandsOf(block: string): { command: string; prints: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const lines = part.split('\n');
      const end = lines.findIndex((line, i) => i > 0 && !/^ {2,}/.test(line));
      return { command: lines.slice(0, end).join('\n'), prints: lines.slice(end).join('\n') };
    });
}

let lake: RunningLake;
let directory: string;
beforeAll(async () => {
  const python = await awsPython();
  directory = mkdtempSync(join(tmpdir(), 'onramp-cli-'));
  const shim = join(directory, 'aws');
  writeFileSync(shim, `#!/bin/sh\nexec '${python}' -m awscli "$@"\n`);
  chmodSync(shim, 0o755);
  lake = await startLake();
});
afterAll(async () => {
  await lake.close();
  rmSync(directory, { recursive: true });
});

async function shell(command: string): Promise<string> {
  const script = [...preparation, command].join('\n').replaceAll('http://127.0.0.1:4570', lake.url);
  const environment = bareEnvironment(lake.url);
  const env = { ...environment, PATH: [directory, environment['PATH']].join(delimiter) };
  // Errors are on stderr, and part of what a reader sees.
  const { stdout } = await run('bash', ['-c', `exec 2>&1\n${script}`], { env }).catch(
    (error: { stdout: string }) => error,
  );
  return lines(stdout);
}

const lines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');

/** `…` is whatever was cut. */
const pattern = (prints: string): RegExp =>
  new RegExp(`^${lines(prints).split('…').map(RegExp.escape).join('[\\s\\S]*')}$`);

test('the page has its ten commands and more', () => {
  expect(preparation).toHaveLength(2);
  expect(commands.length).toBeGreaterThanOrEqual(20);
});

// In the order of the page: each builds on those before.
test.each(commands)('$command', async ({ command, prints }) => {
  expect(await shell(command)).toMatch(pattern(prints));
});
