import type { HopState } from '#contracts/evidence.ts';
import type { HopAssessment } from './assess.ts';

/** Whether a hop holds, by what was assessed of it, and what it went by. */
export function hopState({ hop, assessment, barred, evidence }: HopAssessment): HopState {
  const { changes, findings, skipped } = assessment;
  const worst = (['broken', 'unknown', 'waiting'] as const).find((state) =>
    findings.some((one) => one.state === state),
  );
  const due = changes.length > 0 ? ('due' as const) : undefined;
  const unjudged = barred || skipped.length > 0 ? ('skipped' as const) : undefined;
  return { hop: hop.name, state: worst ?? due ?? unjudged ?? 'holds', evidence: [...evidence] };
}
