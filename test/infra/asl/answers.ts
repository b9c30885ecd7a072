/** Answers of well-behaved functions, in the shapes of the contract. */

import type { BeginOutput, ReportOutput, StageOutput } from '#contracts/steps.ts';
import type { Call, MachineFile } from '../../support/asl.ts';

export const begin: BeginOutput = { policy: 'f'.repeat(64), lease: 'taken' };
const report: ReportOutput = { opened: 0, known: 0, recovered: 0 };

function stage(name: string): StageOutput {
  const counts = { stage: name, due: 1, done: 1, failed: 0, findings: 0 };
  return name === 'accept' ? { ...counts, arrival: 'visible', lookedAt: '2026-01-01T00:10:00.000Z' } : counts;
}

type Answer = (call: Call) => Record<string, unknown>;

/** Everything goes well, except where `instead` answers (or throws). */
export function wellBehaved(instead: (call: Call) => Record<string, unknown> | undefined = () => undefined): Answer {
  return (call) => {
    const other = instead(call);
    if (other) return other;
    const name = String(call.payload['stage']);
    if (call.function === '${ReportFunctionArn}') return { ...report };
    return name === 'begin' ? { ...begin } : { ...stage(name) };
  };
}

const SCOPES = {
  'publish-database': { half: 'publish', account: '111111111111', region: 'ap-northeast-1', database: 'cur_org' },
  'onboard-account': { half: 'onboard', account: '222222222222', region: 'ap-northeast-1' },
};

export function startOf(file: MachineFile, lookAt = '1970-01-01T00:00:00Z'): Record<string, unknown> {
  return { scope: SCOPES[file], window: 'e-1', lookAt };
}
