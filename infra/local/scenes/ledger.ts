/** Findings as the hub keeps them: read from its table, as a person with the console would. */

import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DemoDocument } from '#contracts/documents.ts';
import { localClient } from '../clients.ts';
import { HUB, REGION } from './places.ts';
import type { Stage } from './world.ts';

export interface KeptFinding {
  readonly scope: string;
  readonly state: 'open' | 'recovered';
  readonly reportedAt: number | null;
  readonly finding: DemoDocument['scenes'][number]['findings'][number];
}

export function isOpen(kept: KeptFinding): boolean {
  return kept.state === 'open';
}

export async function findingsOf(stage: Stage): Promise<readonly KeptFinding[]> {
  return (await scan(stage, 'findings#')) as KeptFinding[];
}

/** What the ledger knows of our writes. */
export interface KeptEntry {
  readonly kind: string;
  readonly account: string;
  readonly target: string;
  readonly principal: string | null;
  readonly state: string;
  /** What was written: of a grant or a revocation, its permissions. */
  readonly sent: { readonly permissions?: readonly string[] } | null;
}

export async function entriesOf(stage: Stage): Promise<readonly KeptEntry[]> {
  return (await scan(stage, 'entries#')) as KeptEntry[];
}

async function scan(stage: Stage, prefix: string): Promise<readonly unknown[]> {
  const dynamodb = new DynamoDBClient(localClient({ endpoint: stage.url, account: HUB, region: REGION }));
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes('Ledger'));
  if (TableName === undefined) throw new Error(`no ledger among the hub's tables: ${TableNames.join(', ')}`);
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.filter((item) => item['pk']?.S?.startsWith(prefix)).map((item) => JSON.parse(item['body']?.S ?? '{}'));
}
