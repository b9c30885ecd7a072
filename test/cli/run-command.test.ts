/** `onramp run`: what a name means, what is started in which order, and what is said when it is over. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunsDocument, RunsSchema } from '#contracts/documents.ts';
import type { MachineStart } from '#core/start.ts';
import { scopeText } from '#core/start.ts';
import { run } from '../../functions/cli/commands/run.ts';
import { PLAIN, type Terminal } from '../../functions/cli/terminal.ts';
import { ANALYTICS, CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';

const policy = demoPolicy('demo-share');
const PRODUCER = `publish ${FINANCE} ${REGION} ${CUR.database}`;
const CONSUMER = `onboard ${ANALYTICS} ${REGION}`;

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled]);
});
afterEach(() => cloud.close());

/** Machines that play on the lake when they are started, and are seen under way once. */
async function ran(what: string, options: { wait?: boolean; json?: boolean } = {}) {
  const starts: MachineStart[] = [];
  const over = new Map<string, Promise<string>>();
  const asked = new Map<string, number>();
  const said: string[] = [];
  const notes: string[] = [];
  const terminal = { result: (t: string) => said.push(t), note: (t: string) => notes.push(t), paint: PLAIN };
  const code = await run(
    {
      ...{ what, policy, ledger: cloud.ledger, ...options },
      start: async (given) => {
        starts.push(given);
        if (given.input.scope.half === 'survey') throw new Error('a person starts no survey');
        if (options.wait)
          over.set(
            given.name,
            cloud.run(given.input.scope).then(({ status }) => status),
          );
        return 'started';
      },
      statusOf: async ({ name }) => {
        const times = asked.get(name) ?? 0;
        asked.set(name, times + 1);
        return times === 0 ? 'RUNNING' : ((await over.get(name)) ?? 'RUNNING');
      },
      now: () => cloud.clock.now(),
      sleep: async () => undefined,
    },
    terminal as unknown as Terminal,
  );
  return { code, starts, said: said.join('\n'), notes, scopes: starts.map(({ input }) => scopeText(input.scope)) };
}

describe('what is started', () => {
  test('a product: its producer’s run and those of its consumers', async () => {
    expect((await ran('cur')).scopes).toEqual([PRODUCER, CONSUMER]);
  });

  test('an account, by name or id: all its runs, under names that nothing else has', async () => {
    const named = await ran('analytics');
    expect(named.scopes).toEqual([CONSUMER]);
    expect((await ran(FINANCE)).scopes).toEqual([PRODUCER]);
    expect(named.starts[0]?.input.window).toMatch(/^hand-\d+$/);
  });

  test('everything, also where something stands that the policy names no longer', async () => {
    expect((await ran('everything')).scopes).toEqual([PRODUCER, CONSUMER]);
  });

  test('without --wait it says that they were started, and stays for none', async () => {
    const { code, said } = await ran('cur');
    expect(code).toBe(0);
    expect(said.split('\n')).toEqual([`RUNNING  ${PRODUCER}`, `RUNNING  ${CONSUMER}`, '2 started']);
  });

  test('a name that means nothing is refused with the nearest one', async () => {
    await expect(ran('curr')).rejects.toMatchObject({ code: 'UsageInvalid', remedy: 'did you mean cur?' });
  });
});

describe('with --wait', () => {
  test('the consumer comes after its producer, and the job reads when it is over', async () => {
    const { code, said, scopes, notes } = await ran('cur', { wait: true });
    expect([code, scopes]).toEqual([0, [PRODUCER, CONSUMER]]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(said).toContain(`SUCCEEDED  ${CONSUMER}`);
    expect(said.split('\n').at(-1)).toMatch(/^2 started, 2 over, \d+ finding\(s\) open$/);
    expect(notes).toContain(`${PRODUCER}: SUCCEEDED`);
  });

  test('what is open is shown with what to do; as JSON it is the same', async () => {
    const { said } = await ran('cur', { wait: true, json: true });
    const { runs } = RunsSchema.parse(JSON.parse(said)) satisfies RunsDocument;
    const open = runs.flatMap(({ findings }) => findings.map(({ cause }) => cause));
    expect(open).toContain('role-without-proof');
  });

  test('a run that failed is an exit code of its own', async () => {
    const broken = { kind: 'error' as const, service: 's3', operation: 'GetObject', code: 'AccessDenied', status: 403 };
    await cloud.stage.control.fault({ ...broken, principal: 'onramp-hub-reconcile' });
    const { code, said } = await ran('cur', { wait: true });
    expect(code).toBe(1);
    expect(said).toContain(`FAILED`);
  });
});
