/** What an event says of a changed policy: bounded, since EventBridge takes 256 KB and an audience may be thousands of accounts. */

import type { PolicyChangedDetail } from '#contracts/events.ts';

/** Bytes of each list, as JSON. */
const MOST_OF_A_LIST = 64 * 1024;

/**
 * As much of `gone` and `left` as fits: where something of ours stands, the ledger says it too (law 13). `only` that does
 * not fit is left out: then all that the policy is about is looked at.
 */
export function toldChange({ hash, gone = [], left = [], only }: PolicyChangedDetail): PolicyChangedDetail {
  const whole = only !== undefined && fitting(only).length === only.length;
  return { hash, gone: fitting(gone), left: fitting(left), ...(whole ? { only } : {}) };
}

function fitting<T>(all: readonly T[]): T[] {
  let bytes = 2;
  const end = all.findIndex((one) => {
    bytes += new TextEncoder().encode(JSON.stringify(one)).length + 1;
    return bytes > MOST_OF_A_LIST;
  });
  return end === -1 ? [...all] : all.slice(0, end);
}
