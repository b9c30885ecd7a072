/** What `onramp validate` costs: linear in products and accounts. */

import { stringify } from 'yaml';
import { checkShape } from '#cli/policy/shape.ts';
import { readSource } from '#cli/policy/source.ts';
import { checkPolicy } from '#core/policy/check.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';
import { largeInput } from './large-policy.ts';
import { cpuOf } from './numbers.ts';
import type { Row } from './report.ts';

const AUDIENCE = 10;
const SIZES = [1250, 2500, 5000];

export async function benchValidate(): Promise<readonly Row[]> {
  return SIZES.flatMap((size) => {
    const text = stringify(largeInput({ accounts: size, products: size, audience: AUDIENCE }));
    const cpu = { yaml: 0, check: 0 };
    let source = readSource('');
    cpu.yaml = cpuOf(() => {
      source = readSource(text);
    });
    cpu.check = cpuOf(() => understand(source.value));
    const of = `${size.toLocaleString('en')} products, as many accounts, ${AUDIENCE} consumers each`;
    const atMost = size === SIZES.at(-1) ? 2000 : undefined;
    return [
      { what: `${of}: shape, check, hash and resolving, CPU`, measured: cpu.check, unit: 'ms', atMost },
      {
        what: `the same, the YAML library over ${(text.length / 1e6).toFixed(1)} MB, CPU`,
        measured: cpu.yaml,
        unit: 'ms',
      },
    ];
  });
}

function understand(value: unknown): void {
  const { document } = checkShape(value);
  if (document === null || checkPolicy(document).length > 0)
    throw new Error('the policy of the benchmark is no policy');
  resolvePolicy(document, policyHash(document));
}
