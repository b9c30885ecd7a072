/** One product arrives, one is still open to everybody, one is refused by AWS: each told once, both heal. */

import { entriesOf, findingsOf, isOpen } from './ledger.ts';
import { CUR, FINANCE, HR, JOB, SALES } from './places.ts';
import {
  accessOf,
  callsOf,
  type Expectation,
  executionArns,
  expectation,
  type Play,
  readAll,
  type Scene,
  type SceneResult,
  settled,
} from './scene.ts';
import type { Mail } from './scene-cloud.ts';
import { crawlUntilReadable } from './share.ts';
import { updateTable } from './world.ts';

export const failedGrant: Scene = {
  name: 'failed-grant',
  title: 'one product is still open to everybody, one grant is refused: each told once, and both heal',
  policies: ['demo', 'demo-revoke'],
  prepare,
  run,
};

const REFUSAL = {
  code: 'AccessDeniedException',
  message: 'Insufficient Lake Formation permission(s): Required Grant on hr_db',
};
const TABLES = [CUR, SALES, HR];

/** The first product in place: its crawler has run, its table is read. */
async function prepare(play: Play): Promise<void> {
  const { sceneCloud } = play;
  const known = await executionArns(sceneCloud);
  await crawlUntilReadable(play);
  await settled(sceneCloud, known);
}

async function run(play: Play): Promise<SceneResult> {
  const { sceneCloud } = play;
  await sceneCloud.alerts();
  await sceneCloud.mails();
  const before = await readAll(sceneCloud, TABLES, [JOB]);
  const mark = await sceneCloud.mark();
  const broken = await breakThings(play);
  const again = await repeat(play);
  const healed = await heal(play);
  const after = await readAll(sceneCloud, TABLES, [JOB]);
  const readable = after.map((row) =>
    expectation(
      `in the end the job role reads ${row.table.database}.${row.table.table}`,
      row.text === 'read',
      row.text,
    ),
  );
  const expectations = [...broken.expectations, ...again, ...healed, ...readable];
  return {
    name: failedGrant.name,
    ok: expectations.every((e) => e.held),
    eventToReadableMs: null,
    calls: callsOf(await sceneCloud.calls(mark)),
    access: accessOf(before, after),
    findings: broken.findings,
    expectations,
  };
}

interface Told {
  readonly alerts: readonly Alerted[];
  readonly mails: readonly Mail[];
}

interface Alerted {
  readonly key: string;
  readonly type: string;
  readonly product: string | null;
  readonly cause: string;
}

async function told(play: Play): Promise<Told> {
  const alerts = (await play.sceneCloud.alerts()).map((event) => {
    const { finding } = event['detail'] as { finding: { key: string; product: string | null; cause: string } };
    return { key: finding.key, type: String(event['detail-type']), product: finding.product, cause: finding.cause };
  });
  return { alerts, mails: await play.sceneCloud.mails() };
}

async function breakThings(play: Play): Promise<Broken> {
  const { sceneCloud } = play;
  play.say('a fault of the lake: every grant on hr_db is refused inside Failures[]');
  const onHr = { service: 'lakeformation', operation: 'BatchGrantPermissions', account: FINANCE, body: HR.database };
  await sceneCloud.control.fault({ kind: 'entry', ...onHr, ...REFUSAL });
  play.say('a new policy version adds the products sales and hr: every product is published');
  const known = await executionArns(sceneCloud);
  await play.deployPolicy('demo');
  await settled(sceneCloud, known);
  const findings = (await findingsOf(sceneCloud)).filter(isOpen).map((kept) => kept.finding);
  const rows = await readAll(sceneCloud, TABLES, [JOB]);
  const access = new Map(rows.map((row) => [row.table.database, row.text]));
  return { findings, expectations: [...expectFindings(findings, access), ...expectTold(await told(play))] };
}

interface Broken {
  readonly expectations: readonly Expectation[];
  readonly findings: SceneResult['findings'];
}

function expectFindings(
  findings: SceneResult['findings'],
  access: ReadonlyMap<string, string>,
): readonly Expectation[] {
  const sales = findings.filter((f) => f.product === 'sales');
  const hr = findings.filter((f) => f.product === 'hr' && f.hop === 'share');
  const notAttempted = sales.length === 1 && sales[0]?.cause === 'iam-allowed-principals' && !sales[0]?.aws;
  return [
    expectation(
      'the first product is untouched by the trouble of the others',
      access.get(CUR.database) === 'read',
      access.get(CUR.database),
    ),
    expectation(
      'sales is refused, table and bytes',
      access.get(SALES.database) === 'refused',
      access.get(SALES.database),
    ),
    expectation('sales is one finding: IAM_ALLOWED_PRINCIPALS, seen beforehand', notAttempted, sales),
    expectation(
      "hr's refused grants carry AWS's own error",
      hr.length > 0 && hr.every((f) => f.aws?.code === REFUSAL.code),
      hr,
    ),
  ];
}

function expectTold({ alerts, mails }: Told): readonly Expectation[] {
  const failed = (product: string) => alerts.some((a) => a.product === product && a.type === 'Onramp Access Failed');
  const helpful =
    isHelpful(
      mails.find((mail) => mail.subject.includes('sales')),
      ['not attempted', SALES.table, 'exposure: revoke'],
    ) &&
    isHelpful(
      mails.find((mail) => mail.subject.includes('hr')),
      [REFUSAL.code, HR.database],
    );
  return [
    expectation('an Onramp Access Failed event for each is on the hub bus', failed('sales') && failed('hr'), alerts),
    expectation('a message says account, who, what, hop, AWS error, cause and remedy', helpful, mails),
    expectation('each finding is told once', unique(alerts), alerts),
  ];
}

const EVERY_MESSAGE = ['Account', FINANCE, 'Hop', 'AWS said', 'Cause', 'What to do', 'states/home'];

function isHelpful(mail: Mail | undefined, words: readonly string[]): boolean {
  return (
    mail !== undefined &&
    mail.subject.length <= 100 &&
    [...EVERY_MESSAGE, ...words].every((word) => mail.body.includes(word))
  );
}

function unique(alerts: readonly Alerted[]): boolean {
  return new Set(alerts.map((alert) => JSON.stringify(alert))).size === alerts.length;
}

async function repeat(play: Play): Promise<readonly Expectation[]> {
  const { sceneCloud } = play;
  play.say('hr_db and sales_db change once more: nothing new, so nobody is woken');
  const known = await executionArns(sceneCloud);
  for (const table of [SALES, HR]) await updateTable(sceneCloud, table);
  const executions = await settled(sceneCloud, known);
  const { alerts, mails } = await told(play);
  return [
    expectation(
      'a repeat does not alert again',
      executions.length > 0 && alerts.length === 0 && mails.length === 0,
      alerts,
    ),
  ];
}

async function heal(play: Play): Promise<readonly Expectation[]> {
  const { sceneCloud } = play;
  play.say('the fault is gone, and a new policy version says exposure: revoke for sales');
  await sceneCloud.control.clearFaults();
  const known = await executionArns(sceneCloud);
  await play.deployPolicy('demo-revoke');
  await settled(sceneCloud, known);
  const open = (await findingsOf(sceneCloud))
    .filter(isOpen)
    .map((kept) => kept.finding)
    .filter((f) => f.product === 'sales' || f.product === 'hr');
  const { alerts } = await told(play);
  const recovered = (product: string) =>
    alerts.some((a) => a.product === product && a.type === 'Onramp Access Recovered');
  const revoked = (await entriesOf(sceneCloud)).filter(
    (e) => e.kind === 'revoke' && e.account === FINANCE && e.target.includes(SALES.database),
  );
  return [
    expectation(
      'nothing is wrong any longer with sales and hr',
      open.filter((f) => f.cause !== 'role-without-proof').length === 0,
      open.map((f) => f.message),
    ),
    expectation('recovery is told for both', recovered('sales') && recovered('hr'), alerts),
    expectation(
      'the ledger knows how to put the old grant back',
      // Granting again what was revoked.
      revoked.length > 0 && revoked.every((e) => e.state === 'confirmed' && e.sent?.permissions?.includes('ALL')),
      revoked,
    ),
  ];
}
