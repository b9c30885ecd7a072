/** Answers of well-behaved functions, in the shapes of the contract. */

import { type BeginOutput, newRun, type ReportOutput, type StageOutput } from '#contracts/steps.ts';
import type { Call, MachineFile } from '../../support/asl.ts';

const RUN = newRun('f'.repeat(64));
export const begin: BeginOutput = { lease: 'taken', run: RUN };
const report: ReportOutput = { opened: 0, known: 0, recovered: 0 };

/** Each half's states when everything is due. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  publish: ['assess', 'settings', 'location', 'tags', 'exposure', 'share', 'storage', 'verify', 'report'],
  onboard: ['assess', 'settings', 'accept', 'link', 'grant', 'check', 'verify', 'report'],
};

/** What a stage answers in which everything went well: the next one is due too. */
export function stage(name: string, half: string): StageOutput {
  const order = ORDER[half] ?? [];
  const next = order[order.indexOf(name) + 1] ?? 'end';
  const answer = { stage: name, due: 1, done: 1, failed: 0, findings: 0, pause: 0, next, run: RUN };
  return name === 'accept' ? { ...answer, arrival: 'visible', lookedAt: '2026-01-01T00:10:00.000Z' } : answer;
}

type Answer = (call: Call) => Record<string, unknown>;

/** Everything goes well, except where `instead` answers (or throws). */
export function wellBehaved(instead: (call: Call) => Record<string, unknown> | undefined = () => undefined): Answer {
  return (call) => {
    const other = instead(call);
    if (other) return other;
    const name = String(call.payload['stage']);
    if (call.function === '${ReportFunctionArn}') return { ...report };
    return name === 'begin' ? { ...begin } : { ...stage(name, (call.payload['scope'] as { half: string }).half) };
  };
}

const SCOPES = {
  'publish-database': { half: 'publish', account: '111111111111', region: 'ap-northeast-1', database: 'cur_org' },
  'onboard-account': { half: 'onboard', account: '222222222222', region: 'ap-northeast-1' },
  'survey-account': { half: 'survey', account: '111111111111', region: 'ap-northeast-1' },
};

export function startOf(file: MachineFile, lookAt = '1970-01-01T00:00:00Z'): Record<string, unknown> {
  return { scope: SCOPES[file], window: 'e-1', lookAt };
}
