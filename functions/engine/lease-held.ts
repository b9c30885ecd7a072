/** A run that could not get its scope in time says so: one finding, which the next finished run of the scope closes. */

import type { Ledger } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import { settle } from '#core/finding-records.ts';
import { finding } from '#core/findings.ts';
import { scopeText } from '#core/start.ts';

/** @returns the number of findings: one. */
export async function leaseHeld(
  ledger: Ledger,
  scope: Scope,
  run: { now: number; execution: string },
): Promise<number> {
  const text = scopeText(scope);
  const found = finding({
    // No hop is at fault: it is the run itself that did not happen.
    hop: 'run',
    state: 'broken',
    cause: 'lease-held',
    account: scope.account,
    region: scope.region,
    resource: text,
    message: `another run has been working on ${text} for too long, or others have had all turns in its account`,
    remedy: `Look at the executions that hold it (their ARNs are in the ledger items lease#scope/${text} and turns#${scope.account}#${scope.region}). What died gives way by itself within 20 minutes, and the next event or schedule goes on. If they all work, and this comes again, raise limits.runsAtOnce.`,
  });
  const records = (await ledger.findings(text)).filter((record) => record.key === found.key);
  const { changed } = settle({ scope: text, findings: [found], records, now: run.now, execution: run.execution });
  if (changed.length > 0) await ledger.putFindings(changed);
  return 1;
}
