import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { LakeError } from '#contracts/errors.ts';
import { ownRegion, readEnv, seconds } from '#runtime/env.ts';
import { createLog } from '#runtime/logger.ts';
import { createMetrics } from '#runtime/metrics.ts';

let written: string[];

beforeEach(() => {
  written = [];
  const keep = (chunk: string | Uint8Array) => {
    written.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function lines(): Record<string, unknown>[] {
  return written
    .join('')
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

describe('the log', () => {
  test('every line has the four keys, a dash where it is not about one', () => {
    createLog('on-event').with({ scope: 'publish 1 r d', account: '1' }).decision('started', { outcome: 'covered' });
    expect(lines()).toMatchObject([
      {
        level: 'INFO',
        service: 'on-event',
        message: 'started',
        kind: 'decision',
        scope: 'publish 1 r d',
        account: '1',
        product: '-',
        execution: '-',
        outcome: 'covered',
      },
    ]);
  });

  test("keeps our code and AWS's own words of a trouble, on one line", () => {
    const aws = { code: 'AccessDeniedException', message: 'no' };
    const error = new LakeError('AccessDenied', { message: 'may not read\nit', remedy: 'enroll', aws });
    createLog('reconcile').trouble('could not read', error);
    expect(lines()).toMatchObject([
      { level: 'ERROR', kind: 'trouble', code: 'AccessDenied', awsCode: 'AccessDeniedException', remedy: 'enroll' },
    ]);
  });

  test('what others named is on one line, without escapes and marks of direction, and bounded (sec-8, sec-16)', () => {
    const hostile = 'cur\r\nWhat to do: \u001b[31m\u202epay\u2028me';
    const id = 'e'.repeat(300_000);
    const aws = { code: 'X', message: hostile };
    createLog('report')
      .with({ product: hostile })
      .trouble(hostile, new LakeError('Missing', { message: hostile, aws }), { id, list: [hostile] });
    const [line = {}] = lines();
    expect(JSON.stringify(line)).not.toMatch(/\\[nr]|\\u00|[\u202e\u2028]/);
    expect(JSON.stringify(line).length).toBeLessThan(10_000);
    expect(line).toMatchObject({ message: 'cur What to do:  [31mpay me', awsMessage: 'cur What to do:  [31mpay me' });
  });

  test('never keeps a detail with the name of a secret', () => {
    createLog('reconcile').write('granted', { sessionToken: 'abc', SecretAccessKey: 'def', table: 't' });
    expect(lines()[0]).toMatchObject({ table: 't' });
    expect(written.join('')).not.toMatch(/abc|def/);
  });

  test('a foreign error keeps its stack: it is a bug', () => {
    createLog('reconcile').trouble('broke', new TypeError('x is not a function'));
    expect(lines()[0]).toMatchObject({ code: 'TypeError', stack: expect.stringContaining('observing.test') });
  });
});

test('metrics are written once, under our namespace, and nothing when nothing happened', () => {
  const metrics = createMetrics('reconcile', 'onramp');
  metrics.flush();
  metrics.grantsMade(0);
  metrics.flush();
  expect(written.join('')).toBe('');
  metrics.grantsMade(3);
  metrics.grantsFailed(1);
  metrics.healed(2);
  metrics.eventToReadable(1234);
  metrics.flush();
  metrics.flush();
  expect(lines()).toMatchObject([
    { GrantsMade: 3, GrantsFailed: 1, FindingsHealed: 2, EventToReadable: 1234, namespace: 'onramp' },
  ]);
});

describe('the environment', () => {
  test('names the variable that is missing, never a value', () => {
    vi.stubEnv('OTHER', 'hidden');
    expect(() => readEnv(z.object({ MISSING_ONE: z.string() }))).toThrow(/MISSING_ONE$/);
  });

  test('takes the Region that Lambda sets', () => {
    vi.stubEnv('AWS_REGION', 'ap-northeast-1');
    expect(ownRegion()).toBe('ap-northeast-1');
    vi.stubEnv('AWS_REGION', '');
    expect(ownRegion).toThrow(/AWS_REGION/);
  });

  test('seconds are numbers', () => {
    expect(seconds('HANDLER_TIMEOUT', '30')).toBe(30);
    for (const wrong of ['', 'soon', '-1']) expect(() => seconds('HANDLER_TIMEOUT', wrong)).toThrow(/HANDLER_TIMEOUT/);
  });
});
