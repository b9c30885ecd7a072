/**
 * What one look at a whole half comes to: what is due, and what has to be recorded and started because of it. A run that
 * finds nothing of all this is over; any other ends by doing it.
 */

import { LakeError } from '#contracts/errors.ts';
import type { Finding } from '#contracts/findings.ts';
import type { ConsumerRecord, Entry } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Assessment } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import { uniqueBy } from '#core/collections.ts';
import { type Settled, settle, unreported } from '#core/finding-records.ts';
import { isUnread } from '#core/findings.ts';
import { isUnsure } from '#core/ownership.ts';
import { scopeText } from '#core/start.ts';
import { assessAll, type HopAssessment } from './assess.ts';
import { withBrake } from './brake.ts';
import { consumerRecordOf } from './consumer-record.ts';
import type { RunContext } from './context.ts';
import { onlySent } from './document-entry.ts';
import { driftFindings, haltedFindings, notYetVisible, reportOnlyFindings } from './drift.ts';
import { isEnforced } from './enforcement.ts';
import type { Reads } from './query.ts';
import { type Seen, type Telling, tellingOf } from './snapshots.ts';
import { startsOf } from './starts.ts';

export interface Conclusion {
  readonly hops: readonly HopAssessment[];
  /** Changes to write: what mode, brake and a halt let through. */
  readonly due: readonly Change[];
  readonly halted: boolean;
  /** Nothing is left to do, also of what mode, brake or a halt holds back, and all is known. */
  readonly whole: boolean;
  /** This scope's own, what is still due among them. */
  readonly findings: readonly Finding[];
  readonly settled: Settled;
  /** Findings have changed, or were recorded and not told yet. */
  readonly hasNews: boolean;
  /** What is new to producers; null: they know it. */
  readonly consumer: ConsumerRecord | null;
  readonly telling: Telling;
  /** Entries about documents as this look leaves them, each with how it was. */
  readonly entries: readonly (readonly [next: Entry, was: Entry])[];
  /** Scopes that have to run because of this run, consumers included. */
  readonly starts: readonly Scope[];
}

const NOTHING_TOLD: Telling = { snapshot: null, consumers: [], changes: [] };

export async function concludeFrom(ctx: RunContext, scope: Scope, from: Seen): Promise<Conclusion> {
  const { seen, entries } = from;
  const { hops, assessment } = await assessAll(seen);
  const halt = await ctx.ledger.halt();
  const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
  const { changes, findings: braked } = await withBrake(ctx, scope, { changes: enforced, entries });
  const due = halt === null ? changes : [];
  const found = [
    ...assessment.findings,
    ...driftFindings(ctx, due, entries),
    ...(halt === null ? [] : haltedFindings(ctx, changes, halt)),
    ...reportOnlyFindings(
      ctx,
      assessment.changes.filter((change) => !enforced.includes(change)),
    ),
    ...braked,
  ];
  const elsewhere = toldElsewhere(hops, { ...assessment, findings: found });
  const findings = found.filter((one) => !elsewhere.includes(one));
  const records = await ctx.ledger.findings(scopeText(scope));
  const told = { findings, elsewhere, skipped: assessment.skipped, scope: scopeText(scope), records };
  const settled = settle({ ...told, now: ctx.now(), execution: ctx.execution });
  const { failed, recovered } = unreported(records);
  const finished = { hops, changes: assessment.changes, findings: found };
  const consumer = scope.half === 'onboard' ? await consumerRecordOf(ctx, scope, finished, seen.reads) : null;
  const telling = scope.half === 'publish' ? await tellingOf(ctx, scope, from) : NOTHING_TOLD;
  return {
    hops,
    due,
    halted: halt !== null,
    whole: assessment.changes.length === 0 && !found.some(isUnread),
    findings,
    settled,
    hasNews: settled.changed.length + failed.length + recovered.length > 0,
    consumer,
    telling,
    entries: broughtUpToDate(hops, entries),
    starts: await toStart(from, telling, consumer),
  };
}

/** What another scope tells: a fault that every scope of a catalog meets is told by one of them. */
function toldElsewhere(hops: readonly HopAssessment[], all: Assessment): readonly Finding[] {
  return all.findings.filter((found) =>
    hops.some(({ hop, question }) => hop.elsewhere?.(found, all, question) ?? false),
  );
}

/** A write that AWS did not show at first is confirmed by a look that finds it, whoever looks. */
function broughtUpToDate(
  hops: readonly HopAssessment[],
  entries: readonly Entry[],
): readonly (readonly [next: Entry, was: Entry])[] {
  const seen = hops.flatMap(({ hop, observed, question, barred }) =>
    barred ? [] : (hop.seen?.(observed, question) ?? []),
  );
  const confirmed = new Set(seen.flatMap((one) => one.confirmed));
  const told = new Set(seen.flatMap((one) => one.told));
  return entries.flatMap((was) => {
    const sure = confirmed.has(was.id) && isUnsure(was) ? onlySent({ ...was, state: 'confirmed', error: null }) : was;
    const { opened, ...rest } = sure;
    const next = told.has(was.id) && opened !== undefined ? (rest as Entry) : sure;
    return next === was ? [] : [[next, was] as const];
  });
}

async function toStart(
  { seen }: Seen,
  { consumers }: Telling,
  consumer: ConsumerRecord | null,
): Promise<readonly Scope[]> {
  const reads = consumer === null ? seen.reads : withRecord(seen.reads, consumer);
  return uniqueBy([...consumers, ...(await startsOf(seen, reads))], scopeText);
}

/** The consumer's record as this run leaves it. */
function withRecord(reads: Reads, record: ConsumerRecord): Reads {
  const isIts = (account: string, region: string) => account === record.account && region === record.region;
  return {
    ...reads,
    consumer: async (account, region) => (isIts(account, region) ? record : reads.consumer(account, region)),
  };
}

/** Nothing to write, to record, to tell or to start. */
export function isAtRest({ due, hasNews, consumer, telling, entries, starts }: Conclusion): boolean {
  const isRecorded = !hasNews && consumer === null && telling.snapshot === null && entries.length === 0;
  return due.length === 0 && isRecorded && starts.length === 0;
}

/**
 * Records what was found, tells consumers and starts who has to run.
 *
 * @throws NotYetVisible while AWS does not show what was written moments ago: Step Functions looks again. Consumers need
 * not wait for what they are not told of.
 */
export async function carryOut(
  ctx: RunContext,
  scope: Scope,
  from: Conclusion,
  entries: readonly Entry[],
): Promise<void> {
  const early = (changes: readonly Change[]) => notYetVisible(ctx, changes, entries, ctx.now()).length;
  const { telling, settled } = from;
  if (scope.half === 'publish') {
    requireNone(early(telling.changes), scope);
    if (telling.snapshot !== null) await ctx.snapshots.write(telling.snapshot);
    await startAll(ctx, from.starts);
  }
  requireNone(early(from.due), scope);
  if (settled.changed.length > 0) await ctx.ledger.putFindings(settled.changed);
  // Whoever is at work on one now has seen more than this run.
  for (const [next, was] of from.entries) await ctx.ledger.replace(next, was);
  const opened = settled.changed.filter((r) => r.state === 'open' && r.openedAt === r.seenAt).length;
  const recovered = settled.changed.filter((r) => r.state === 'recovered').length;
  ctx.emit({ kind: 'settled', scope: scopeText(scope), opened, recovered, open: settled.open });
  if (scope.half === 'publish') return;
  // Before producers start: they read it.
  if (from.consumer !== null) await ctx.ledger.putConsumer(from.consumer);
  await startAll(ctx, from.starts);
}

function requireNone(early: number, scope: Scope): void {
  if (early === 0) return;
  throw new LakeError('NotYetVisible', {
    message: `${early} write(s) of this run are not visible yet in ${scopeText(scope)}`,
  });
}

async function startAll(ctx: RunContext, scopes: readonly Scope[]): Promise<void> {
  for (const next of scopes) {
    ctx.emit({ kind: 'started', scope: scopeText(next), outcome: await ctx.start(next) });
  }
}
