/** `plan`: the same hops with the reader's rights, assessed and not written. What an earlier hop would do counts as done. */

import type { PlanDocument } from '#contracts/documents.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry } from '#contracts/ledger.ts';
import { shownIn } from '#contracts/shown.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Assessment } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import { sortedSet, uniqueBy } from '#core/collections.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import { assessAll, type Look, look } from './assess.ts';
import { withBrake } from './brake.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { entriesOf, isEnforced } from './enforcement.ts';
import { hopState } from './hop-state.ts';
import { createReads, type SnapshotSource } from './reads.ts';
import { snapshotOf } from './snapshots.ts';
import { reachedFrom } from './starts.ts';

/** What a plan is made with: no clock but for confirmations, no machine, no lease. */
export type PlanContext = Pick<RunContext, 'policy' | 'path' | 'changes' | 'access' | 'rolePath' | 'ledger'> & {
  now(): number;
};

export interface PlanOptions {
  /** All scopes of the policy, and those where something of ours stands, when absent. */
  readonly scopes?: readonly Scope[];
  /** Progress: the scope and hop being looked at. */
  readonly report?: (message: string) => void;
}

type PlannedScope = PlanDocument['scopes'][number];

export async function planScopes(from: PlanContext, options: PlanOptions = {}): Promise<PlanDocument> {
  const ctx = planningContext(from);
  const scopes = await everyScope(ctx, options.scopes ?? scopesOf(ctx.policy, await ctx.ledger.standing()));
  const lookAt = planningLooks(ctx);
  const planned: PlannedScope[] = [];
  for (const scope of scopes) {
    const { seen, entries } = await lookAt(scope);
    const { hops, assessment } = await assessAll(seen, (hop) => options.report?.(`${scopeText(scope)}: ${hop}`));
    const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
    const braked = await withBrake(ctx, scope, { changes: enforced, entries });
    // What the brake would hold is planned all the same; the finding has the hash with which a person lets it pass.
    const findings = [...assessment.findings, ...braked.findings];
    const [first, ...more] = planOf(ctx, scope, { ...assessment, findings });
    planned.push({ ...first, hops: hops.map(hopState) }, ...more);
  }
  return shownIn({ schema: 'onramp.plan/2', policy: ctx.policy.hash, scopes: planned });
}

/** Producers first, with the scopes that their hops would start: databases in a catalog that rules reach unnamed (law 9). */
async function everyScope(ctx: RunContext, named: readonly Scope[]): Promise<readonly Scope[]> {
  const isPublish = ({ half }: Scope) => half === 'publish';
  const reached = await reachedFrom(ctx, named.filter(isPublish));
  const ordered = [...named.filter(isPublish), ...reached.filter(isPublish), ...named.filter((s) => !isPublish(s))];
  return uniqueBy(ordered, scopeText);
}

/** One entry, or two where some products of the scope are held back: what will be done, and what is only reported. */
function planOf(ctx: RunContext, scope: Scope, assessment: Assessment): readonly [PlannedScope, ...PlannedScope[]] {
  const distinct = uniqueBy(assessment.changes, (change) => JSON.stringify(change));
  const changes = (mode: PlannedScope['mode']) =>
    distinct
      .filter((change) => isEnforced(ctx, change) === (mode === 'enforce'))
      .map((change) => plannedChange(ctx, change));
  const [enforced, reported] = [changes('enforce'), changes('report')];
  const base = { scope: scopeText(scope), proof: 'by permissions' as const, hops: [] };
  const findings: Finding[] = [...assessment.findings];
  const foreign = sortedSet(assessment.foreign);
  if (reported.length === 0) return [{ ...base, mode: 'enforce', changes: enforced, findings, foreign }];
  const told = { ...base, mode: 'report' as const, changes: reported };
  if (enforced.length === 0) return [{ ...told, findings, foreign }];
  return [
    { ...base, mode: 'enforce', changes: enforced, findings, foreign },
    { ...told, findings: [], foreign: [] },
  ];
}

function plannedChange(ctx: RunContext, change: Change): PlannedScope['changes'][number] {
  const { hop, kind, account, region, effect } = change;
  const words = kindOf(ctx.changes, change);
  const why = [...(words.reasons?.(change) ?? [])];
  const operation = words.operation ?? 'add';
  const products = [...change.products];
  const planned = { hop, kind, account, region, products, operation, effect, text: words.text(change) };
  return why.length === 0 ? planned : { ...planned, why };
}

interface Planned {
  readonly seen: Look;
  readonly entries: readonly Entry[];
}

/** One look per scope. Consumers go by what each producer would tell them once its own plan is done. */
function planningLooks(ctx: RunContext): (scope: Scope) => Promise<Planned> {
  const looks = new Map<string, Promise<Planned>>();
  const told = new Map<string, Promise<Snapshot | null>>();
  const once = <T>(kept: Map<string, Promise<T>>, scope: Scope, make: () => Promise<T>): Promise<T> => {
    const text = scopeText(scope);
    const found = kept.get(text) ?? make();
    kept.set(text, found);
    return found;
  };
  const snapshots: SnapshotSource = (scope) =>
    once(told, scope, async () => snapshotOf(ctx, scope, { ...(await lookAt(scope)), last: null }));
  const lookAt = (scope: Scope): Promise<Planned> =>
    once(looks, scope, async () => {
      const entries = await entriesOf(ctx, scope);
      const mode = { entries, recent: [], planning: true, verifying: true };
      return { seen: look(ctx, scope, mode, createReads(ctx, { snapshots })), entries };
    });
  return lookAt;
}

function planningContext(from: PlanContext): RunContext {
  return {
    ...from,
    snapshots: { read: async () => null, write: async () => undefined },
    observations: { read: async () => null, write: async () => '' },
    standing: async () => 'current',
    execution: 'plan',
    invocation: 'plan',
    patient: false,
    atWork: 1,
    sleep: async () => undefined,
    emit: () => undefined,
    start: async () => 'not started: plan',
  };
}
