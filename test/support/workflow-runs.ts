/** Runs of the workflow of the data lake, set by hand, and what is found about them. */

import { StartWorkflowRunCommand } from '@aws-sdk/client-glue';
import { scopeText } from '#core/start.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import { LAKE_ADMIN, LAKE_DATABASE, WORKFLOW } from '../../infra/local/scenes/sales-places.ts';
import type { InProcess } from './in-process.ts';

export const LAKE_PLACE = { account: SALES_LAKE, region: REGION };
export const LAKE_SCOPE = { half: 'publish' as const, ...LAKE_PLACE, database: LAKE_DATABASE };

interface Outcome {
  readonly status?: 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'ERROR';
  readonly runId?: string;
  readonly statistics?: object;
  readonly actions?: readonly object[];
  readonly errorMessage?: string;
}

export const CLEAN = { status: 'COMPLETED', statistics: { TotalActions: 5, SucceededActions: 5 } } as const;
export const FAILED = {
  status: 'COMPLETED',
  statistics: { TotalActions: 5, SucceededActions: 4, FailedActions: 1 },
} as const;

export function workflowRuns(cloud: InProcess) {
  async function set(outcome: Outcome): Promise<string> {
    const answer = await cloud.stage.control.set('glue', 'workflow-run', { ...LAKE_PLACE, name: WORKFLOW, ...outcome });
    return (answer as { runId: string }).runId;
  }

  /** Somebody starts a run by hand. */
  async function start(): Promise<string> {
    await cloud.clock.sleep(1000);
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    return (await glue.send(new StartWorkflowRunCommand({ Name: WORKFLOW }))).RunId ?? '';
  }

  /** A run that ends so at once. */
  async function run(outcome: Outcome): Promise<string> {
    return set({ runId: await start(), ...outcome });
  }

  async function open() {
    const records = await cloud.ledger.findings(scopeText(LAKE_SCOPE));
    const found = records.filter(({ state }) => state === 'open').map(({ finding }) => finding);
    return found.filter(({ cause }) => cause === 'workflow-run-failed' || cause === 'not-readable');
  }

  async function told(during: () => Promise<unknown>): Promise<readonly string[]> {
    const before = cloud.told.length;
    await during();
    const alerts = cloud.told.slice(before).map(({ type, alert }) => `${type}: ${alert.finding.cause}`);
    return alerts.filter((text) => text.includes('workflow-run') || text.includes('not-readable'));
  }
  return { set, start, run, open, told };
}
