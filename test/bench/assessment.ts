/** The pure assessment of `grants` and `role` in 10,000 consumers of 50 products, in a process of its own. */

import { fileURLToPath } from 'node:url';
import { assessConsumer, consumerWorld } from './consumer-world.ts';
import { accountId, largePolicy } from './large-policy.ts';
import { cpuOf } from './numbers.ts';
import { taken } from './processes.ts';
import type { Row } from './report.ts';

const ACCOUNTS = 10_000;
const PRODUCTS = 50;
/** How many accounts are assessed before the figure counts: by then the code is compiled. */
const WARM = 200;

interface Measured {
  /** CPU of the assessments alone, in milliseconds. */
  readonly all: number;
  /** Of the first and the second half: equal, if it is linear. */
  readonly halves: readonly [number, number];
  readonly named: number;
  readonly changes: number;
  readonly residentMb: number;
}

export async function benchAssessment(): Promise<readonly Row[]> {
  const script = fileURLToPath(import.meta.url);
  const { code, stdout } = await taken(process.execPath, ['--max-old-space-size=384', script]);
  if (code !== 0) throw new Error(`the assessment ended with ${code}`);
  const { all, halves, named, changes, residentMb } = JSON.parse(stdout) as Measured;
  const of = `${PRODUCTS} products, 5 roles with 5 policies`;
  return [
    { what: `grants, role and admission of one account: ${of}, CPU`, measured: all / ACCOUNTS, unit: 'ms', atMost: 6 },
    { what: 'the same, where one role names every database and bucket, CPU', measured: named, unit: 'ms' },
    { what: `${ACCOUNTS.toLocaleString('en')} such accounts, CPU`, measured: all / 1000, unit: 's', atMost: 60 },
    { what: 'the same, second half ÷ first half', measured: halves[1] / halves[0], unit: 'times', atMost: 1.2 },
    { what: 'the same, peak of resident memory', measured: residentMb, unit: 'MB', atMost: 512 },
    { what: 'the same, changes found', measured: changes, unit: 'changes', atMost: 0 },
  ];
}

function measure(): Measured {
  const policy = largePolicy({ accounts: ACCOUNTS, products: PRODUCTS });
  let changes = 0;
  const assessed = (from: number, to: number, named = false) => {
    let cpu = 0;
    for (let i = from; i < to; i++) {
      const world = consumerWorld(policy, accountId(i), named);
      cpu += cpuOf(() => {
        changes += assessConsumer(policy, world).changes.length;
      });
    }
    return cpu;
  };
  assessed(0, WARM);
  const halves = [assessed(0, ACCOUNTS / 2), assessed(ACCOUNTS / 2, ACCOUNTS)] as const;
  const named = assessed(0, WARM, true) / WARM;
  const residentMb = process.resourceUsage().maxRSS / 1024;
  return { all: halves[0] + halves[1], halves, named, changes, residentMb };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(measure()));
