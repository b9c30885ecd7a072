/** All stacks of one policy. Stack ids are stable: they are the stacks' names. */

import { type App, type Stack, Tags } from 'aws-cdk-lib';
import { memberRolePath } from '#contracts/names.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import { accountIds, dataRegions, eventNeeds, foundationOf, managedStorage, observedStorage } from './accounts.ts';
import { forwarded, organizationChanged } from './constructs/patterns.ts';
import { HubStack } from './stacks/hub-stack.ts';
import { MemberEventsStack } from './stacks/member-events-stack.ts';
import { MemberRoleStack } from './stacks/member-role-stack.ts';
import { OrganizationStack } from './stacks/organization-stack.ts';

export interface Deployment {
  readonly roles: readonly MemberRoleStack[];
  /** Where audiences are written with parts of the organization. */
  readonly organization: readonly OrganizationStack[];
  readonly hub: HubStack;
  readonly events: readonly MemberEventsStack[];
}

export interface DeploymentOptions {
  readonly document: PolicyDocument;
  readonly policy: Policy;
  /** Where our roles lie in member accounts; `/<namespace>/` unless an organization's rules ask for another. */
  readonly memberRolePath?: string;
}

export function deployment(app: App, options: DeploymentOptions): Deployment {
  const { document, policy } = options;
  const { namespace, hub } = policy;
  const path = options.memberRolePath ?? memberRolePath(namespace);
  // In the order of deployment: a hub that starts at once finds roles to assume, and forwarders find the hub's bus.
  const made = {
    roles: accountIds(policy).map((account) => memberRoles(app, policy, account, path)),
    organization: policy.parts.length === 0 ? [] : [organizationReader(app, policy, path)],
    hub: new HubStack(app, `${namespace}-hub`, { env: hub, document, policy, memberRolePath: path }),
    events: [
      ...accountIds(policy).flatMap((account) => memberEvents(app, policy, account)),
      ...(policy.parts.length === 0 ? [] : [organizationEvents(app, policy)]),
    ],
  };
  for (const stack of [...made.roles, ...made.organization, made.hub, ...made.events]) tag(stack, namespace);
  return made;
}

function memberRoles(app: App, policy: Policy, account: string, path: string): MemberRoleStack {
  return new MemberRoleStack(app, `${policy.namespace}-member-${account}`, {
    env: { account, region: policy.hub.region },
    namespace: policy.namespace,
    hubAccount: policy.hub.account,
    organization: policy.organization.id,
    memberRolePath: path,
    observed: observedStorage(policy, account),
    managed: managedStorage(policy, account),
    foundation: foundationOf(policy, account),
  });
}

function organizationReader(app: App, { namespace, organization, hub }: Policy, path: string): OrganizationStack {
  return new OrganizationStack(app, `${namespace}-organization`, {
    env: { account: organization.managementAccount, region: hub.region },
    namespace,
    hubAccount: hub.account,
    organization: organization.id,
    memberRolePath: path,
  });
}

/** Where Organizations tells of its accounts, by partition. */
const TOLD_IN: Readonly<Record<string, string>> = { 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' };

function organizationEvents(app: App, { namespace, partition, organization, hub }: Policy): MemberEventsStack {
  const account = organization.managementAccount;
  return new MemberEventsStack(app, `${namespace}-organization-events`, {
    env: { account, region: TOLD_IN[partition] ?? 'us-east-1' },
    namespace,
    hub,
    patterns: { organization: organizationChanged(account) },
    // The management account may be a member of that Region, too.
    forwarder: 'organization',
  });
}

function memberEvents(app: App, policy: Policy, account: string): MemberEventsStack[] {
  return dataRegions(policy, account).map((region) => {
    const id = `${policy.namespace}-events-${account}-${region}`;
    const env = { account, region };
    const { namespace, hub } = policy;
    return new MemberEventsStack(app, id, { env, namespace, hub, patterns: forwarded(eventNeeds(policy, env)) });
  });
}

function tag(stack: Stack, namespace: string): void {
  Tags.of(stack).add('onramp:namespace', namespace);
}
