/** `plan`: the same walk with the reader's rights, deciding and writing nothing. What an earlier hop would do counts as done. */

import type { Access } from '#aws/clients.ts';
import type { PlanDocument } from '#contracts/documents.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import { type Action, type Decision, merge } from '#core/actions.ts';
import { actionText } from '#core/describe.ts';
import { scopeText } from '#core/start.ts';
import { consumersOf, publishScope } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { isEnforced } from './enforced.ts';
import { buildSnapshot } from './fan-out.ts';
import { hopsOf, look } from './halves.ts';
import { publishFacts } from './publish.ts';

export interface PlanOptions {
  readonly policy: Policy;
  readonly access: Access;
  readonly ledger: Ledger;
  /** All scopes of the policy when absent. */
  readonly scopes?: readonly Scope[];
  readonly rolePath?: string;
  /** Progress: the scope and hop being looked at. */
  readonly report?: (message: string) => void;
}

const PLANNING = { recent: [], planning: true } as const;

export async function planScopes(options: PlanOptions): Promise<PlanDocument> {
  const ctx = planContext(options);
  const scopes = options.scopes ?? scopesOf(options.policy);
  const snapshots = plannedSnapshots(ctx);
  const planned: PlanDocument['scopes'] = [];
  for (const scope of scopes) {
    const facts = look(ctx, scope, (product) => snapshots(publishScope(product)));
    const decisions: Decision[] = [];
    for (const hop of hopsOf(scope.half)) {
      options.report?.(`${scopeText(scope)}: ${hop}`);
      decisions.push(await facts.decide(hop, PLANNING));
    }
    planned.push(planOf(ctx, scope, merge(...decisions)));
  }
  return { schema: 'onramp.plan/1', policy: options.policy.hash, scopes: planned };
}

/** Every scope a policy is about: producers first, as their shares come first. */
export function scopesOf(policy: Policy): readonly Scope[] {
  const scopes: Scope[] = [
    ...policy.products.map(publishScope),
    ...policy.products.flatMap((p) => consumersOf(policy, p)),
  ];
  return [...new Map(scopes.map((scope) => [scopeText(scope), scope])).values()];
}

function planOf(ctx: WalkContext, scope: Scope, decision: Decision): PlanDocument['scopes'][number] {
  const actions = [...new Map(decision.actions.map((action) => [JSON.stringify(action), action])).values()];
  const enforced = actions.length === 0 || actions.some((action) => isEnforced(ctx, action));
  return {
    scope: scopeText(scope),
    mode: enforced ? 'enforce' : 'report',
    proof: 'by permissions',
    actions: actions.map(planAction),
    findings: decision.findings.map((found) => ({ ...found, aws: found.aws ?? null })),
    left: [...new Set(decision.left)].sort(),
  };
}

function planAction(action: Action): PlanDocument['scopes'][number]['actions'][number] {
  const { hop, kind, account, region, effect } = action;
  return { hop, kind, account, region, products: [...action.products], effect, text: actionText(action) };
}

/** What each producer would tell its consumers once its own plan is done. */
function plannedSnapshots(ctx: WalkContext): (scope: PublishScope) => Promise<Snapshot | null> {
  const snapshots = new Map<string, Promise<Snapshot | null>>();
  return (scope) => {
    const text = scopeText(scope);
    const snapshot = snapshots.get(text) ?? buildSnapshot(ctx, publishFacts(ctx, scope), PLANNING);
    snapshots.set(text, snapshot);
    return snapshot;
  };
}

function planContext({ policy, access, ledger, rolePath }: PlanOptions): WalkContext {
  return {
    policy,
    access,
    ledger,
    rolePath: rolePath ?? memberRolePath(policy.namespace),
    snapshots: { read: async () => null, write: async () => undefined },
    execution: 'plan',
    invocation: 'plan',
    now: () => Date.now(),
    sleep: async () => undefined,
    tell: () => undefined,
    start: async () => 'not started: plan',
  };
}
