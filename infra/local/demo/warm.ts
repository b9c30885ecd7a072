/**
 * Warms the hub's functions, as provisioned concurrency would: otherwise the first scene measures how fast this machine
 * starts Node (0.3 s of CPU for each process, a dozen of them). The benchmark tells both figures.
 */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { localClient } from '../clients.ts';
import { ANALYTICS, CRAWLER, FINANCE, HUB, REGION } from '../scenes/places.ts';

/** Runs that go on side by side when a crawler ends. */
const AT_ONCE = 4;

export async function warm(url: string): Promise<void> {
  const lambda = new LambdaClient(localClient({ endpoint: url, account: HUB, region: REGION }));
  const invocations = Object.entries(HARMLESS).flatMap(([FunctionName, payload]) =>
    Array.from({ length: AT_ONCE }, () =>
      lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) })),
    ),
  );
  for (const { FunctionError, Payload } of await Promise.all(invocations)) {
    if (FunctionError !== undefined) throw new Error(`warming failed: ${Buffer.from(Payload ?? []).toString()}`);
  }
}

/** A crawler that has only begun is nobody's business; a lease that nobody holds is given up without a trace. */
const HARMLESS = {
  'onramp-on-event': {
    version: '0',
    id: 'b2f5e0c4-0000-4000-8000-000000000000',
    'detail-type': 'Glue Crawler State Change',
    source: 'aws.glue',
    account: FINANCE,
    time: '2024-05-01T00:00:00Z',
    region: REGION,
    resources: [],
    detail: {
      accountId: FINANCE,
      crawlerName: CRAWLER,
      startTime: '2024-05-01T00:00:00Z',
      state: 'Started',
      message: 'Crawler Started',
    },
  },
  'onramp-walk': {
    stage: 'end',
    execution: 'warming',
    startedAt: '2024-05-01T00:00:00Z',
    scope: { half: 'onboard', account: ANALYTICS, region: REGION },
  },
} as const;
