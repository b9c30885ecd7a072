/** The article on blueprints, nobody clicking: a workflow makes tables, rules tag them, and access follows the tags. */

import { until } from '../until.ts';
import { entriesOf, findingsOf, isOpen, type KeptFinding } from './ledger.ts';
import { ANALYTICS, accountName, SALES_LAKE } from './places.ts';
import { LAKE_DATABASE, LAKE_USER, ORDERS, PRODUCTS, WORKFLOW } from './sales-places.ts';
import { isLent, readLakeTable } from './sales-reading.ts';
import { expectNothing, expectReady, expectTagged, lookAround } from './sales-story.ts';
import { makeSalesLake } from './sales-world.ts';
import {
  accessOf,
  callsOf,
  type Expectation,
  executionArns,
  expectation,
  type Play,
  type Scene,
  type SceneResult,
  settled,
} from './scene.ts';
import { type Execution, failureOf, type SceneCloud } from './scene-cloud.ts';
import { type Imports, runWorkflow } from './workflow.ts';

/** Longer than this and the scene failed; the figure itself is in the result. */
const READABLE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 150;

export const blueprint: Scene = {
  name: 'blueprint',
  title: "a blueprint's workflow makes tables, rules tag them, and access follows the tags",
  policies: ['demo-blueprint'],
  run,
};

async function run(play: Play): Promise<SceneResult> {
  const { sceneCloud } = play;
  play.say("sales-lake as the article's people have it: bucket, location, crawler role, database, workflow; no tags");
  await makeSalesLake(sceneCloud);
  await sceneCloud.alerts();
  const before = await lookAround(sceneCloud);
  const mark = await sceneCloud.mark();
  const ready = await putInForce(play);
  const first = await firstRun(play);
  const failed = await failOnce(play);
  const healed = await heal(play);
  const after = await lookAround(sceneCloud);
  const expectations = [...expectNothing(before), ...ready, ...first.expectations, ...failed.expectations, ...healed];
  return {
    name: blueprint.name,
    ok: expectations.every((e) => e.held),
    eventToReadableMs: first.readable,
    calls: callsOf(await sceneCloud.calls(mark)),
    access: accessOf(before.rows, after.rows),
    findings: failed.findings,
    expectations,
  };
}

async function putInForce(play: Play): Promise<readonly Expectation[]> {
  const { sceneCloud } = play;
  play.say(
    'a new policy version names sales-lake, its tags, rules and grants: the account gets our roles, the hub the policy',
  );
  const known = await executionArns(sceneCloud);
  await play.deployPolicy('demo-blueprint');
  const executions = await settled(sceneCloud, known);
  return [...expectReady(await lookAround(sceneCloud)), ...(await expectSound(sceneCloud, executions))];
}

async function firstRun(play: Play) {
  const { sceneCloud, say } = play;
  say(`the scheduled run of workflow ${WORKFLOW} starts, which no event tells`);
  const known = await executionArns(sceneCloud);
  const { troubles } = await runWorkflow(sceneCloud, { say });
  say('the run is COMPLETED: AWS sends no event for that; the end of its last crawler woke us');
  const readable = await userReads(play);
  const executions = await settled(sceneCloud, known);
  const scopes = await scopesOf(sceneCloud, executions);
  const look = await lookAround(sceneCloud);
  for (const [thing, tags] of Object.entries(look.view.tags)) say(`tagged: ${thing.padEnd(38)} ${tags || 'nothing'}`);
  return {
    readable,
    expectations: [
      expectation("the workflow's role makes its tables by the tag of their database", troubles.length === 0, troubles),
      ...expectTagged(look),
      expectation(
        'after the run only kthr01 and analytics, whom a grant by tag now reaches, are looked at; nobody else',
        scopes.join() === `onboard ${accountName(ANALYTICS)},publish ${LAKE_DATABASE}`,
        scopes,
      ),
      ...(await expectSound(sceneCloud, executions)),
    ],
  };
}

/** Milliseconds from the end of the run until datalake_user reads what it may; null when that never came. */
async function userReads({ sceneCloud, say }: Play): Promise<number | null> {
  const started = performance.now();
  const look = async () => {
    for (const table of [PRODUCTS, ORDERS])
      if (!isLent(await readLakeTable(sceneCloud, LAKE_USER, table))) return undefined;
    return Math.round(performance.now() - started);
  };
  const readable = await until(READABLE_WITHIN_MS, look, LOOK_EVERY_MS);
  if (readable !== undefined) say(`datalake_user reads products and orders, ${readable} ms after the run's end`);
  return readable ?? null;
}

const REFUSAL = 'Communications link failure: kthr01.example.internal does not answer';

async function failOnce(play: Play) {
  const { sceneCloud } = play;
  play.say('the next run makes products anew and fails at orders: COMPLETED all the same');
  await play.sceneCloud.alerts();
  await played(play, { fail: new Map([[ORDERS, REFUSAL]]), anew: [PRODUCTS] });
  const findings = await openInLake(sceneCloud);
  const [finding] = findings;
  const told = await toldTypes(sceneCloud);
  const named = [WORKFLOW, ORDERS.job, REFUSAL].every((word) => finding?.message.includes(word));
  const reading = await readLakeTable(sceneCloud, LAKE_USER, PRODUCTS);
  return {
    findings,
    expectations: [
      expectation('a run that COMPLETED with a failed action is one finding', findings.length === 1, findings),
      expectation('it names workflow, job and error, and what to do', named && finding?.remedy !== '', finding),
      expectation('it is told once', told.join() === 'Onramp Access Failed', told),
      expectation('what did succeed, and is a new table, is tagged anew and read', isLent(reading), reading),
    ],
  };
}

/** The same tables as in the first run: everything is as it should be. */
async function heal(play: Play): Promise<readonly Expectation[]> {
  const { sceneCloud } = play;
  play.say('and the next one is like the first');
  const { executions, writes } = await played(play, {});
  const told = await toldTypes(sceneCloud);
  const open = await openInLake(sceneCloud);
  const scopes = await scopesOf(sceneCloud, executions);
  return [
    expectation('a later clean run recovers it, and that is told', told.join() === 'Onramp Access Recovered', told),
    expectation('the clean run makes us write nothing: everything is as it should be', writes.length === 0, writes),
    expectation('after the clean run no consumer is looked at', scopes.join() === `publish ${LAKE_DATABASE}`, scopes),
    expectation('in the end nothing is wrong with sales-lake', open.length === 0, open),
    ...expectTagged(await lookAround(sceneCloud)).filter(({ held }) => !held),
    ...(await expectSound(sceneCloud, executions)),
    ...(await expectUndoable(sceneCloud)),
  ];
}

/** A run of the workflow, to the end of all that it wakes. */
async function played({ sceneCloud, say }: Play, imports: Imports) {
  const known = await executionArns(sceneCloud);
  const mark = await sceneCloud.mark();
  await runWorkflow(sceneCloud, { ...imports, say });
  const executions = await settled(sceneCloud, known);
  const writes = (await sceneCloud.calls(mark)).filter(({ kind }) => kind === 'write');
  return { executions, writes: writes.map(({ account, operation }) => `${accountName(account)} ${operation}`) };
}

/** What executions are about, each once: `publish kthr01`, `onboard analytics`. */
async function scopesOf(sceneCloud: SceneCloud, executions: readonly Execution[]): Promise<readonly string[]> {
  const scopes = await Promise.all(executions.map((execution) => sceneCloud.scope(execution)));
  const texts = scopes.map((scope) => {
    const name = scope.half === 'publish' ? scope.database : null;
    return `${scope.half} ${name ?? accountName(scope.account)}`;
  });
  return [...new Set(texts)].sort();
}

async function expectSound(sceneCloud: SceneCloud, executions: readonly Execution[]): Promise<readonly Expectation[]> {
  const failed = executions.filter(({ status }) => status !== 'SUCCEEDED');
  if (failed.length === 0) return [];
  const why = await Promise.all(failed.map((execution) => failureOf(sceneCloud, execution)));
  return [expectation('every execution succeeded', false, why)];
}

/** What we tagged and granted is in the ledger as ours. */
async function expectUndoable(sceneCloud: SceneCloud): Promise<readonly Expectation[]> {
  const entries = (await entriesOf(sceneCloud)).filter(({ account }) => account === SALES_LAKE);
  const unconfirmed = entries.filter(({ state }) => state !== 'confirmed');
  return [
    expectation(
      'the ledger holds every write to sales-lake as done',
      entries.length > 0 && unconfirmed.length === 0,
      unconfirmed,
    ),
  ];
}

async function openInLake(sceneCloud: SceneCloud): Promise<SceneResult['findings']> {
  const inLake = ({ finding }: KeptFinding) => finding.account === SALES_LAKE;
  return (await findingsOf(sceneCloud)).filter((kept) => isOpen(kept) && inLake(kept)).map(({ finding }) => finding);
}

async function toldTypes(sceneCloud: SceneCloud): Promise<readonly string[]> {
  return (await sceneCloud.alerts()).map((event) => String(event['detail-type']));
}
