/**
 * Which events are forwarded to the hub, and which wake it. Both sides use the same patterns, so that a member never
 * pays for an event that the hub's rules drop. Events only say where to look: one too many costs a look.
 */

import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { HUB_SOURCE, POLICY_CHANGED, POLICY_DEPLOYED } from '#contracts/names.ts';

/** What the policy's tag rules have to hear of besides: whoever needs it not does not pay for it. */
export interface Needs {
  /** Some rule names crawlers. */
  readonly crawlers: boolean;
  /** Some rule names workflows: AWS tells nothing of their runs, so every node's end counts (G-E2). */
  readonly workflows: boolean;
}

/** A crawler has written tables. `Started` changes nothing; `Failed` may have left some, and may end a workflow. */
function crawlers(needs: Needs): EventPattern {
  const states = needs.crawlers || needs.workflows ? ['Succeeded', 'Failed'] : ['Succeeded'];
  return { source: ['aws.glue'], detailType: ['Glue Crawler State Change'], detail: { state: states } };
}

/** A job's run has ended; AWS tells of no other states. There may be many, of which few belong to a workflow. */
const JOBS: EventPattern = { source: ['aws.glue'], detailType: ['Glue Job State Change'] };

/** Databases and tables come and go: CreateTable is an event of the database. */
const DATABASES: EventPattern = {
  source: ['aws.glue'],
  detailType: ['Glue Data Catalog Database State Change'],
};

/** A table changed. Partitions do not: nobody's access hangs on them, and there may be thousands a minute. */
const TABLES: EventPattern = {
  source: ['aws.glue'],
  detailType: ['Glue Data Catalog Table State Change'],
  detail: { typeOfChange: ['UpdateTable'] },
};

/** The one change of a database that has no event of its own. Comes only where the account has a trail. */
const UPDATES: EventPattern = {
  source: ['aws.glue'],
  detailType: ['AWS API Call via CloudTrail'],
  detail: { eventSource: ['glue.amazonaws.com'], eventName: ['UpdateDatabase'] },
};

/** A share's associations and invitations, seen by owner and receiver. */
const SHARING: EventPattern = { source: ['aws.ram'], detailType: ['Resource Sharing State Change'] };

/** Ours, and only from the hub's own account: members may put events on this bus too. */
export function policyChanged(hubAccount: string): EventPattern {
  return { source: [HUB_SOURCE], detailType: [POLICY_CHANGED], account: [hubAccount] };
}

/** Ours, too: of a policy that is written with parts of the organization. */
export function policyDeployed(hubAccount: string): EventPattern {
  return { source: [HUB_SOURCE], detailType: [POLICY_DEPLOYED], account: [hubAccount] };
}

/**
 * Accounts of the organization come, move and go. AWS's pages disagree on the type of some: both are meant. Only what the
 * management account itself sends counts, and of it nothing is read: all is asked anew.
 */
export function organizationChanged(managementAccount: string): EventPattern {
  return {
    source: ['aws.organizations'],
    detailType: ['AWS Service Event via CloudTrail', 'AWS API Call via CloudTrail'],
    account: [managementAccount],
    detail: {
      eventSource: ['organizations.amazonaws.com'],
      eventName: [
        'AccountJoinedOrganization',
        'AccountDepartedOrganization',
        'CreateAccountResult',
        'CloseAccountResult',
        'MoveAccount',
        'RemoveAccountFromOrganization',
      ],
    },
  };
}

/** What members forward: rule name → pattern. */
export function forwarded(needs: Needs): Readonly<Record<string, EventPattern>> {
  return {
    crawlers: crawlers(needs),
    databases: DATABASES,
    tables: TABLES,
    updates: UPDATES,
    sharing: SHARING,
    ...(needs.workflows ? { jobs: JOBS } : {}),
  };
}
