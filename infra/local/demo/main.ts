/** `npm run demo`: two AWS accounts share a table, on this machine, with the real templates, machines and functions. */

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { EXIT_CODES } from '#contracts/errors.ts';
import { failedGrant } from '../scenes/failed-grant.ts';
import { ANALYTICS, FINANCE, HUB, REGION } from '../scenes/places.ts';
import type { Scene } from '../scenes/scene.ts';
import { share } from '../scenes/share.ts';
import { playDemo } from './play.ts';
import { renderDemo } from './render.ts';
import { createTeller } from './teller.ts';

const SCENES: readonly Scene[] = [share, failedGrant];

const HELP = `npm run demo [-- --scene NAME] [--json] [--keep]

Two AWS accounts share a table on this machine: no AWS account is needed, none is used.

  --scene NAME   play up to this scene: ${SCENES.map((scene) => scene.name).join(', ')}
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
    // Later scenes go on from where earlier ones end.
    const until =
      values.scene === undefined ? SCENES.length : SCENES.findIndex((scene) => scene.name === values.scene) + 1;
    if (until === 0)
      return `error: no scene called "${values.scene}"\n  fix: write one of ${SCENES.map((scene) => scene.name).join(', ')}\n`;
    return { scenes: SCENES.slice(0, until), json: values.json === true, keep: values.keep === true };
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
  const say = createTeller(process.stderr);
  say('Lake Onramp on this machine: no AWS account is needed, none is used');
  const { document, cloud } = await playDemo({ scenes: given.scenes, say });
  try {
    process.stdout.write(given.json ? `${JSON.stringify(document)}\n` : renderDemo(document));
    if (given.keep) await keep(cloud);
  } finally {
    await cloud.close();
  }
  return document.ok ? EXIT_CODES.done : EXIT_CODES.broke;
}

/** Until Ctrl-C; the cloud itself ends the process then. */
async function keep(cloud: {
  environment(account: string, region: string): Readonly<Record<string, string>>;
}): Promise<void> {
  const accounts = { 'finance-lake (producer)': FINANCE, 'analytics (consumer)': ANALYTICS, hub: HUB };
  for (const [name, account] of Object.entries(accounts)) {
    const variables = Object.entries(cloud.environment(account, REGION)).map(
      ([key, value]) => `export ${key}=${value}`,
    );
    process.stderr.write(`\n# ${name}\n${variables.join('\n')}\n`);
  }
  process.stderr.write('\nThe local cloud is running. Ctrl-C ends it.\n');
  await once(process, 'beforeExit');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_CODES.broke;
}
