/** The scopes of the demo's policies, and playing all of them as a new policy version does. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { publishScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, CUR, FINANCE, HR, REGION, SALES, type SceneTable } from '../../infra/local/scenes/places.ts';
import type { InProcess } from './in-process.ts';

export function scopeOf(table: Pick<SceneTable, 'database'>): PublishScope {
  return { half: 'publish', account: FINANCE, region: REGION, database: table.database };
}

export const CONSUMER: OnboardScope = { half: 'onboard', account: ANALYTICS, region: REGION };

/** A publish of every product, and of every consumer that this makes known news to. */
export async function publishAll(cloud: InProcess, policy: Policy): Promise<void> {
  const scopes = new Map(policy.products.map(publishScope).map((scope) => [scopeText(scope), scope]));
  for (const scope of scopes.values()) await cloud.settle(scope, policy);
}

/** What is wrong, by the ledger, in all scopes of the demo. */
export async function openFindings(cloud: InProcess): Promise<readonly Finding[]> {
  const scopes = [...[CUR, SALES, HR].map(scopeOf), CONSUMER];
  const records = await Promise.all(scopes.map((scope) => cloud.ledger.findings(scopeText(scope))));
  return records
    .flat()
    .filter((record) => record.state === 'open')
    .map(({ finding }) => finding);
}
