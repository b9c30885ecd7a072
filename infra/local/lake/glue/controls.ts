/** Facts about runs, set through `POST /_lake/glue/<name>`. */

import type { Control, World } from '../service.ts';
import type { BlueprintRunFact, CrawlerRun, JobRunFact, WorkflowRunFact } from './runs.ts';
import { runCrawler, setBlueprintRun, setJobRun, setWorkflowRun } from './runs.ts';

export const glueControls: Readonly<Record<string, Control>> = {
  'crawler-run': (world: World, body: CrawlerRun) => runCrawler(world, body),
  'job-run': (world: World, body: JobRunFact) => setJobRun(world, body),
  'workflow-run': (world: World, body: WorkflowRunFact) => setWorkflowRun(world, body),
  'blueprint-run': (world: World, body: BlueprintRunFact) => setBlueprintRun(world, body),
};
