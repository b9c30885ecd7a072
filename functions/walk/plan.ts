/** `plan`: the same walk with the reader's rights, deciding and writing nothing. What an earlier hop would do counts as done. */

import type { Access } from '#aws/clients.ts';
import type { PlanDocument } from '#contracts/documents.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import { type Action, type Decision, type Finding, merge, NOTHING } from '#core/actions.ts';
import { actionText, reasonLines } from '#core/describe.ts';
import { oneFindingPerFault, unreadable } from '#core/findings.ts';
import type { Trouble } from '#core/lake.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import type { WalkContext } from './context.ts';
import { entriesOf, isEnforced, withBrake } from './enforced.ts';
import { buildSnapshot } from './fan-out.ts';
import { hopsOf, look } from './halves.ts';
import { databasesReached } from './open-databases.ts';
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
  const { scopes, unlisted } = await everyScope(ctx, options.scopes ?? scopesOf(options.policy));
  const snapshots = plannedSnapshots(ctx);
  const planned: PlanDocument['scopes'] = [];
  for (const scope of scopes) {
    const facts = look(ctx, scope, snapshots);
    const decisions: Decision[] = [];
    for (const hop of hopsOf(scope.half)) {
      options.report?.(`${scopeText(scope)}: ${hop}`);
      decisions.push(await facts.decide(hop, PLANNING));
    }
    decisions.push({ ...NOTHING, findings: unlisted.get(scopeText(scope)) ?? [] });
    planned.push(...planOf(ctx, scope, await withBrakeShown(ctx, scope, oneFindingPerFault(merge(...decisions)))));
  }
  return { schema: 'onramp.plan/1', policy: options.policy.hash, scopes: planned };
}

interface EveryScope {
  readonly scopes: readonly Scope[];
  /** By the catalog's scope: that its databases could not be listed, though rules reach some. */
  readonly unlisted: ReadonlyMap<string, readonly Finding[]>;
}

/** With each catalog that is planned, the databases in it that rules reach without naming them (law 9). */
async function everyScope(ctx: WalkContext, named: readonly Scope[]): Promise<EveryScope> {
  const unlisted = new Map<string, readonly Finding[]>();
  const reached: Scope[] = [];
  for (const scope of named) {
    if (scope.half !== 'publish') continue;
    const databases = await databasesReached(ctx, scope);
    if (databases.known) reached.push(...databases.value);
    else unlisted.set(scopeText(scope), [notListed(scope, databases.why)]);
  }
  const isPublish = ({ half }: Scope) => half === 'publish';
  const ordered = [...named.filter(isPublish), ...reached, ...named.filter((scope) => !isPublish(scope))];
  return { scopes: [...new Map(ordered.map((scope) => [scopeText(scope), scope])).values()], unlisted };
}

function notListed({ account, region }: Scope, why: Trouble): Finding {
  return unreadable({ hop: 'tags', account, region, resource: `databases of ${account} in ${region}` }, why);
}

/** What the brake would hold is planned all the same; the finding has the hash with which a person lets it pass. */
async function withBrakeShown(ctx: WalkContext, scope: Scope, decision: Decision): Promise<Decision> {
  const enforced = decision.actions.filter((action) => isEnforced(ctx, action));
  const { findings } = await withBrake(ctx, enforced, await entriesOf(ctx, scope));
  return { ...decision, findings: [...decision.findings, ...findings] };
}

type PlannedScope = PlanDocument['scopes'][number];

/** One entry, or two where some products of the scope are held back: what will be done, and what is only reported. */
function planOf(ctx: WalkContext, scope: Scope, decision: Decision): readonly PlannedScope[] {
  const distinct = [...new Map(decision.actions.map((action) => [JSON.stringify(action), action])).values()];
  const actions = (mode: PlannedScope['mode']) =>
    distinct.filter((action) => isEnforced(ctx, action) === (mode === 'enforce')).map(planAction);
  const [enforced, reported] = [actions('enforce'), actions('report')];
  const base = { scope: scopeText(scope), proof: 'by permissions' as const };
  const findings = decision.findings.map((found) => ({ ...found, aws: found.aws ?? null }));
  const left = [...new Set(decision.left)].sort();
  if (reported.length === 0) return [{ ...base, mode: 'enforce', actions: enforced, findings, left }];
  const told = { ...base, mode: 'report' as const, actions: reported };
  if (enforced.length === 0) return [{ ...told, findings, left }];
  return [
    { ...base, mode: 'enforce', actions: enforced, findings, left },
    { ...told, findings: [], left: [] },
  ];
}

function planAction(action: Action): PlannedScope['actions'][number] {
  const { hop, kind, account, region, effect } = action;
  const why = [...reasonLines(action)];
  const planned = { hop, kind, account, region, products: [...action.products], effect, text: actionText(action) };
  return why.length === 0 ? planned : { ...planned, why };
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
    patient: false,
    now: () => Date.now(),
    sleep: async () => undefined,
    tell: () => undefined,
    start: async () => 'not started: plan',
  };
}
