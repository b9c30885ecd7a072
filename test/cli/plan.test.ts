import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type PlanDocument, PlanSchema } from '#contracts/documents.ts';
import { ANALYTICS, FINANCE, HUB } from '../../infra/local/scenes/places.ts';
import { cloud, DEMO } from './cloud.ts';
import { onramp, type Ran, type RunOptions } from './run.ts';

const COLOUR = String.fromCharCode(27);

let local: Awaited<ReturnType<typeof cloud>>;
beforeAll(async () => {
  local = await cloud();
}, 30_000);
afterAll(() => local.close());

async function plan(args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> {
  const env = { ...(await local.asPlanner()), ...options.env };
  return await onramp(['plan', '--policy', DEMO, ...args], { ...options, env });
}

/** All but when it was asked. */
function timeless(scopes: PlanDocument['scopes']) {
  return scopes.map(({ hops, ...rest }) => ({
    ...rest,
    hops: hops.map((hop) => ({ ...hop, evidence: hop.evidence.map((one) => ({ ...one, at: 0 })) })),
  }));
}

function documentOf({ stdout }: Ran): PlanDocument {
  return z.parse(PlanSchema, JSON.parse(stdout));
}

test('before anything is enrolled, grants are unknown and nothing is called missing (law 6)', {
  timeout: 30_000,
}, async () => {
  const { scopes } = documentOf(await plan(['--json', '--account', 'finance-lake']));
  const states = scopes.flatMap(({ findings }) => findings.map(({ hop, state }) => `${hop} ${state}`));
  // One fault, told where the path first meets it: who is granted what, and so who may share.
  expect(states).toContain('exposure unknown');
  expect(states).not.toContain('share broken');
  expect(scopes.flatMap(({ changes }) => changes).filter(({ hop }) => hop === 'share')).toEqual([]);
});

test('--fail-on: what it names is an exit code of its own, also where nothing would change (use-2)', {
  timeout: 60_000,
}, async () => {
  const only = ['--account', 'finance-lake', '--detailed-exitcode'];
  expect((await plan([...only, '--fail-on', 'broken,unknown'])).code).toBe(3);
  expect((await plan([...only, '--fail-on', 'nothing'])).code).toBe(64);
});

describe('once our readers are enrolled', { timeout: 30_000 }, () => {
  let text: Ran;
  let json: Ran;
  let writes: readonly string[];

  beforeAll(async () => {
    for (const account of [FINANCE, ANALYTICS]) {
      await onramp(['enroll', account, '--policy', DEMO, '--yes'], { env: local.as(account) });
    }
    const since = (await local.lake.control.journal()).length;
    text = await plan(['--detailed-exitcode']);
    json = await plan(['--json']);
    const journal = (await local.lake.control.journal()).slice(since);
    const written = journal.filter(({ kind, service }) => kind === 'write' && service !== 'sts');
    writes = written.map(({ service, operation }) => `${service} ${operation}`);
  }, 60_000);

  test('plan shows every write hop by hop, what widens, and ends with a line for grep', () => {
    expect(text.stdout).toMatch(
      /\+ share {5}grant .*on all tables of 111111111111\/cur_org to 222222222222 with grant option, for cur {3}widens access/,
    );
    expect(text.stdout).toMatch(/\+ link .*cur_org_linked/);
    const last = text.stdout.trim().split('\n').at(-1);
    expect(last).toMatch(/^Plan: \d+ to add, \d+ to change, 0 to withdraw; \d+ broken, 0 unknown/);
  });

  test('and writes nothing (law 11)', () => {
    expect(writes).toEqual([]);
  });

  test('progress goes to stderr, and the missing ledger is mentioned there', () => {
    expect(text.stderr).toContain('publish 111111111111 ap-northeast-1 cur_org: share');
    expect(text.stderr).toContain('without --ledger');
  });

  test('--detailed-exitcode answers 2 when there are changes; without it 0', () => {
    expect([text.code, json.code]).toEqual([2, 0]);
  });

  test('--json prints one document, with which the screen agrees', () => {
    const changes = documentOf(json).scopes.flatMap((scope) => scope.changes);
    const widening = new Set(changes.filter(({ effect }) => effect === 'widens').map((change) => change.text));
    expect(text.stdout.match(/ {3}widens access$/gm)).toHaveLength(widening.size);
    for (const each of widening) expect(text.stdout).toContain(each);
  });

  test('no colour in a pipe; when forced, colour; never a credential, not even with --debug', async () => {
    expect(text.stdout).not.toContain(COLOUR);
    const env = { ...(await local.asPlanner()), FORCE_COLOR: '1' };
    const { stdout, stderr } = await onramp(['--debug', 'plan', '--policy', DEMO], { env });
    expect(stdout).toContain(COLOUR);
    for (const secret of [env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN])
      expect(stdout + stderr).not.toContain(secret);
  });

  test('--account keeps to the halves of that account, and says the same a second time (law 2)', async () => {
    const onboard = documentOf(await plan(['--json', '--account', 'analytics'])).scopes;
    const again = documentOf(json).scopes.filter(({ scope }) => scope === `onboard ${ANALYTICS} ap-northeast-1`);
    expect(timeless(onboard)).toEqual(timeless(again));
    expect(onboard).toHaveLength(1);
  });

  test('Ctrl-C ends it with 130 and half a plan is not printed', async () => {
    const { code, stdout, stderr } = await plan([], { onNote: (child) => void (child.killed || child.kill('SIGINT')) });
    expect(stderr).toContain('interrupted');
    expect([code, stdout]).toEqual([130, '']);
  });
});

test('credentials that may not become the plan role are refused once and plainly', { timeout: 30_000 }, async () => {
  const { code, stdout, stderr } = await onramp(['plan', '--policy', DEMO], { env: local.as(HUB) });
  expect(stderr).toMatch(
    /^error: arn:aws:iam::333333333333:root may not become arn:aws:iam::333333333333:role\/onramp\/onramp-hub-plan \(AccessDenied\)$/m,
  );
  expect([code, stdout]).toEqual([77, '']);
});
