/** Reading without stumbling: what AWS would not tell becomes "unknown", what is our own fault is thrown. */

import { toTrouble } from '#aws/errors.ts';
import { requireAdministrator } from '#aws/settings.ts';
import { isLakeError } from '#contracts/errors.ts';
import type { SettingsFacts } from '#core/facts.ts';
import { known, type Observed, unknown } from '#core/lake.ts';
import type { WalkContext } from './context.ts';

type Patience = Pick<WalkContext, 'patient'>;

/** @throws Transient while the machine will ask again: what passes by itself is not yet unknown. */
export async function observed<T>(ctx: Patience, read: () => Promise<T>): Promise<Observed<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (!isLakeError(error) || (ctx.patient && isLakeError(error, 'Transient'))) throw error;
    return unknown(toTrouble(error));
  }
}

/** Reads what AWS shows whole only to administrators: to anybody else a short list looks complete (law 6). */
export async function observedAsAdmin<T>(
  ctx: Patience,
  who: { readonly settings: Observed<SettingsFacts>; readonly role: string; readonly account: string },
  read: () => Promise<T>,
): Promise<Observed<T>> {
  const { settings, role, account } = who;
  if (!settings.known) return settings;
  return observed(ctx, async () => {
    requireAdministrator(settings.value, role, account);
    return read();
  });
}

/** Asks once per walk, however many hops want the answer. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= read();
    return answer;
  };
}

/** The same, one answer per key. */
export function oncePer<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = read(key);
    answers.set(key, answer);
    return answer;
  };
}
