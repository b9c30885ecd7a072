/** What the ledger has on one account and Region, whatever part of it would read them. */

import type { Entry, Ledger } from '#contracts/ledger.ts';

export async function entriesIn(ledger: Ledger, account: string, region: string): Promise<readonly Entry[]> {
  return (await ledger.allEntries(account)).filter((entry) => entry.region === region);
}
