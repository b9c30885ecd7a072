/** What the lake was asked for while something ran. */

import type { JournalEntry } from '../../infra/local/lake/control-client.ts';
import type { InProcess } from './in-process.ts';

/** Calls of our roles in member accounts; what the hub stores for itself is no call in anybody's account. */
export async function calls(cloud: InProcess, during: () => Promise<unknown>): Promise<readonly JournalEntry[]> {
  const mark = (await cloud.stage.control.journal()).at(-1)?.sequence ?? 0;
  await during();
  return (await cloud.stage.control.journal(mark)).filter(({ caller }) =>
    /:assumed-role\/onramp-(reader|operator|storage)\//.test(caller),
  );
}

/** The writes among them, as `account operation`, in order. */
export async function writes(cloud: InProcess, during: () => Promise<unknown>): Promise<readonly string[]> {
  return (await calls(cloud, during))
    .filter(({ kind }) => kind === 'write')
    .map(({ account, operation }) => `${account} ${operation}`);
}
