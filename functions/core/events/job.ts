/** `Glue Job State Change`: a run of a job has ended, perhaps as the last node of a workflow. */

import { JobDetailSchema, readDetail } from '#contracts/events.ts';
import { workflowLookup } from './lookups.ts';
import { type EventRoute, ignore, mergeRoutes } from './types.ts';

/** The states AWS tells of are all ends, and a node that failed may end its workflow's run as well as one that did not. */
export const jobStateChange: EventRoute = (event, policy) => {
  const { jobName: name, state } = readDetail(JobDetailSchema, event);
  const { account, region } = event;
  return mergeRoutes(
    ignore(`job ${name} of account ${account}, ${region} says ${state}, and no tag rule there names workflows`),
    ...workflowLookup(policy, { account, region }, { kind: 'job', name }),
  );
};
