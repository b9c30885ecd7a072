/** `onramp plan`: what a run would write, hop by hop, and what keeps it from telling. Reads only. */

import type { Access } from '#aws/clients.ts';
import { CHANGES } from '#changes/registry.ts';
import type { PlanDocument } from '#contracts/documents.ts';
import { EXIT_CODES } from '#contracts/errors.ts';
import type { FindingState } from '#contracts/findings.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { StandingPlace } from '#contracts/ledger-places.ts';
import { memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopesOf } from '#core/scopes.ts';
import { planScopes } from '#engine/plan.ts';
import { PATH } from '#hops/path.ts';
import { accountCalled } from '../accounts.ts';
import { countPlan, renderPlan } from '../render/plan.ts';
import type { Terminal } from '../terminal.ts';

export interface PlanCommandOptions {
  readonly policy: Policy;
  readonly access: Access;
  readonly ledger: Ledger;
  readonly accounts?: readonly string[] | undefined;
  readonly rolePath?: string | undefined;
  readonly json?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly detailedExitcode?: boolean | undefined;
  /** Findings of these states are an exit code of their own, before changes. */
  readonly failOn?: readonly FindingState[] | undefined;
}

export async function plan(options: PlanCommandOptions, terminal: Terminal): Promise<number> {
  const { policy, access, ledger } = options;
  const rolePath = options.rolePath ?? memberRolePath(policy.namespace);
  const context = { policy, path: PATH, changes: CHANGES, access, rolePath, ledger, now: () => Date.now() };
  const scopes = wantedScopes(policy, await ledger.standing(), options.accounts);
  const document = await planScopes(context, { scopes, report: terminal.note });
  terminal.result(options.json ? JSON.stringify(document, null, 2) : rendered(document, options, terminal));
  const counts = countPlan(document);
  if (options.failOn?.some((state) => counts[state] > 0)) return EXIT_CODES.findings;
  return options.detailedExitcode && changes(document) ? EXIT_CODES.changes : EXIT_CODES.done;
}

/** The halves of the accounts asked for. */
function wantedScopes(
  policy: Policy,
  standing: readonly StandingPlace[],
  accounts: readonly string[] | undefined,
): readonly Scope[] {
  const scopes = scopesOf(policy, standing);
  if (accounts === undefined || accounts.length === 0) return scopes;
  // What is to be taken back may be in an account that the policy names no longer.
  const isKnown = (called: string) => standing.some(({ account }) => account === called);
  const ids = new Set(accounts.map((called) => (isKnown(called) ? called : accountCalled(policy, called).id)));
  return scopes.filter((scope) => ids.has(scope.account));
}

function rendered(document: PlanDocument, { policy, all }: PlanCommandOptions, terminal: Terminal): string {
  const names = new Map(policy.accounts.map(({ id, name }) => [id, name]));
  return renderPlan(document, { names, all, paint: terminal.paint });
}

function changes(document: PlanDocument): boolean {
  const { add, change, withdraw } = countPlan(document);
  return add + change + withdraw > 0;
}
