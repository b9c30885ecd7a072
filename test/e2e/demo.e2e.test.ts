/** What the demo promises, asked of one demo that is left running; its events arrive as badly as AWS allows. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DemoSchema, PlanSchema } from '#contracts/documents.ts';
import { EXIT_CODES } from '#contracts/errors.ts';
import { localClient } from '../../infra/local/clients.ts';
import { type ControlClient, createControlClient } from '../../infra/local/lake/control-client.ts';
import { createMiniStackSink } from '../../infra/local/lake/event-sink.ts';
import { FINANCE, HUB, JOB, REGION, SQUATTER } from '../../infra/local/scenes/places.ts';
import { until } from '../../infra/local/until.ts';
import { onramp } from '../cli/run.ts';
import crawlerSucceeded from '../fixtures/events/crawler-succeeded.json' with { type: 'json' };
import { type DemoProcess, listens, startDemo, variablesUnder } from './demo-process.ts';

type Document = typeof DemoSchema._zod.output;
const IN_FORCE = 'test/fixtures/policies/demo-blueprint.yaml';

let demo: DemoProcess;
let control: ControlClient;
let lake: string;
let emulator: string;

beforeAll(async () => {
  demo = startDemo(['--json', '--keep']);
  lake = await demo.says(/lake at (\S+)/);
  control = createControlClient(lake);
  // Lost, then doubled: an event only says where to look.
  await control.fault({ kind: 'event', effect: 'drop', detailType: 'Resource Sharing State Change', nth: 1 });
  await control.fault({ kind: 'event', effect: 'double' });
  emulator = await demo.says(/MiniStack at (\S+)/);
  await demo.says(/The local cloud is running/);
});
afterAll(async () => {
  if (demo.child.exitCode === null) await demo.interrupt();
});

function document(): Document {
  return DemoSchema.parse(JSON.parse(demo.stdout()));
}

function scene(name: string): Document['scenes'][number] {
  const found = document().scenes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
}

describe('--json', () => {
  test('prints one document and nothing else on stdout', () => {
    expect(demo.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(document().scenes.map(({ name }) => name)).toEqual(['share', 'failed-grant', 'blueprint']);
  });

  test('every expectation of every scene held, with the first RAM event lost and every other event doubled', () => {
    const failed = document().scenes.flatMap((one) => one.expectations.filter(({ held }) => !held));
    expect(failed).toEqual([]);
    expect(document().ok).toBe(true);
  });
});

describe('the scene share', () => {
  test('lets the job role read, and nobody else', () => {
    const after = Object.fromEntries(scene('share').access.map((row) => [row.principal, [row.before, row.after]]));
    expect(after).toEqual({
      [`${JOB.name} (${JOB.account})`]: ['refused', 'read'],
      [`${SQUATTER.name} (${SQUATTER.account})`]: ['refused', 'refused'],
      'another role (222222222222)': ['refused', 'refused'],
      'another account (444444444444)': ['refused', 'refused'],
    });
    expect(scene('share').eventToReadableMs).toBeGreaterThan(0);
  });

  test('holds although the catalog is encrypted: everybody who needs its key has it, and nothing is told', () => {
    const said = scene('share').expectations.filter(({ text }) => /encrypted/.test(text));
    expect(said.map(({ held }) => held)).toEqual([true, true]);
    expect(scene('share').findings.map(({ cause }) => cause)).toEqual(['role-without-proof']);
  });

  test('makes exactly the writes that were missing, whatever the number of runs', () => {
    const { byAction } = scene('share').calls;
    const writes = Object.entries(byAction).filter(([action]) => !/:(Describe|Get|List)/.test(action));
    expect(Object.fromEntries(writes)).toEqual({
      // Ourselves among the administrators, once in each account.
      'lakeformation:PutDataLakeSettings': 2,
      // To the account, and to the job role; 20 entries would still be one call each.
      'lakeformation:BatchGrantPermissions': 2,
      // What AWS itself granted on the new link.
      'lakeformation:BatchRevokePermissions': 1,
      // The first share of a pair of accounts brings two invitations.
      'ram:AcceptResourceShareInvitation': 2,
      // The link, and `default`, which Glue jobs want to see.
      'glue:CreateDatabase': 2,
      's3:PutBucketPolicy': 1,
    });
  });
});

describe('the scene failed-grant', () => {
  test('reports each failure once, with cause and remedy', () => {
    const { findings } = scene('failed-grant');
    const sales = findings.filter(({ product }) => product === 'sales');
    expect(sales).toMatchObject([{ hop: 'exposure', cause: 'iam-allowed-principals', account: FINANCE }]);
    const hr = findings.filter(({ product, hop }) => product === 'hr' && hop === 'share');
    expect(hr.length).toBeGreaterThan(0);
    for (const finding of hr) expect(finding.aws).toMatchObject({ code: 'AccessDeniedException' });
    for (const finding of findings) expect(finding.remedy).not.toBe('');
  });

  test('ends with everything readable', () => {
    expect(scene('failed-grant').access.map(({ after }) => after)).toEqual(['read', 'read', 'read']);
  });
});

describe('the scene blueprint', () => {
  test('opens to the user and to the job of another account what is tagged for them, and nothing else', () => {
    const rows = scene('blueprint').access;
    expect(rows.map(({ principal, table, before, after }) => [principal, table, before, after])).toEqual([
      ['datalake_user (444444444444)', 'kthr01.workflow_kthr01_products', 'refused', 'read'],
      ['sales-job (222222222222)', 'kthr01.workflow_kthr01_products', 'refused', 'read'],
      ['datalake_user (444444444444)', 'kthr01.workflow_kthr01_orders', 'refused', 'read'],
      ['sales-job (222222222222)', 'kthr01.workflow_kthr01_orders', 'refused', 'read'],
      ['datalake_user (444444444444)', 'kthr01.workflow_kthr01_staff', 'refused', 'refused'],
      ['sales-job (222222222222)', 'kthr01.workflow_kthr01_staff', 'refused', 'refused'],
    ]);
    expect(scene('blueprint').eventToReadableMs).toBeGreaterThan(0);
  });

  test('tags each thing once, however many runs look at it', () => {
    const { byAction } = scene('blueprint').calls;
    // The database, three tables, a column, and the table that was made anew.
    expect(byAction['lakeformation:AddLFTagsToResource']).toBe(6);
  });

  test('tells of the run that COMPLETED with a failed job, and of nothing else', () => {
    expect(scene('blueprint').findings).toMatchObject([{ hop: 'tags', cause: 'workflow-run-failed', product: null }]);
  });
});

describe('plan against the cloud that is left running', () => {
  const plan = (...args: string[]) =>
    onramp(['plan', '--policy', IN_FORCE, ...args], {
      env: variablesUnder('npm run -s onramp -- plan', demo.stderr()),
    });

  test('finds nothing to do, and writes nothing', async () => {
    const mark = (await control.journal()).at(-1)?.sequence ?? 0;
    const { code, stdout, stderr } = await plan('--detailed-exitcode');
    expect(`${stdout}${stderr}`).toContain('No changes');
    expect(code).toBe(EXIT_CODES.done);
    const calls = await control.journal(mark);
    const written = calls.filter(({ kind, operation }) => kind === 'write' && operation !== 'AssumeRole');
    expect(calls.length).toBeGreaterThan(0);
    expect(written).toEqual([]);
  });

  test('--json prints the same as one document', async () => {
    const { code, stdout } = await plan('--json');
    expect(code).toBe(EXIT_CODES.done);
    const { scopes } = PlanSchema.parse(JSON.parse(stdout));
    expect(scopes.map(({ changes }) => changes)).toEqual(scopes.map(() => []));
    const causes = scopes.flatMap(({ findings }) => findings.map(({ cause }) => cause));
    expect(causes.sort()).toEqual(['create-database-open', 'role-without-proof']);
  });
});

describe('events that nobody can read', () => {
  const hub = () => localClient({ endpoint: emulator, account: HUB, region: REGION });

  /** A message of the dead-letter queue that contains the text; the others stay for other tests. */
  async function deadLetter(text: string): Promise<string> {
    const sqs = new SQSClient(hub());
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const QueueUrl = QueueUrls.find((url) => url.includes('DeadLetters')) ?? '';
    const found = await until(30_000, async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 1 }));
      const message = Messages.find(({ Body = '' }) => Body.includes(text));
      if (message === undefined) return undefined;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle ?? '' }));
      return message.Body;
    });
    return found ?? 'nothing arrived';
  }

  test('a malformed crawler event ends in the dead-letter queue, with input and error', async () => {
    const lost: unknown[] = [];
    const id = 'feedfeed-0000-4000-8000-000000000001';
    const detail = { state: 'Succeeded', message: 'names no crawler' };
    createMiniStackSink(emulator, (_event, cause) => lost.push(cause)).put({
      ...crawlerSucceeded,
      version: '0',
      id,
      detail,
    });
    const letter = await deadLetter('names no crawler');
    expect(lost).toEqual([]);
    expect(letter).toContain('EventInvalid');
    expect(letter).toContain('crawlerName');
  });

  test('an event of a kind nobody knows does, too', async () => {
    const Payload = JSON.stringify({ ...crawlerSucceeded, 'detail-type': 'Something Else Entirely' });
    await new LambdaClient(hub()).send(
      new InvokeCommand({ FunctionName: 'onramp-on-event', InvocationType: 'Event', Payload: Buffer.from(Payload) }),
    );
    const letter = await deadLetter('Something Else Entirely');
    expect(letter).toContain('EventInvalid');
  });
});

describe('Ctrl-C', () => {
  // Each beside the demo that is left running: two at a time need different ports.
  test.each([
    ['while starting', /lake at (\S+)/],
    ['while synthesizing', /MiniStack at (\S+)/],
    ['while deploying', /MiniStack at (\S+)[\s\S]*deploying the hub/],
  ])('%s leaves no process and no port', async (_when, moment) => {
    const other = startDemo(['--scene', 'share']);
    const url = await other.says(moment);
    expect(await other.interrupt()).toBe(EXIT_CODES.interrupted);
    expect(await listens(url)).toBe(false);
    expect(other.stdout()).toBe('');
  });

  test('ends the cloud that was left running', async () => {
    expect([await listens(lake), await listens(emulator)]).toEqual([true, true]);
    expect(await demo.interrupt()).toBe(EXIT_CODES.interrupted);
    expect([await listens(lake), await listens(emulator)]).toEqual([false, false]);
  });
});
