/** The scene `blueprint` without MiniStack: its world, and runs of its workflow with all that they wake. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { LAKE_DATABASE } from '../../infra/local/scenes/sales-places.ts';
import type { Expectation } from '../../infra/local/scenes/scene.ts';
import { type Imports, runWorkflow, type WorkflowRun } from '../../infra/local/scenes/workflow.ts';
import { demoPolicy } from './demo-policy.ts';
import type { InProcessOptions } from './in-process.ts';
import { crawled, type Step, salesLake, scenario } from './scenario.ts';
import { eventsSoFar, play, woken } from './waking.ts';

/** What belongs to the lake's catalog, and its database. */
export const CATALOG = { half: 'publish' as const, account: SALES_LAKE, region: REGION, database: null };
export const LAKE = { ...CATALOG, database: LAKE_DATABASE };

export type Blueprint = Awaited<ReturnType<typeof openBlueprint>>;

export async function openBlueprint(
  options: InProcessOptions = {},
  policy: Policy = demoPolicy('demo-blueprint'),
  ...steps: readonly Step[]
) {
  const cloud = await scenario(policy, [crawled, salesLake, ...steps], options);
  return {
    cloud,
    policy,
    /** A run of the workflow, and what it wakes, played to the end. */
    async run(imports: Imports = {}): Promise<WorkflowRun & { readonly scopes: readonly Scope[] }> {
      const seen = await eventsSoFar(cloud);
      const ran = await runWorkflow(cloud.stage, imports);
      const scopes = await woken(cloud, policy, seen);
      await play(cloud, policy, scopes);
      return { ...ran, scopes };
    },
    async openIn(...scopes: readonly Scope[]): Promise<readonly Finding[]> {
      const records = await Promise.all(scopes.map((scope) => cloud.ledger.findings(scopeText(scope))));
      return records
        .flat()
        .filter(({ state }) => state === 'open')
        .map(({ finding }) => finding);
    },
  };
}

/** Those that do not hold. */
export function failed(expectations: readonly Expectation[]): readonly Expectation[] {
  return expectations.filter(({ held }) => !held);
}
