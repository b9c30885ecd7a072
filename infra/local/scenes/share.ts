/** The article's eight steps, nobody clicking: a crawler finishes in `finance-lake`, a Glue job role of `analytics` reads. */

import { until } from '../until.ts';
import { expectEncrypted } from './catalog-key.ts';
import { findingsOf, isOpen } from './ledger.ts';
import { CUR, JOB, READERS, type Reader } from './places.ts';
import { isRead, readAs, readingText, watchAs } from './reading.ts';
import {
  accessOf,
  callsOf,
  type Expectation,
  executionArns,
  expectation,
  type Play,
  type Row,
  readAll,
  type Scene,
  type SceneResult,
  settled,
} from './scene.ts';
import { type Execution, failureOf, type SceneCloud } from './scene-cloud.ts';
import { squat } from './squatting.ts';
import { bucketPolicySids, EXPORTER_SID, runCrawler } from './world.ts';

/** Longer than this and the scene failed; the figure itself is in the result. */
const READABLE_WITHIN_MS = 30_000;
// Often enough for a figure in seconds, seldom enough not to slow down what it measures.
const LOOK_EVERY_MS = 75;

export const share: Scene = {
  name: 'share',
  title: 'a crawler finishes in one account, a Glue job role reads the table in another',
  policies: [],
  run,
};

async function run(play: Play): Promise<SceneResult> {
  const { sceneCloud } = play;
  play.say('before: everybody tries to read');
  const before = await readAll(sceneCloud, [CUR]);
  const known = await executionArns(sceneCloud);
  const mark = await sceneCloud.mark();
  play.say(`the crawler ends: "Glue Crawler State Change", Succeeded, on finance-lake's default bus`);
  const readable = await crawlUntilReadable(play);
  const executions = await settled(sceneCloud, known);
  const calls = callsOf(await sceneCloud.calls(mark));
  const after = await readAll(sceneCloud, [CUR]);
  const findings = (await findingsOf(sceneCloud)).filter(isOpen).map((kept) => kept.finding);
  const expectations = [
    ...expectAccess(before, after),
    ...(await expectClean(sceneCloud, executions, findings)),
    await expectEncrypted(sceneCloud),
    ...(await repeat(play)),
    ...(await squatters(play)),
  ];
  const ok = expectations.every((e) => e.held);
  return {
    name: share.name,
    ok,
    eventToReadableMs: readable,
    calls,
    access: accessOf(before, after),
    findings,
    expectations,
  };
}

/** Milliseconds from the event to the first complete reading; null when it never came. */
export async function crawlUntilReadable(
  { sceneCloud, say }: Play,
  within = READABLE_WITHIN_MS,
): Promise<number | null> {
  const look = await watchAs(sceneCloud, JOB, CUR);
  const started = performance.now();
  await runCrawler(sceneCloud);
  const attempt = async () => ((await look()) ? performance.now() - started : undefined);
  const readable = await until(within, attempt, LOOK_EVERY_MS);
  if (readable === undefined) return null;
  say(`the job role reads the table, ${Math.round(readable)} ms after the event`);
  return Math.round(readable);
}

function expectAccess(before: readonly Row[], after: readonly Row[]): readonly Expectation[] {
  const textOf = (reader: Reader) => after.find((row) => row.reader === reader)?.text ?? '-';
  const refused = before.every((row) => row.text === 'refused');
  return [
    expectation(
      'before, nobody reads the table or its bytes',
      refused,
      before.map((row) => row.text),
    ),
    expectation('the job role reads schema, partitions and bytes', textOf(JOB) === 'read', textOf(JOB)),
    ...READERS.filter((reader) => reader !== JOB).map((reader) =>
      expectation(`${reader.name} is still refused, table and bytes`, textOf(reader) === 'refused', textOf(reader)),
    ),
  ];
}

async function expectClean(
  sceneCloud: SceneCloud,
  executions: readonly Execution[],
  findings: SceneResult['findings'],
): Promise<readonly Expectation[]> {
  const failed = executions.filter((execution) => execution.status !== 'SUCCEEDED');
  const wrong = findings.filter((f) => f.cause !== 'role-without-proof').map((f) => f.message);
  const sids = await bucketPolicySids(sceneCloud);
  return [
    expectation(
      'every execution succeeded',
      failed.length === 0,
      await Promise.all(failed.map((e) => failureOf(sceneCloud, e))),
    ),
    expectation('verified by permissions: nothing is wrong', wrong.length === 0, wrong),
    expectation(
      'the squatter is a finding, not a grant',
      findings.some((f) => f.cause === 'role-without-proof'),
    ),
    expectation(
      'nothing is told of keys: whoever reads the encrypted catalog may use its key',
      !findings.some((f) => f.hop === 'catalog-key' || f.cause === 'key-denied'),
    ),
    expectation("the exporter's own statement in the bucket policy survived", sids.includes(EXPORTER_SID), sids),
  ];
}

/** With the documents and grants as they stand now. No run has seen these roles, and none need: nothing means them. */
async function squatters({ sceneCloud, say }: Play): Promise<readonly Expectation[]> {
  say('a squatter tries names, paths, tags and sessions');
  return squat(sceneCloud);
}

/** The same event once more: the lease puts runs in line, and there is nothing left to write. */
async function repeat(play: Play) {
  const { sceneCloud } = play;
  play.say('the same event once more');
  const known = await executionArns(sceneCloud);
  const mark = await sceneCloud.mark();
  await runCrawler(sceneCloud);
  const executions = await settled(sceneCloud, known);
  const { write, byAction } = callsOf(await sceneCloud.calls(mark));
  const still = await readAs(sceneCloud, JOB, CUR);
  return [
    expectation('a second run of the same event makes no write call', write === 0 && executions.length > 0, byAction),
    expectation('the job role still reads', isRead(still), readingText(still)),
  ];
}
