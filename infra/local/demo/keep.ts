/** Leaves the local cloud running, and says how to look around in it. */

import { relative } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { localClient } from '../clients.ts';
import type { LocalCloud } from '../cloud.ts';
import { ANALYTICS, accountName, FINANCE, HUB, REGION, readerArn, SALES_LAKE } from '../scenes/places.ts';
import { ADMIN } from '../scenes/world.ts';

/** As long as a session of a role may last. */
const SESSION_SECONDS = 12 * 3600;

/** Until Ctrl-C; the cloud itself ends the process then. */
export async function keep(cloud: LocalCloud, policy: string): Promise<never> {
  const owner = { ...cloud.environment(FINANCE, REGION), ...(await sessionOf(cloud, readerArn(ADMIN))) };
  tell(`aws and SDKs in ${accountName(FINANCE)} (${FINANCE}), as its data lake administrator`, owner);
  for (const account of [FINANCE, ANALYTICS, SALES_LAKE, HUB]) {
    const asRoot = `aws and SDKs in ${accountName(account)} (${account}), as its root: no data lake administrator, so Lake Formation shows it no closed table`;
    tell(asRoot, cloud.environment(account, REGION));
  }
  tell(`npm run -s onramp -- plan --policy ${relative(process.cwd(), policy)}`, await planEnvironment(cloud));
  process.stderr.write('\nThe local cloud is running. Ctrl-C ends it.\n');
  // A timer keeps the process alive; only a signal ends it.
  return new Promise(() => setInterval(() => {}, 60_000));
}

/** A session of the hub's role for planning, and where the ledger is. */
async function planEnvironment(cloud: LocalCloud): Promise<Readonly<Record<string, string>>> {
  const session = await sessionOf(cloud, `arn:aws:iam::${HUB}:role/onramp/onramp-hub-plan`);
  const dynamodb = new DynamoDBClient(localClient({ endpoint: cloud.url, account: HUB, region: REGION }));
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  return {
    ...cloud.environment(HUB, REGION),
    ...session,
    ONRAMP_LEDGER: TableNames.find((name) => name.includes('Ledger')) ?? '',
  };
}

async function sessionOf(cloud: LocalCloud, role: string): Promise<Readonly<Record<string, string>>> {
  const session = await cloud.control.credentials(role, { sessionName: 'demo', seconds: SESSION_SECONDS });
  return {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  };
}

/** Each block stands for itself, whichever was pasted before it. */
function tell(what: string, variables: Readonly<Record<string, string>>): void {
  const reset = 'AWS_SESSION_TOKEN' in variables ? [] : ['unset AWS_SESSION_TOKEN'];
  const lines = [...reset, ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`)];
  process.stderr.write(`\n# ${what}\n${lines.join('\n')}\n`);
}
