/** Why an execution started, as its name tells: after the event that woke it, or the execution that started it. */

import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { shortHash } from '#contracts/hash.ts';
import { localClient } from '../clients.ts';
import { accountName, HUB, REGION } from '../scenes/places.ts';
import type { Execution, SceneCloud } from '../scenes/scene-cloud.ts';

export type OriginOf = (execution: Execution, labels: ReadonlyMap<string, string>) => Promise<string>;

/** `labels`: what executions are called, by their names. */
export async function openOrigins(sceneCloud: SceneCloud): Promise<OriginOf> {
  let rules = await hubRules(sceneCloud);
  return async ({ name }, labels) => {
    const id = /-e-([0-9A-Za-z_-]+)$/.exec(name)?.[1];
    const event = id === undefined ? undefined : (await sceneCloud.control.events()).find((event) => event.id === id);
    if (event !== undefined) {
      const type = event['detail-type'];
      // A new policy version may bring rules of its own.
      if (!rules.has(type)) rules = await hubRules(sceneCloud);
      return `event "${type}" of ${accountName(event.account)} → rule ${rules.get(type) ?? '(none)'}`;
    }
    const parent = [...labels].find(([parentName]) => name.endsWith(`-h-${bucketOf(parentName)}`));
    return parent?.[1] ?? "the hub's own event";
  };
}

/** A bucket holds at most 36 characters, so an execution's name stands in it as a hash. */
function bucketOf(executionName: string): string {
  return shortHash(executionName, 36);
}

/** Rules on the hub's bus, by the event types they name. */
async function hubRules(sceneCloud: SceneCloud): Promise<ReadonlyMap<string, string>> {
  const client = new EventBridgeClient(
    localClient({ endpoint: sceneCloud.cloud.emulatorUrl, account: HUB, region: REGION }),
  );
  const { Rules = [] } = await client.send(new ListRulesCommand({ EventBusName: 'onramp-hub' }));
  return new Map(
    Rules.flatMap(({ Name = '', EventPattern = '{}' }) => {
      const types = (JSON.parse(EventPattern) as { 'detail-type'?: unknown[] })['detail-type'] ?? [];
      return types.map((type) => [String(type), Name] as const);
    }),
  );
}
