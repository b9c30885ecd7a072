/** A thousand new tables tagged by the deployed machines and functions, on a local cloud whose time is real. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { parse, stringify } from 'yaml';
import { localClient } from '../../infra/local/clients.ts';
import { startLocalCloud } from '../../infra/local/cloud.ts';
import { policyFile, setUp, WAIT_SCALE } from '../../infra/local/demo/play.ts';
import { ACCOUNTS, HUB, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { LAKE_DATABASE } from '../../infra/local/scenes/sales-places.ts';
import { makeWorld, root } from '../../infra/local/scenes/world.ts';
import { until } from '../../infra/local/until.ts';
import type { Row } from './report.ts';

const TABLES = 1000;
const KEYS = ['a', 'b', 'c'];
const VALUES = Array.from({ length: 10 }, (_, i) => `v${i}`);
const WITHIN_MS = 5 * 60_000;

const tableName = (i: number): string => `t${String(i).padStart(4, '0')}`;

/** The scene's policy with a rule for each of a thousand tables, three tags each, no two alike. */
export function taggingPolicyFile(): string {
  const document = parse(readFileSync(policyFile('demo-blueprint'), 'utf8'));
  document.limits = { writesPerSecond: 100 };
  document.dataLocations = undefined;
  document.settings = undefined;
  document.tags = {
    in: [{ account: 'sales-lake' }],
    keys: Object.fromEntries(KEYS.map((key) => [key, VALUES])),
    rules: Array.from({ length: TABLES }, (_, i) => ({
      match: { account: 'sales-lake', database: LAKE_DATABASE, table: tableName(i) },
      on: 'tables',
      assign: Object.fromEntries(KEYS.map((key, n) => [key, VALUES[Math.floor(i / 10 ** n) % 10]])),
      apply: 'enforce',
    })),
  };
  const file = join(mkdtempSync(join(tmpdir(), 'onramp-bench-')), 'thousand.yaml');
  writeFileSync(file, stringify(document));
  return file;
}

export async function benchTagCloud(assembly: string): Promise<readonly Row[]> {
  const cloud = await startLocalCloud({ accounts: ACCOUNTS, waitScale: WAIT_SCALE });
  try {
    const stage = { url: cloud.url, control: cloud.control };
    await makeWorld(stage);
    const glue = new GlueClient(root(stage, SALES_LAKE));
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: LAKE_DATABASE } }));
    for (let i = 0; i < TABLES; i += 1) {
      const StorageDescriptor = { Columns: [{ Name: 'id', Type: 'string' }], Location: `s3://lake/${tableName(i)}/` };
      const TableInput = { Name: tableName(i), StorageDescriptor };
      await glue.send(new CreateTableCommand({ DatabaseName: LAKE_DATABASE, TableInput }));
    }
    const sceneCloud = await setUp(cloud, assembly, () => {});
    const mark = await sceneCloud.mark();
    const { status, seconds } = await execution(cloud.emulatorUrl);
    const calls = await sceneCloud.calls(mark);
    const tagged = calls.filter(({ operation }) => operation === 'AddLFTagsToResource');
    if (status !== 'SUCCEEDED') throw new Error(`the run ended ${status}`);
    return [
      { what: '1,000 new tables tagged, the whole run', measured: seconds, unit: 's', atMost: 60 },
      { what: 'the same, writes sent', measured: tagged.length, unit: 'calls', atMost: TABLES },
      { what: 'the same, all calls', measured: calls.length, unit: 'calls' },
    ];
  } finally {
    await cloud.close();
  }
}

/** One publish of the database, started by hand; from the start to the end of its execution. */
async function execution(endpoint: string): Promise<{ status: string; seconds: number }> {
  const sfn = new SFNClient(localClient({ endpoint, account: HUB, region: REGION }));
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  const machine = stateMachines.find(({ name }) => name?.includes('publish'));
  const scope = { half: 'publish', account: SALES_LAKE, region: REGION, database: LAKE_DATABASE };
  const input = JSON.stringify({ scope, window: 'bench', lookAt: '1970-01-01T00:00:00Z' });
  const began = performance.now();
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine?.stateMachineArn, name: 'bench', input }),
  );
  const status = await until(
    WITHIN_MS,
    async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return found.status === 'RUNNING' ? undefined : found.status;
    },
    200,
  );
  return { status: status ?? 'nowhere in five minutes', seconds: (performance.now() - began) / 1000 };
}
