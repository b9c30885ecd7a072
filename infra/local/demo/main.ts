/** `npm run demo`: AWS accounts share tables, on this machine, with the real templates, machines and functions. */

import { parseArgs } from 'node:util';
import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import { blueprint } from '../scenes/blueprint.ts';
import { failedGrant } from '../scenes/failed-grant.ts';
import type { Scene } from '../scenes/scene.ts';
import { share } from '../scenes/share.ts';
import { keep } from './keep.ts';
import { playDemo } from './play.ts';
import { createProgress } from './progress.ts';
import { renderDemo } from './render.ts';

const SCENES: readonly Scene[] = [share, failedGrant, blueprint];

const HELP = `npm run demo [-- --scene NAME] [--json] [--keep]

Four AWS accounts of an organization on this machine: no AWS account is needed, none is used. The scenes:

${SCENES.map((scene) => `  ${scene.name.padEnd(13)}  ${scene.title}`).join('\n')}

  --scene NAME   play this scene alone
  --json         print one JSON document on stdout and nothing else (npm run -s demo -- --json)
  --keep         leave the local cloud running until Ctrl-C, and print how to look around
  --help         this text
`;

interface Arguments {
  readonly scenes: readonly Scene[];
  readonly json: boolean;
  readonly keep: boolean;
}

function argumentsOf(argv: readonly string[]): Arguments | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scene: { type: 'string' },
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) return HELP;
    const scenes = SCENES.filter((scene) => values.scene === undefined || scene.name === values.scene);
    if (scenes.length === 0)
      return `error: no scene called "${values.scene}"\n  fix: write one of ${SCENES.map((scene) => scene.name).join(', ')}\n`;
    return { scenes, json: values.json === true, keep: values.keep === true };
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}\n  fix: npm run demo -- --help\n`;
  }
}

async function main(): Promise<number> {
  const given = argumentsOf(process.argv.slice(2));
  if (typeof given === 'string') {
    (given === HELP ? process.stdout : process.stderr).write(given);
    return given === HELP ? EXIT_CODES.done : EXIT_CODES.usage;
  }
  const say = createProgress(process.stderr);
  say('Lake Onramp on this machine: no AWS account is needed, none is used');
  const { document, cloud, policy } = await playDemo({ scenes: given.scenes, say });
  try {
    process.stdout.write(given.json ? `${JSON.stringify(document)}\n` : renderDemo(document, given));
    if (given.keep) await keep(cloud, policy);
  } finally {
    await cloud.close();
  }
  return document.ok ? EXIT_CODES.done : EXIT_CODES.broke;
}

let interrupted = false;
// What fails because everything is being ended is no news.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = true;
    process.stderr.write('\nending the local cloud\n');
  });
}
try {
  process.exitCode = await main();
} catch (error) {
  if (!interrupted) {
    const { message, remedy } = error instanceof LakeError ? error : { message: String(error), remedy: undefined };
    process.stderr.write(`error: ${message}\n${remedy === undefined ? '' : `  fix: ${remedy}\n`}`);
    process.exitCode = EXIT_CODES.broke;
  }
}
