/** `npm run soak -- --seconds N --seed S`: bad days one after another, each with a seed of its own; what they did not survive is printed. */

import { parseArgs } from 'node:util';
import { machine, putSection } from '../bench/report.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean' },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!Number.isInteger(seed) || !(seconds > 0)) {
  process.stderr.write('error: --seconds takes a positive number, --seed a whole one\n');
  process.exit(64);
}
const on = machine();
const begun = performance.now();
const { rounds, runs, failed, troubles } = await soak(seed, () => performance.now() - begun < seconds * 1000);
for (const { seed: of, what } of troubles) process.stdout.write(`seed ${of}: ${what}\n`);
const text = `seeds ${seed} to ${seed + rounds - 1}`;
process.stdout.write(`${text}: ${runs} runs, ${failed} of them failed, ${troubles.length} trouble(s) left\n`);
if (values.keep) {
  putSection('soak', on, [
    { what: `bad days, ${text}`, measured: rounds, unit: 'days' },
    { what: 'runs under faults', measured: runs, unit: 'runs' },
    { what: 'of these that failed, and left the rest to the next', measured: failed, unit: 'runs' },
    {
      what: 'differences from an undisturbed world, and things told twice',
      measured: troubles.length,
      unit: 'troubles',
      atMost: 0,
    },
  ]);
}
process.exitCode = troubles.length === 0 ? 0 : 1;
