/** Tags of Glue's resources, by ARN. */

import type { GetTagsRequest, TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-glue';
import { arnParts } from '../identity/arn.ts';
import type { Call, Operation } from '../service.ts';
import { invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import type { GlueCatalog } from './state.ts';
import { catalogOf } from './state.ts';

const tagsPerResource = 50;

function tagResource(call: Call, input: TagResourceRequest): object {
  const { catalog, arn } = taggable(call, input.ResourceArn);
  const tags = { ...catalog.tags.get(arn), ...required(input.TagsToAdd, 'TagsToAdd') };
  if (Object.keys(tags).length > tagsPerResource) throw invalidInput(`A resource has at most ${tagsPerResource} tags.`);
  catalog.tags.set(arn, tags);
  return {};
}

function untagResource(call: Call, input: UntagResourceRequest): object {
  const { catalog, arn } = taggable(call, input.ResourceArn);
  const tags = { ...catalog.tags.get(arn) };
  for (const key of required(input.TagsToRemove, 'TagsToRemove')) delete tags[key];
  catalog.tags.set(arn, tags);
  return {};
}

function getTags(call: Call, input: GetTagsRequest): object {
  const { catalog, arn } = taggable(call, input.ResourceArn);
  return { Tags: catalog.tags.get(arn) ?? {} };
}

function taggable(call: Call, given: string | undefined): { catalog: GlueCatalog; arn: string } {
  const arn = required(given, 'ResourceArn');
  const { region, account, resource } = arnParts(arn);
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  if (region !== call.region || account !== call.account || !exists(catalog, resource))
    throw notFound(`Resource ${arn} not found.`);
  return { catalog, arn };
}

function exists(catalog: GlueCatalog, resource: string): boolean {
  const [kind, name = '', table = ''] = resource.split('/');
  if (kind === 'catalog') return true;
  if (kind === 'database') return catalog.databases.has(name);
  if (kind === 'table') return catalog.databases.get(name)?.tables.has(table) ?? false;
  const holders = new Map<string, { has(name: string): boolean }>([
    ['crawler', catalog.crawlers],
    ['job', catalog.jobs],
    ['workflow', catalog.workflows],
    ['trigger', catalog.triggers],
    ['connection', catalog.connections],
  ]);
  return holders.get(kind ?? '')?.has(name) ?? false;
}

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: tagResource,
  UntagResource: untagResource,
  GetTags: getTags,
};
