/** `npm run -s lake -- --port 4570`: the lake on its own, until a signal ends it. */

import { parseArgs } from 'node:util';
import { isAccountId } from './identity/arn.ts';
import { SWITCHES } from './switches.ts';

const HELP = `lake: AWS Lake Formation, RAM, Glue Data Catalog, Organizations and STS on this machine

  --port N          listen on this port of 127.0.0.1 (an unused one when absent)
  --ministack URL   pass everything the lake doesn't own on to this MiniStack
  --seed N          ids and faults follow from this number (1)
  --accounts LIST   only these accounts exist, 12 digits each, with commas between (any 12 digits)
  --switch N=VALUE  another reading of a fact only AWS can confirm; may be repeated (--switches lists them)
  --switches        what can be switched, and what each value means
  --compile         load everything once and end: the next start, be it the first, is a quick one
  --help            this text

The first line on stdout is the address. A 12-digit access key id is the root of that account:
  AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=x aws --endpoint-url http://127.0.0.1:4570 glue get-databases
`;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return Number(text);
}

function accountList(text: string): readonly string[] {
  const accounts = text.split(',').map((each) => each.trim());
  const wrong = accounts.find((each) => !isAccountId(each));
  if (wrong !== undefined) throw new Error(`--accounts must be 12 digits each, not ${wrong}`);
  return accounts;
}

function switchPair(text: string): readonly [string, string] {
  const [name = '', value] = text.split('=');
  if (value === undefined) throw new Error(`--switch must be NAME=VALUE, not ${text}`);
  return [name, value];
}

const listSwitches = (): string =>
  SWITCHES.map(
    ({ name, default: preset, alternatives, meaning }) =>
      `${name}=${[`${preset} (default)`, ...alternatives].join('|')}\n    ${meaning}\n`,
  ).join('');

/** Node keeps what a process compiled when it ends by itself; `lake.js` says where. */
async function compile(): Promise<void> {
  const { startLake } = await import('./start.ts');
  const lake = await startLake();
  const [{ serviceModules }, { createMemoryBackend }] = await Promise.all([
    import('./modules.ts'),
    import('./backend/memory/backend.ts'),
  ]);
  await serviceModules(createMemoryBackend());
  await lake.close();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      ministack: { type: 'string' },
      seed: { type: 'string' },
      accounts: { type: 'string' },
      switch: { type: 'string', multiple: true },
      switches: { type: 'boolean' },
      compile: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  if (values.switches === true) {
    process.stdout.write(listSwitches());
    return;
  }
  if (values.compile === true) return compile();
  const port = wholeNumber('port', values.port);
  const seed = wholeNumber('seed', values.seed);
  const { startLake } = await import('./start.ts');
  const lake = await startLake({
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(values.accounts === undefined ? {} : { accounts: accountList(values.accounts) }),
    switches: Object.fromEntries((values.switch ?? []).map(switchPair)),
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
