/** Calls of AWS in members' accounts, by the lake's journal: what a run makes, and how that grows. */

import type { Policy } from '#contracts/policy.ts';
import type { Scope, Wake } from '#contracts/steps.ts';
import { ANALYTICS, CUR, FINANCE, REGION } from '../../infra/local/scenes/places.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { makeDatabase } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import type { Row } from './report.ts';

const CONSUMER: Scope = { half: 'onboard', account: ANALYTICS, region: REGION };
const publishOf = (database: string): Scope => ({ half: 'publish', account: FINANCE, region: REGION, database });

interface Counts {
  readonly first: number;
  readonly writes: number;
  readonly publish: number;
  readonly onboard: number;
  readonly functions: number;
}

/** Hours of 30 days. */
const HOURS = 720;
/** Dollars for a thousand: state transitions of standard workflows, of Tokyo; calls of CloudTrail's first trail are free. */
const TRANSITION = 0.025 / 1000;
/** Dollars a GB-second of Lambda on ARM, and a request. */
const GB_SECOND = 0.0000133334;
const REQUEST = 0.2 / 1_000_000;

export async function benchCalls(): Promise<readonly Row[]> {
  const one = await counted(demoPolicy('demo-share'), [CUR.database]);
  const full = await counted(demoPolicy('demo-share'), [CUR.database], { 'ram-empty-pages': 'no' });
  const three = await counted(demoPolicy('demo-revoke'), ['cur_org', 'sales_db', 'hr_db']);
  const hundred = await surveyed(100);
  const calls = 'calls';
  return [
    { what: 'one table: first publish and onboard, all calls', measured: one.first, unit: calls },
    {
      what: 'the same, where no listing of RAM begins with an empty page',
      measured: full.first,
      unit: calls,
      atMost: 65,
    },
    { what: 'the same, writes', measured: one.writes, unit: calls, atMost: 10 },
    { what: 'the same publish again', measured: one.publish, unit: calls, atMost: 18 },
    { what: 'the same onboard again, two roles match', measured: one.onboard, unit: calls, atMost: 24 },
    { what: 'calls of functions in one run that finds nothing due', measured: one.functions, unit: calls, atMost: 3 },
    { what: 'three products: an onboard with nothing due', measured: three.onboard, unit: calls },
    {
      what: 'survey of 100 databases, Lake Formation at 10 calls a second',
      measured: hundred.calls,
      unit: calls,
      atMost: 350,
    },
    { what: 'the same, seconds by the clock of AWS', measured: hundred.seconds, unit: 's' },
    {
      what: 'hourly surveys of 100 databases and 20 consumers, a month',
      measured: hundred.dollars,
      unit: 'dollars',
      atMost: 10,
    },
  ];
}

async function counted(
  policy: Policy,
  databases: readonly string[],
  switches: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const cloud = await inProcess(policy, { switches });
  try {
    await runCrawler(cloud.stage);
    const first = await calls(cloud, async () => {
      for (const database of databases) await cloud.settle(publishOf(database));
    });
    await cloud.run(CONSUMER);
    const again = await ran(cloud, publishOf(databases[0] ?? ''));
    const onboard = await ran(cloud, CONSUMER);
    return {
      first: first.length,
      writes: first.filter(({ kind }) => kind === 'write').length,
      publish: again.calls,
      onboard: onboard.calls,
      functions: again.functions,
    };
  } finally {
    await cloud.close();
  }
}

async function ran(cloud: InProcess, scope: Wake, policy?: Policy) {
  let functions = 0;
  let states = 0;
  let seconds = 0;
  const began = cloud.clock.now();
  const made = await calls(cloud, async () => {
    const run = await cloud.run(scope, policy);
    functions = run.calls.length;
    states = run.states.length;
    seconds = (cloud.clock.now() - began) / 1000;
  });
  return { calls: made.length, functions, states, seconds };
}

/** Databases that are looked at together, and what that costs every hour; consumers cost as much as one database each. */
async function surveyed(many: number): Promise<{ calls: number; seconds: number; dollars: number }> {
  const names = Array.from({ length: many }, (_, i) => `db_${i}`);
  const policy = policyOf(names);
  const cloud = await inProcess(policy);
  try {
    for (const name of names) await makeDatabase(cloud.stage, FINANCE, name);
    await cloud.run(publishOf('db_0'), policy);
    cloud.queue.length = 0;
    await cloud.stage.control.fault({ kind: 'throttle', service: 'lakeformation', burst: 10, perSecond: 10 });
    const survey = await ran(cloud, { half: 'survey', account: FINANCE, region: REGION }, policy);
    const surveys = 1 + 20;
    const transitions = survey.states * surveys * HOURS;
    // A gigabyte for as long as it asks; a consumer's survey is a tenth of it.
    const gigabyteSeconds = (survey.seconds + 20 * (survey.seconds / 10)) * HOURS;
    const dollars = transitions * TRANSITION + gigabyteSeconds * GB_SECOND + surveys * HOURS * REQUEST;
    return { calls: survey.calls, seconds: survey.seconds, dollars };
  } finally {
    await cloud.close();
  }
}

function policyOf(names: readonly string[]): Policy {
  return demoPolicy('demo-share', (document) => {
    const [like] = Object.values(document.products);
    if (like === undefined) throw new Error('the policy has no product');
    const product = (database: string) => {
      const consumers = { ...like.consumers, link: `${database}_linked` };
      const storage = { ...like.storage, location: `s3://cur-export-${FINANCE}/${database}/` };
      return { ...like, database, storage, consumers };
    };
    document.products = Object.fromEntries(names.map((database, i) => [`p${i}`, product(database)]));
  });
}
