/** Runs an emulator until Ctrl-C, for ONRAMP_EMULATOR_URL: its address is the first line on stdout. */

import { startEmulator } from './emulator.ts';

const [port] = process.argv.slice(2);
const emulator = await startEmulator({
  ...(port === undefined ? {} : { port: Number(port) }),
  running: '',
  log: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write(`${emulator.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close());
