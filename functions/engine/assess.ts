/** Assessing hops: each is observed and assessed once, however many others come after it. */

import type { Evidence } from '#contracts/evidence.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING } from '#core/assessment.ts';
import { oneFindingPerFault } from '#core/findings.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { listenTo } from './evidence.ts';
import { type HopModule, kindOfScope, type Question } from './hop.ts';
import type { Reads } from './query.ts';
import { createReads } from './reads.ts';

/** How a scope is looked at. */
export interface AssessmentMode {
  readonly entries: readonly Entry[];
  /** Laid over observations, so as not to write again; empty when verifying and planning. */
  readonly recent: readonly Entry[];
  readonly planning: boolean;
  readonly verifying: boolean;
  /** Whether hops may throw trouble that passes: as the run itself, unless told. */
  readonly patient?: boolean;
}

/** A hop, what was seen of it, and what that makes due. */
export interface HopAssessment {
  readonly hop: HopModule;
  readonly observed: unknown;
  readonly question: Question;
  readonly assessment: Assessment;
  /** A hop it comes after says that nothing is to be given here. */
  readonly barred: boolean;
  /** When planning: what it went by. */
  readonly evidence: readonly Evidence[];
}

/** One look at a scope: facts are read once for as long as it is used. */
export interface Look {
  readonly reads: Reads;
  /** The hops of the scope, in the order of the path. */
  readonly hops: readonly HopModule[];
  assess(hop: HopModule): Promise<HopAssessment>;
  /** What a hop is asked, without assessments of those before it. */
  question(hop: HopModule): Question;
}

/** The hops of a scope's half, in the order of the path. */
export function hopsOf({ path }: Pick<RunContext, 'path'>, scope: Scope): readonly HopModule[] {
  return path.filter(({ half, scopes }) => half === scope.half && scopes.includes(kindOfScope(scope)));
}

/** `reads`: what was seen before, and goes on being used; absent: everything is read. */
export function look(ctx: RunContext, scope: Scope, mode: AssessmentMode, reads: Reads = createReads(ctx)): Look {
  const { entries, recent, planning, verifying } = mode;
  const hops = hopsOf(ctx, scope);
  const { policy, rolePath, execution } = ctx;
  const patient = mode.patient ?? ctx.patient;
  const common = { scope, policy, rolePath, execution, patient, entries, recent, planning, verifying };
  const handed = (hop: HopModule) => (planning ? [...hop.after, ...supposedBy(hop, { policy, scope })] : hop.after);
  const questionFor = (hop: HopModule): Question => {
    // A hop that is nobody's concern in this scope has nothing to say.
    const before = new Map(handed(hop).map((name): [string, Assessment] => [name, NOTHING]));
    return { ...common, now: ctx.now(), before };
  };
  const memo = new Map<string, Promise<HopAssessment>>();
  const assessOnce = async (hop: HopModule): Promise<HopAssessment> => {
    const earlier = hops.filter(({ name }) => handed(hop).includes(name));
    const asked = questionFor(hop);
    const before = new Map(asked.before);
    let barred = false;
    for (const one of earlier) {
      const done = await assess(one);
      before.set(one.name, done.assessment);
      barred ||= done.barred || (one.bars?.(done.observed, done.question) ?? false);
    }
    const question = { ...asked, before };
    const listening = planning ? listenTo(reads) : { reads, heard: () => [] };
    const observed = await hop.observe(listening.reads, question);
    const assessment = hop.assess(observed, question);
    const kept = barred ? onlyEnding(ctx, hop, assessment) : assessment;
    return { hop, observed, question, barred, assessment: kept, evidence: listening.heard() };
  };
  const assess = (hop: HopModule): Promise<HopAssessment> => {
    const found = memo.get(hop.name) ?? assessOnce(hop);
    memo.set(hop.name, found);
    return found;
  };
  return { reads, hops, assess, question: questionFor };
}

/** Of a hop that is barred: what takes back or puts back. Its silence on the rest is no recovery. */
function onlyEnding(
  { changes: writers }: Pick<RunContext, 'changes'>,
  { name }: HopModule,
  { changes, foreign }: Assessment,
): Assessment {
  const ending = changes.filter((change) => kindOf(writers, change).ends?.(change));
  return { changes: ending, findings: [], foreign, skipped: [{ hop: name, product: null }] };
}

/** Hops whose changes a hop counts as made when planning. */
export function supposedBy(hop: HopModule, about: Pick<Question, 'scope' | 'policy'>): readonly string[] {
  return hop.supposes?.(about) ?? [];
}

/** Some hops on one look, one after the other. */
export async function assessEach(look: Look, hops: readonly HopModule[]): Promise<readonly HopAssessment[]> {
  const assessed: HopAssessment[] = [];
  for (const hop of hops) assessed.push(await look.assess(hop));
  return assessed;
}

/** Every hop of a half on one look, in the order of the path; `report` is told of each. */
export async function assessAll(
  look: Look,
  report: (hop: string) => void = () => undefined,
): Promise<{ readonly hops: readonly HopAssessment[]; readonly assessment: Assessment }> {
  const hops: HopAssessment[] = [];
  for (const hop of look.hops) {
    report(hop.name);
    hops.push(await look.assess(hop));
  }
  return { hops, assessment: oneFindingPerFault(merge(...hops.map(({ assessment }) => assessment))) };
}
