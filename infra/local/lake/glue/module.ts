/** The Glue Data Catalog as a service of the lake. */

import type { ServiceModule } from '../service.ts';
import { arnsOf } from './arns.ts';
import { catalogPolicy } from './catalog-policy.ts';
import { connectionOperations } from './connections.ts';
import { glueControls } from './controls.ts';
import { crawlerOperations } from './crawlers.ts';
import { databaseOperations } from './databases.ts';
import { underKey } from './encryption.ts';
import { jobOperations } from './jobs.ts';
import { partitionReads } from './partition-reads.ts';
import { partitionWrites } from './partitions.ts';
import { policyOperations } from './policies.ts';
import { searchOperations } from './search.ts';
import { tableReads } from './table-reads.ts';
import { tableWrites } from './tables.ts';
import { tagOperations } from './tags.ts';
import { unfilteredOperations } from './unfiltered.ts';
import { workflowOperations } from './workflows.ts';

export const glueModule: ServiceModule = {
  name: 'glue',
  operations: underKey({
    ...databaseOperations,
    ...tableWrites,
    ...tableReads,
    ...searchOperations,
    ...partitionWrites,
    ...partitionReads,
    ...unfilteredOperations,
    ...policyOperations,
    ...tagOperations,
    ...crawlerOperations,
    ...jobOperations,
    ...workflowOperations,
    ...connectionOperations,
  }),
  resources: arnsOf,
  resourcePolicy: catalogPolicy,
  controls: glueControls,
};
