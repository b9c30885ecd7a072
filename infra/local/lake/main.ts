/** `npm run -s lake -- --port 4570`: the lake on its own, until a signal ends it. */

import { parseArgs } from 'node:util';
import { startLake } from './start.ts';

const HELP = `lake: AWS Lake Formation, RAM, Glue Data Catalog, Organizations and STS on this machine

  --port N          listen on this port of 127.0.0.1 (an unused one when absent)
  --ministack URL   pass everything the lake doesn't own on to this MiniStack
  --seed N          ids and faults follow from this number (1)
  --help            this text

The first line on stdout is the address. A 12-digit access key id is the root of that account:
  AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=x aws --endpoint-url http://127.0.0.1:4570 glue get-databases
`;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      ministack: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const port = wholeNumber('port', values.port);
  const seed = wholeNumber('seed', values.seed);
  const lake = await startLake({
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(values.ministack === undefined ? {} : { ministack: values.ministack }),
  });
  process.stdout.write(`${lake.url}\n`);
  const stop = (): void => void lake.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`lake: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 64;
}
