/** Workflows, their triggers and runs, and the runs of blueprints. None of them says anything on the bus. */

import type {
  CreateTriggerRequest,
  CreateWorkflowRequest,
  DeleteTriggerRequest,
  DeleteWorkflowRequest,
  GetBlueprintRunRequest,
  GetBlueprintRunsRequest,
  GetTriggerRequest,
  GetTriggersRequest,
  GetWorkflowRequest,
  GetWorkflowRunRequest,
  GetWorkflowRunsRequest,
  ListWorkflowsRequest,
  StartWorkflowRunRequest,
  Trigger,
  WorkflowRun,
} from '@aws-sdk/client-glue';
import type { Call, Operation, World } from '../service.ts';
import { alreadyExists, invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import type { Place } from './names.ts';
import { glueArn } from './names.ts';
import { pageOf, pageOfList } from './paging.ts';
import type { WorkflowEntry } from './state.ts';
import { catalogOf } from './state.ts';
import { graphOf } from './workflow-graph.ts';

function createWorkflow(call: Call, input: CreateWorkflowRequest): object {
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  const Name = required(input.Name, 'Name');
  if (catalog.workflows.has(Name)) throw alreadyExists('Workflow');
  const now = new Date(call.world.now());
  const { Tags, ...rest } = input;
  catalog.workflows.set(Name, { workflow: { ...rest, Name, CreatedOn: now, LastModifiedOn: now }, runs: [] });
  if (Tags) catalog.tags.set(glueArn(call, `workflow/${Name}`), { ...Tags });
  return { Name };
}

function deleteWorkflow(call: Call, input: DeleteWorkflowRequest): object {
  const Name = required(input.Name, 'Name');
  catalogOf(call.world.glue, call.account, call.region).workflows.delete(Name);
  return { Name };
}

function getWorkflow(call: Call, input: GetWorkflowRequest): object {
  const { workflow, runs } = workflowOf(call.world, call, required(input.Name, 'Name'));
  const graph = input.IncludeGraph ? { Graph: graphOf(call.world, call, workflow.Name) } : {};
  const [last] = runs;
  return { Workflow: { ...workflow, ...(last && { LastRun: withGraph(last, false) }), ...graph } };
}

function listWorkflows(call: Call, input: ListWorkflowsRequest): object {
  const { workflows } = catalogOf(call.world.glue, call.account, call.region);
  const page = pageOf(workflows, input, 25, (each) => each.workflow.Name);
  return { Workflows: page.items, NextToken: page.NextToken };
}

function startWorkflowRun(call: Call, input: StartWorkflowRunRequest): object {
  const entry = workflowOf(call.world, call, required(input.Name, 'Name'));
  const run = newWorkflowRun(call.world, call, entry, { WorkflowRunProperties: input.RunProperties });
  entry.runs.unshift(run);
  return { RunId: run.WorkflowRunId };
}

/** A run of the workflow that starts now and is RUNNING, unless `more` says otherwise. Nobody keeps it yet. */
export function newWorkflowRun(
  world: World,
  place: Place,
  { workflow, runs }: WorkflowEntry,
  more: Partial<WorkflowRun> = {},
): WorkflowRun {
  const Graph = graphOf(world, place, workflow.Name);
  const previous = runs[0]?.WorkflowRunId;
  return {
    Name: workflow.Name,
    WorkflowRunId: `wr_${world.id(64)}`,
    ...(previous !== undefined && { PreviousRunId: previous }),
    StartedOn: new Date(world.now()),
    Status: 'RUNNING',
    Statistics: noActions((Graph.Nodes ?? []).filter((node) => node.Type !== 'TRIGGER').length),
    Graph,
    ...more,
  };
}

/** Statistics of a run in which nothing has happened yet. */
export function noActions(TotalActions: number): NonNullable<WorkflowRun['Statistics']> {
  return {
    TotalActions,
    TimeoutActions: 0,
    FailedActions: 0,
    StoppedActions: 0,
    SucceededActions: 0,
    RunningActions: 0,
    ErroredActions: 0,
    WaitingActions: 0,
  };
}

function getWorkflowRun(call: Call, input: GetWorkflowRunRequest): object {
  const { runs } = workflowOf(call.world, call, required(input.Name, 'Name'));
  const run = runs.find((each) => each.WorkflowRunId === input.RunId);
  if (!run) throw notFound(`Workflow run ${input.RunId} of ${input.Name} not found.`);
  return { Run: withGraph(run, input.IncludeGraph === true) };
}

function getWorkflowRuns(call: Call, input: GetWorkflowRunsRequest): object {
  const { runs } = workflowOf(call.world, call, required(input.Name, 'Name'));
  const page = pageOfList(runs, input, 1000);
  return { Runs: page.items.map((run) => withGraph(run, input.IncludeGraph === true)), NextToken: page.NextToken };
}

function withGraph(run: WorkflowRun, wanted: boolean): WorkflowRun {
  if (wanted) return run;
  const { Graph: _graph, ...rest } = run;
  return rest;
}

/** The workflow of that name with its runs. Throws `EntityNotFoundException`. */
export function workflowOf(world: World, place: Place, name: string): WorkflowEntry {
  const entry = catalogOf(world.glue, place.account, place.region).workflows.get(name);
  if (!entry) throw notFound(`Workflow ${name} not found.`);
  return entry;
}

function createTrigger(call: Call, input: CreateTriggerRequest): object {
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  const Name = required(input.Name, 'Name');
  if (catalog.triggers.has(Name)) throw alreadyExists('Trigger');
  if (input.WorkflowName !== undefined) workflowOf(call.world, call, input.WorkflowName);
  if (input.Type === 'CONDITIONAL' && !input.Predicate) throw invalidInput('A conditional trigger needs a predicate.');
  const { StartOnCreation, Tags, ...rest } = input;
  const State: Trigger['State'] = StartOnCreation || input.Type === 'ON_DEMAND' ? 'ACTIVATED' : 'CREATED';
  catalog.triggers.set(Name, { ...rest, Name, State });
  if (Tags) catalog.tags.set(glueArn(call, `trigger/${Name}`), { ...Tags });
  return { Name };
}

function getTrigger(call: Call, input: GetTriggerRequest): object {
  const trigger = catalogOf(call.world.glue, call.account, call.region).triggers.get(required(input.Name, 'Name'));
  if (!trigger) throw notFound(`Trigger ${input.Name} not found.`);
  return { Trigger: trigger };
}

function getTriggers(call: Call, input: GetTriggersRequest): object {
  const page = pageOf(catalogOf(call.world.glue, call.account, call.region).triggers, input, 200, (each) =>
    input.DependentJobName === undefined || each.Actions?.some((action) => action.JobName === input.DependentJobName)
      ? each
      : undefined,
  );
  return { Triggers: page.items, NextToken: page.NextToken };
}

function deleteTrigger(call: Call, input: DeleteTriggerRequest): object {
  const Name = required(input.Name, 'Name');
  catalogOf(call.world.glue, call.account, call.region).triggers.delete(Name);
  return { Name };
}

function getBlueprintRun(call: Call, input: GetBlueprintRunRequest): object {
  const runs = catalogOf(call.world.glue, call.account, call.region).blueprintRuns.get(input.BlueprintName ?? '');
  const run = runs?.find((each) => each.RunId === input.RunId);
  if (!run) throw notFound(`Blueprint run ${input.RunId} of ${input.BlueprintName} not found.`);
  return { BlueprintRun: run };
}

function getBlueprintRuns(call: Call, input: GetBlueprintRunsRequest): object {
  const runs = catalogOf(call.world.glue, call.account, call.region).blueprintRuns.get(input.BlueprintName ?? '');
  if (!runs) throw notFound(`Blueprint ${input.BlueprintName} not found.`);
  const page = pageOfList(runs, input, 1000);
  return { BlueprintRuns: page.items, NextToken: page.NextToken };
}

export const workflowOperations: Readonly<Record<string, Operation>> = {
  CreateWorkflow: createWorkflow,
  DeleteWorkflow: deleteWorkflow,
  GetWorkflow: getWorkflow,
  ListWorkflows: listWorkflows,
  StartWorkflowRun: startWorkflowRun,
  GetWorkflowRun: getWorkflowRun,
  GetWorkflowRuns: getWorkflowRuns,
  CreateTrigger: createTrigger,
  GetTrigger: getTrigger,
  GetTriggers: getTriggers,
  DeleteTrigger: deleteTrigger,
  GetBlueprintRun: getBlueprintRun,
  GetBlueprintRuns: getBlueprintRuns,
};
