import { AWS_KNOWS_NONE, type Feature, NO_RESOURCE, type PermissionRow, TAG_READS } from '#contracts/permissions.ts';
import { LIST_DATABASES, READ_CATALOG, READ_CRAWLER, READ_SETTINGS } from '../reader-rows.ts';

const features: readonly Feature[] = ['tags'];

/** LF-Tags, and the crawlers and workflows that rules go by. */
const READ_TAGS: readonly PermissionRow[] = [
  { sid: 'Tags', actions: TAG_READS, on: NO_RESOURCE, why: AWS_KNOWS_NONE, features },
  {
    sid: 'ListRuns',
    actions: ['glue:GetCrawlers', 'glue:ListWorkflows'],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
    features,
  },
  {
    sid: 'Workflows',
    actions: ['glue:GetWorkflow', 'glue:GetWorkflowRuns'],
    on: ['arn:{partition}:glue:{region}:{account}:workflow/*'],
    why: 'Patterns name them.',
    features,
  },
];

export const PERMISSIONS = [READ_SETTINGS, READ_CATALOG, LIST_DATABASES, READ_CRAWLER, ...READ_TAGS];
