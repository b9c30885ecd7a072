/** A workflow's graph: its triggers, and the jobs and crawlers they start. */

import type { Action, Condition, Edge, Node, WorkflowGraph } from '@aws-sdk/client-glue';
import type { World } from '../service.ts';
import type { Place } from './names.ts';
import { catalogOf } from './state.ts';

/** The workflow's triggers, jobs and crawlers, and which comes after which; nothing has run in it yet. */
export function graphOf(world: World, place: Place, workflow: string): WorkflowGraph {
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  for (const trigger of catalogOf(world.glue, place.account, place.region).triggers.values()) {
    if (trigger.WorkflowName !== workflow) continue;
    const id = add(nodes, 'TRIGGER', trigger.Name);
    nodes.set(id, { ...nodes.get(id), TriggerDetails: { Trigger: trigger } });
    for (const condition of trigger.Predicate?.Conditions ?? []) link(nodes, edges, condition, id, 'before');
    for (const action of trigger.Actions ?? []) link(nodes, edges, action, id, 'after');
  }
  return { Nodes: [...nodes.values()], Edges: edges };
}

function link(
  nodes: Map<string, Node>,
  edges: Edge[],
  to: Action | Condition,
  trigger: string,
  side: 'before' | 'after',
): void {
  const type = to.CrawlerName === undefined ? 'JOB' : 'CRAWLER';
  const other = add(nodes, type, to.CrawlerName ?? to.JobName ?? '');
  edges.push(
    side === 'after' ? { SourceId: trigger, DestinationId: other } : { SourceId: other, DestinationId: trigger },
  );
}

/** The id is made of kind and name, so that a graph is the same each time it is asked for. */
function add(nodes: Map<string, Node>, Type: 'TRIGGER' | 'JOB' | 'CRAWLER', Name: string): string {
  const UniqueId = `wnode_${Type.toLowerCase()}_${Name}`;
  if (!nodes.has(UniqueId)) nodes.set(UniqueId, { Type, Name, UniqueId });
  return UniqueId;
}
